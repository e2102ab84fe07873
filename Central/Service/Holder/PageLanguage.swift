/// The languages that guests are spoken to in.
enum PageLanguage: String, CaseIterable, Hashable, Sendable {
    case english = "en"
    case croatian = "hr"

    /// Ranges of an `Accept-Language` header that are looked at.
    static let rangesMax = 16

    /// The best of an `Accept-Language` header (RFC 9110, 12.5.4); English where none fits.
    init(accepting header: String?) {
        var best = (language: PageLanguage.english, weight: 0.0)
        for range in (header ?? "").split(separator: ",").prefix(Self.rangesMax) {
            let parts = range.split(separator: ";")
            guard let tag = parts.first else { continue }
            let primary = tag.drop { $0 == " " }.prefix(2).lowercased()
            let weight = parts.dropFirst().first.map(Self.weight) ?? 1
            guard let language = Self(rawValue: primary), weight > best.weight else { continue }
            best = (language, weight)
        }
        self = best.language
    }

    private static func weight(_ parameter: Substring) -> Double {
        let text = parameter.filter { $0 != " " }
        guard text.hasPrefix("q=") else { return 1 }
        return Double(text.dropFirst(2)) ?? 0
    }
}
