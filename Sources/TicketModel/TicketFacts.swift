/// Whether a ticket or a code is good, as the manifest states it (PROTOCOL 5.1).
///
/// Raw values are stored and signed: never reuse one.
public enum TicketStatus: UInt8, CaseIterable, Hashable, Sendable {
    case unpaid = 0
    case valid = 1
    case revoked = 2
    case blocked = 3
    /// Printed for the box office, not yet a ticket of anybody.
    case spare = 4

    public var name: String {
        switch self {
        case .unpaid: "unpaid"
        case .valid: "valid"
        case .revoked: "revoked"
        case .blocked: "blocked"
        case .spare: "spare"
        }
    }
}

/// The generation of a ticket's codes: a reissue adds one, and lower ones are superseded.
public struct Generation: Hashable, Comparable, Sendable {
    public let number: UInt8

    public init(_ number: UInt8) {
        self.number = number
    }

    /// The generation after this one; `nil` after 255 reissues.
    public var next: Generation? {
        number == .max ? nil : Generation(number + 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The form in which a code is shown; raw values are those of `form` in entry records.
public enum CodeForm: UInt8, CaseIterable, Hashable, Sendable {
    case live = 1
    case paper = 2
    case holder = 3
    case holderFull = 4
    case wallet = 5
    case ownCode = 6
    case imported = 7
}

/// Which kinds of code a ticket may be shown with (`methods` in the manifest).
public struct Methods: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let live = Methods(rawValue: 1)
    public static let preissued = Methods(rawValue: 2)
    public static let paper = Methods(rawValue: 4)
    public static let holder = Methods(rawValue: 8)
    public static let wallet = Methods(rawValue: 16)
    public static let ownCode = Methods(rawValue: 32)
    public static let imported = Methods(rawValue: 64)
    public static let all = Methods(rawValue: 127)
}

/// Which way a scan lets a guest pass.
public enum Direction: String, CaseIterable, Hashable, Sendable {
    case entry = "in"
    case exit = "out"
}
