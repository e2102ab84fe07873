public import TicketModel

/// How long a token lives, as its `ttl` byte says it.
///
/// LIVE and HOLDER tokens count units of 15 s, holder credentials hours, PAPER tokens have none.
public struct TokenLife: Hashable, Sendable {
    /// The `ttl` byte: 1 to 80 for LIVE, 0 for PAPER, 4 for HOLDER, hours for HOLDER_FULL.
    public let units: UInt8
    /// Whether ``units`` are hours.
    let isInHours: Bool

    public static let unit = Duration.seconds(15)
    /// No end of its own: PAPER tokens, and credentials that hold until the event is over.
    public static let none = TokenLife(units: 0)
    /// The 60 seconds of a rotating code.
    public static let minute = TokenLife(units: 4)

    init(units: UInt8) {
        self.units = units
        isInHours = false
    }

    /// Whole units of 15 s from 15 s to 20 min; `nil` for anything else.
    public init?(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, seconds.isMultiple(of: 15), (15...1200).contains(seconds) else {
            return nil
        }
        self.init(units: UInt8(seconds / 15))
    }

    /// The life of a holder's credential; 0 hours: until the event is over.
    public init(hours: UInt8) {
        units = hours
        isInHours = hours > 0
    }

    /// The life that a `ttl` byte means on a token of `type`.
    init(byte: UInt8, on type: TokenType) {
        switch type {
        case .live, .paper, .holder: self.init(units: byte)
        case .holderFull: self.init(hours: byte)
        }
    }

    public var duration: Duration {
        isInHours ? .seconds(3600) * Int(units) : Self.unit * Int(units)
    }

    static func isAllowed(_ life: TokenLife, on type: TokenType) -> Bool {
        switch type {
        case .live: !life.isInHours && (1...80).contains(life.units)
        case .paper: life.units == 0
        case .holder: life == .minute
        case .holderFull: life.isInHours || life.units == 0
        }
    }
}

/// When a code counts: from its start, for its life (PROTOCOL 7).
///
/// The tolerances of the gate's clock come on top; they are the gate's affair.
public struct CodeValidity: Hashable, Sendable {
    public let start: Timestamp
    /// `nil`: the code has no end of its own.
    public let life: Duration?

    init(start: Timestamp, life: Duration?) {
        self.start = start
        self.life = life
    }
}
