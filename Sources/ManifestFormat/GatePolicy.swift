/// What an event lets its gates do on their own; values of the manifest's `meta` table.
public struct GatePolicy: Hashable, Sendable {
    /// What to do with a well-signed token of a ticket that the manifest does not list.
    public enum Unlisted: String, CaseIterable, Hashable, Sendable {
        case accept, refer, refuse
    }

    /// What to do with a timed code while the clock is untrusted.
    public enum UntrustedClock: String, CaseIterable, Hashable, Sendable {
        case flag, refer
    }

    /// What to do while the gate hears neither central nor peers (PROTOCOL 10.3).
    public enum Isolated: String, CaseIterable, Hashable, Sendable {
        case open, home, refer
    }

    public var unlisted: Unlisted
    public var untrustedClock: UntrustedClock
    public var isolated: Isolated
    /// How the event's imported barcodes stand in the code table: each rule is one look-up.
    public var imports: Set<ImportRule>

    public init(
        unlisted: Unlisted = .accept,
        untrustedClock: UntrustedClock = .flag,
        isolated: Isolated = .open,
        imports: Set<ImportRule> = [.exact]
    ) {
        self.imports = imports
        self.unlisted = unlisted
        self.untrustedClock = untrustedClock
        self.isolated = isolated
    }

    /// Names in the `meta` table.
    public enum MetaKey: String, CaseIterable, Hashable, Sendable {
        case schema
        case event
        case eventName = "event_name"
        case unlisted
        case untrustedClock = "untrusted_clock"
        case isolated
        /// The ``ImportRule/word``s in use, sorted, with a space between them.
        case imports
    }

    /// The rows that carry this policy.
    public var meta: [(MetaKey, String)] {
        [
            (.unlisted, unlisted.rawValue), (.untrustedClock, untrustedClock.rawValue),
            (.isolated, isolated.rawValue),
            (.imports, imports.sorted().map(\.word).joined(separator: " ")),
        ]
    }

    /// Reads the policy from `meta`; `nil` if a value is missing or unknown, so that a gate never
    /// guesses what it may do.
    ///
    /// A manifest of a release without import rules has no such row: its barcodes are exact.
    public init?(meta: [String: String]) {
        guard let unlisted = meta[MetaKey.unlisted.rawValue].flatMap(Unlisted.init),
            let clock = meta[MetaKey.untrustedClock.rawValue].flatMap(UntrustedClock.init),
            let isolated = meta[MetaKey.isolated.rawValue].flatMap(Isolated.init)
        else { return nil }
        var imports: Set<ImportRule> = []
        for word in (meta[MetaKey.imports.rawValue] ?? ImportRule.exact.word).split(separator: " ")
        {
            guard let rule = ImportRule(word: word) else { return nil }
            imports.insert(rule)
        }
        self.init(
            unlisted: unlisted,
            untrustedClock: clock,
            isolated: isolated,
            imports: imports
        )
    }
}
