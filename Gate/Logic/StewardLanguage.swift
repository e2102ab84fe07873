import AdmissionRules
package import TicketModel

/// What a steward reads: a few large words, and what to do.
package struct StewardText: Hashable, Sendable {
    package let headline: String
    package let advice: String

    package init(_ headline: String, _ advice: String) {
        self.headline = headline
        self.advice = advice
    }
}

/// The words of one language for every verdict and detail.
///
/// A table gives a text for each pair; another language is another table. In a text `{halls}`
/// stands for where the ticket is good, `{gate}`, `{lane}` and `{age}` for the earlier admission.
package struct StewardLanguage: Sendable {
    /// BCP 47.
    package let tag: String
    private let table: @Sendable (VerdictCode, VerdictDetail) -> StewardText

    package init(
        tag: String,
        table: @escaping @Sendable (VerdictCode, VerdictDetail) -> StewardText
    ) {
        self.tag = tag
        self.table = table
    }

    /// The text as the table has it.
    package func template(_ code: VerdictCode, _ detail: VerdictDetail) -> StewardText {
        table(code, detail)
    }

    /// The text for one verdict, with its places filled in.
    package func text(for verdict: LaneVerdict) -> StewardText {
        let template = template(verdict.decision.code, verdict.decision.detail)
        var advice = template.advice
        let halls = verdict.decision.halls.map(\.description).joined(separator: ", ")
        advice = Self.fill(advice, "{halls}", halls.isEmpty ? "–" : halls)
        if let earlier = verdict.decision.earlier {
            advice = Self.fill(advice, "{gate}", earlier.gate.description)
            advice = Self.fill(advice, "{lane}", earlier.lane.description)
            advice = Self.fill(advice, "{age}", Self.age(verdict.time - earlier.time))
        }
        return StewardText(template.headline, advice)
    }

    /// Replaces each `place` by `value`.
    private static func fill(_ text: String, _ place: String, _ value: String) -> String {
        var result = ""
        var rest = text[...]
        while let index = Self.range(of: place, in: rest) {
            result += rest[..<index] + value
            rest = rest[rest.index(index, offsetBy: place.count)...]
        }
        return result + rest
    }

    private static func range(of place: String, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(place) }
    }

    /// A length of time in the largest unit that fits: `12 s`, `3 min`, `2 h`.
    private static func age(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds / 1000)
        if seconds < 120 { return "\(seconds) s" }
        return seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
