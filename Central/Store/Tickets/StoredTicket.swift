package import Sodium
package import TicketModel
package import TokenFormat

/// A ticket that somebody orders; `nil` takes what the class says.
package struct TicketOrder: Hashable, Sendable {
    package var accessClass: ClassNumber
    /// For people, never in a manifest; at most ``StoreLimits/seatBytesMax`` bytes.
    package var seat: String
    /// The number that another system gave it; unique within the event.
    package var reference: String?
    package var isPaid: Bool
    package var usesMax: UInt16?
    package var reentry: Bool?
    package var methods: Methods?
    /// Whether staff must see an identity document.
    package var checksID: Bool?
    package var notBefore: Timestamp?
    package var expires: Timestamp?
    /// A code for the box office, which lets nobody in until it is assigned.
    package var isSpare: Bool

    package init(
        accessClass: ClassNumber,
        seat: String = "",
        reference: String? = nil,
        isPaid: Bool = true,
        usesMax: UInt16? = nil,
        reentry: Bool? = nil,
        methods: Methods? = nil,
        checksID: Bool? = nil,
        notBefore: Timestamp? = nil,
        expires: Timestamp? = nil,
        isSpare: Bool = false
    ) {
        self.accessClass = accessClass
        self.seat = seat
        self.reference = reference
        self.isPaid = isPaid
        self.usesMax = usesMax
        self.reentry = reentry
        self.methods = methods
        self.checksID = checksID
        self.notBefore = notBefore
        self.expires = expires
        self.isSpare = isSpare
    }
}

/// A ticket as it is kept.
package struct StoredTicket: Hashable, Sendable {
    package let id: TicketID
    package let event: EventID
    package var accessClass: ClassNumber
    package var status: TicketStatus
    /// Remembered through a block.
    package var isPaid: Bool
    package var generation: Generation
    /// When this generation was made, Unix seconds: the `t` of its PAPER token.
    package var generationTime: UInt32
    /// Whether this generation is an emergency reprint.
    package var isReprint: Bool
    package var usesMax: UInt16
    package var reentry: Bool
    package var methods: Methods
    package let notBefore: Timestamp?
    package let expires: Timestamp?
    package var seat: String
    package var reference: String?
    package let issued: Timestamp
    /// The generation that the holder's link was made with: a move to another phone leaves it.
    package var linkGeneration: Generation
    /// Whether staff must see an identity document: bit CHECK_ID of its tokens.
    package let checksID: Bool
    /// Made as a spare code, whose prints name no class.
    package let isPreprinted: Bool
    /// The phone that shows the ticket without a network.
    package var hold: TicketHold?
    /// How often the holder moved the ticket to another phone since the link was made.
    package var moves: Int
    package let eventEnds: Timestamp
}

/// The one phone or browser that can show codes of a ticket's generation without a network.
package struct TicketHold: Hashable, Sendable {
    /// A hash of the name that the phone gave itself.
    package let device: DeviceTag
    /// The end of its pack; `nil` without one.
    package var packUntil: Timestamp?
    /// The key that the phone signs its codes with; `nil` without one.
    package var holder: PublicKey?

    package init(device: DeviceTag, packUntil: Timestamp? = nil, holder: PublicKey? = nil) {
        self.device = device
        self.packUntil = packUntil
        self.holder = holder
    }

    /// Whether the phone can still show codes that a gate would take.
    package func isAlive(at now: Timestamp) -> Bool {
        holder != nil || packUntil.map { now < $0 } ?? false
    }
}

/// The hash of the random name that a phone or browser gives itself.
package struct DeviceTag: Hashable, Sendable {
    static let length = 16
    private static let context = Array("st1/device\0".utf8)
    package let bytes: [UInt8]

    /// Hashes a name of ``StoreLimits/deviceNameBytes``; `nil` for a shorter or longer one.
    package init?(name: String) {
        guard StoreLimits.deviceNameBytes.contains(name.utf8.count) else { return nil }
        bytes = Hash.b2(Self.length, Self.context, Array(name.utf8))
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }
}

/// What a guest can be given for a ticket; nothing of it is stored.
package struct TicketCredentials: Hashable, Sendable {
    package let ownCode: OwnCode
    package let paper: SignedToken
    /// The secret part of the holder page's address.
    package let link: String
}

package struct IssuedTicket: Hashable, Sendable {
    package let ticket: StoredTicket
    package let credentials: TicketCredentials
}

/// What can happen to a ticket after its issue; raw values are stored.
package enum TicketChange: String, CaseIterable, Hashable, Sendable {
    case revoke, block, unblock
    case markPaid = "paid"
    case markUnpaid = "unpaid"
    /// New codes; the old ones are superseded.
    case reissue
    /// New codes on paper, marked as an emergency reprint.
    case reprint
    /// To another phone: new codes under the same link.
    case move
    /// To a phone with a key of its own: new codes under the same link.
    case bind
    /// From a spare code to a ticket.
    case assign
}

/// A line of a ticket's history.
package struct TicketHistoryLine: Hashable, Sendable {
    package let number: Int64
    package let time: Timestamp
    /// `nil` is the issue itself.
    package let change: TicketChange?
    /// What its author said of it; empty for the issue, and where nothing was said.
    package let reason: String
    /// `nil` is the command line.
    package let by: APIKeyID?
}

/// Why no LIVE token is given for a ticket.
package enum MintRefusal: String, Error, CaseIterable, Hashable, Sendable {
    case revoked, blocked, unpaid
    /// The ticket, or the event with its last hours, is past.
    case over
    /// The ticket may not be shown as a LIVE token.
    case methodNotAllowed = "method_not_allowed"
    /// Another phone shows the ticket; it has to be moved first.
    case heldElsewhere = "held_elsewhere"
    /// The holder moved the ticket too often; the shop can reissue it.
    case tooManyMoves = "too_many_moves"
}
