public import Sodium
public import TicketModel

/// The kinds of token, by their first byte (PROTOCOL 3.2 and 3.4).
public enum TokenType: UInt8, CaseIterable, Hashable, Sendable {
    /// Signed by central for a minute, or ahead of its time for an offline pack.
    case live = 1
    /// Signed by central for as long as the ticket is good.
    case paper = 2
    /// Signed by the holder's phone for a minute; the manifest knows the phone's key.
    case holder = 3
    /// As type 3, with a credential from central that names the phone's key.
    case holderFull = 4
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
        case .holder, .holderFull: .checkID
        }
    }
}

/// What the 30 bytes in front of a token's signatures say; by itself it proves nothing.
public struct TokenFields: Hashable, Sendable {
    public let type: TokenType
    public let flags: TokenFlags
    /// The signing key; on a HOLDER token the event's cred key, which only names the event.
    public let keyID: KeyID
    public let ticket: TicketID
    /// LIVE: start of validity; HOLDER: when it was shown; the others: when they were issued.
    ///
    /// Unix seconds.
    public let start: UInt32
    public let life: TokenLife
    public let generation: Generation
    /// Bytes 28 and 29: the access class, or on a HOLDER token the tag of the holder's key.
    let classOrTag: UInt16

    /// Reads or makes fields of any type; `nil` where type, flags and life do not agree.
    init?(
        type: TokenType,
        flags: TokenFlags,
        keyID: KeyID,
        ticket: TicketID,
        start: UInt32,
        life: TokenLife,
        generation: Generation,
        classOrTag: UInt16
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
        self.classOrTag = classOrTag
    }

    /// Fields that central signs: a LIVE or PAPER token, or a holder's credential.
    ///
    /// `nil` where type, flags and life do not agree (PROTOCOL 3.5), and for HOLDER tokens, which
    /// state a key and not a class.
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
        guard type != .holder else { return nil }
        self.init(
            type: type,
            flags: flags,
            keyID: keyID,
            ticket: ticket,
            start: start,
            life: life,
            generation: generation,
            classOrTag: accessClass.number
        )
    }

    /// Fields of a HOLDER token; `nil` if `flags` has more than ``TokenFlags/checkID``.
    ///
    /// - Parameters:
    ///   - holder: the key of the phone that shows it.
    ///   - keyID: the event's cred key.
    ///   - shown: when it is shown, in Unix seconds.
    public init?(
        shownBy holder: PublicKey,
        flags: TokenFlags = [],
        keyID: KeyID,
        ticket: TicketID,
        shown: UInt32,
        generation: Generation
    ) {
        self.init(
            type: .holder,
            flags: flags,
            keyID: keyID,
            ticket: ticket,
            start: shown,
            life: .minute,
            generation: generation,
            classOrTag: Self.tag(of: holder)
        )
    }

    /// The access class, or ``Numbered/unstated``, as always on HOLDER tokens.
    public var accessClass: ClassNumber {
        type == .holder ? .unstated : ClassNumber(classOrTag)
    }

    /// Whether a HOLDER token names this key by the first two bytes of its key id.
    public func isTagged(with holder: PublicKey) -> Bool {
        type == .holder && classOrTag == Self.tag(of: holder)
    }

    private static func tag(of holder: PublicKey) -> UInt16 {
        UInt16(truncatingIfNeeded: holder.keyID.number >> 16)
    }

    public var startTime: Timestamp { Timestamp(seconds: start) }

    /// The first instant at which a LIVE or HOLDER token, or a credential, is over; where
    /// ``TokenLife/none`` is stated, its end is the ticket's, and this is ``startTime``.
    public var endTime: Timestamp { startTime + life.duration }

    /// How this token counts among a ticket's allowed methods.
    public var method: Methods {
        switch type {
        case .live: flags.contains(.preissued) ? .preissued : .live
        case .paper: .paper
        case .holder, .holderFull: .holder
        }
    }

    public var form: CodeForm {
        switch type {
        case .live: .live
        case .paper: .paper
        case .holder: .holder
        case .holderFull: .holderFull
        }
    }
}
