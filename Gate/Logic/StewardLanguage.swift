import AdmissionRules
package import TicketModel

/// What a steward reads: a few large words, and what to do.
package struct StewardText: Hashable, Sendable {
    /// Characters that fit one line of a gate's screen in large type.
    package static let headlineMax = 24
    /// Characters that fit below it, every place filled in.
    package static let adviceMax = 140

    package let headline: String
    package let advice: String

    package init(_ headline: String, _ advice: String) {
        self.headline = headline
        self.advice = advice
    }
}

/// The words of one language: another language is another such type, and a case below.
///
/// In a text `{halls}` stands for where the ticket is good, and of an earlier admission `{gate}`
/// and `{lane}` for where it was, `{time}` and `{age}` for when, `{record}` for whether it is
/// confirmed.
package protocol StewardWords: Sendable {
    static func text(_ message: StewardMessage) -> StewardText
    /// Whether somebody has passed on the earlier admission: a whole sentence.
    static func record(isConfirmed: Bool) -> String
    /// Stands before the last of several halls.
    static var or: String { get }
}

/// A language that stewards may be told things in; raw values are BCP 47 tags.
package enum StewardLanguage: String, CaseIterable, Hashable, Sendable {
    case english = "en"
    case croatian = "hr"

    /// Halls that are named to a guest; a class may be good for very many.
    package static let hallsMax = 6

    private var words: any StewardWords.Type {
        switch self {
        case .english: StewardEnglish.self
        case .croatian: StewardCroatian.self
        }
    }

    /// The text as the table has it.
    package func template(_ message: StewardMessage) -> StewardText { words.text(message) }

    /// The text for one verdict, with its places filled in.
    ///
    /// - Parameter earlierTime: the time of day of the earlier admission, where the gate is.
    func text(for decision: Decision, at now: Timestamp, earlierTime: TimeOfDay?) -> StewardText {
        let template = template(StewardMessage(decision))
        var places = ["halls": halls(decision.halls)]
        if let earlier = decision.earlier {
            places["gate"] = earlier.gate.description
            places["lane"] = earlier.lane.description
            places["time"] = (earlierTime ?? TimeOfDay(utc: earlier.time)).description
            places["age"] = Self.age(now - earlier.time)
            places["record"] = words.record(isConfirmed: earlier.isConfirmed)
        }
        return StewardText(template.headline, Self.fill(template.advice, places))
    }

    private func halls(_ halls: [HallNumber]) -> String {
        let names = halls.prefix(Self.hallsMax).map(\.description)
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        guard halls.count == names.count else { return names.joined(separator: ", ") + " …" }
        return names.dropLast().joined(separator: ", ") + " \(words.or) " + last
    }

    /// Puts values where a text has `{name}`.
    private static func fill(_ text: String, _ places: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"),
            let close = rest[open...].firstIndex(of: "}")
        {
            result += rest[..<open]
            result += places[String(rest[rest.index(after: open)..<close])] ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// A length of time in the largest unit that fits: `12 s`, `3 min`, `2 h`.
    private static func age(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds / 1000)
        if seconds < 120 { return "\(seconds) s" }
        return seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}

/// What a clock on the wall shows.
package struct TimeOfDay: Hashable, Sendable, CustomStringConvertible {
    package let hour: Int
    package let minute: Int
    /// Written behind the time; empty for the time where the gate is.
    private let zone: String

    package init(hour: Int, minute: Int) {
        self.hour = hour
        self.minute = minute
        zone = ""
    }

    /// For who does not know where the gate is.
    package init(utc time: Timestamp) {
        let day: Int64 = 86_400_000
        let minutes = ((time.milliseconds % day + day) % day) / 60_000
        hour = Int(minutes / 60)
        minute = Int(minutes % 60)
        zone = " UTC"
    }

    package var description: String {
        (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)" + zone
    }
}

extension Uses.Last {
    /// Whether the admission is known to have been one of a guest who passed.
    var isConfirmed: Bool {
        switch passage {
        case .open: false
        case .passed: true
        }
    }
}
