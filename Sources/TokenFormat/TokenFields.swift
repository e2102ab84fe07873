public import Sodium
public import TicketModel

/// The kinds of token that share the 94-byte layout, by their first byte (PROTOCOL 3.2).
public enum TokenType: UInt8, CaseIterable, Hashable, Sendable {
    case live = 1
    case paper = 2
}

/// The second byte of a token.
public struct TokenFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Signed ahead of its time for an offline pack; only on LIVE tokens.
    public static let preissued = TokenFlags(rawValue: 1)
    /// An emergency reprint; only on PAPER tokens.
    public static let reprint = TokenFlags(rawValue: 2)
    /// Staff must see an identity document.
    public static let checkID = TokenFlags(rawValue: 4)

    /// The flags that a token of `type` may carry.
    static func allowed(on type: TokenType) -> TokenFlags {
        switch type {
        case .live: [.preissued, .checkID]
        case .paper: [.reprint, .checkID]
        }
    }
}

/// How long a LIVE token lives, in units of 15 s; PAPER tokens have none.
public struct TokenLife: Hashable, Sendable {
    /// 1 to 80 for LIVE, 0 for PAPER.
    public let units: UInt8

    public static let unit = Duration.seconds(15)
    public static let none = TokenLife(units: 0)
    /// The 60 seconds of a rotating code.
    public static let minute = TokenLife(units: 4)

    init(units: UInt8) {
        self.units = units
    }

    /// Whole units of 15 s from 15 s to 20 min; `nil` for anything else.
    public init?(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, seconds.isMultiple(of: 15), (15...1200).contains(seconds) else {
            return nil
        }
        units = UInt8(seconds / 15)
    }

    public var duration: Duration { Self.unit * Int(units) }

    static func isAllowed(_ life: TokenLife, on type: TokenType) -> Bool {
        switch type {
        case .live: (1...80).contains(life.units)
        case .paper: life.units == 0
        }
    }
}

/// What a LIVE or PAPER token says; by itself it proves nothing.
public struct TokenFields: Hashable, Sendable {
    public let type: TokenType
    public let flags: TokenFlags
    public let keyID: KeyID
    public let ticket: TicketID
    /// LIVE: start of validity; PAPER: when it was issued.
    ///
    /// Unix seconds.
    public let start: UInt32
    public let life: TokenLife
    public let generation: Generation
    /// The access class, or ``Numbered/unstated``.
    public let accessClass: ClassNumber

    /// Fields of a token to be signed; `nil` where type, flags and life do not agree (PROTOCOL
    /// 3.5).
    public init?(
        type: TokenType,
        flags: TokenFlags = [],
        keyID: KeyID,
        ticket: TicketID,
        start: UInt32,
        life: TokenLife,
        generation: Generation,
        accessClass: ClassNumber
    ) {
        guard TokenFlags.allowed(on: type).isSuperset(of: flags),
            TokenLife.isAllowed(life, on: type)
        else { return nil }
        self.type = type
        self.flags = flags
        self.keyID = keyID
        self.ticket = ticket
        self.start = start
        self.life = life
        self.generation = generation
        self.accessClass = accessClass
    }

    public var startTime: Timestamp { Timestamp(seconds: start) }

    /// The first instant at which a LIVE token is over; PAPER tokens end with their ticket.
    public var endTime: Timestamp { startTime + life.duration }

    /// How this token counts among a ticket's allowed methods.
    public var method: Methods {
        switch type {
        case .live: flags.contains(.preissued) ? .preissued : .live
        case .paper: .paper
        }
    }

    public var form: CodeForm {
        switch type {
        case .live: .live
        case .paper: .paper
        }
    }
}
