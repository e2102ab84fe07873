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
    package var notBefore: Timestamp?
    package var expires: Timestamp?

    package init(
        accessClass: ClassNumber,
        seat: String = "",
        reference: String? = nil,
        isPaid: Bool = true,
        usesMax: UInt16? = nil,
        reentry: Bool? = nil,
        methods: Methods? = nil,
        notBefore: Timestamp? = nil,
        expires: Timestamp? = nil
    ) {
        self.accessClass = accessClass
        self.seat = seat
        self.reference = reference
        self.isPaid = isPaid
        self.usesMax = usesMax
        self.reentry = reentry
        self.methods = methods
        self.notBefore = notBefore
        self.expires = expires
    }
}

/// A ticket as it is kept.
package struct StoredTicket: Hashable, Sendable {
    package let id: TicketID
    package let event: EventID
    package let accessClass: ClassNumber
    /// Never ``TicketStatus/spare``.
    package var status: TicketStatus
    /// Remembered through a block.
    package var isPaid: Bool
    package var generation: Generation
    /// When this generation was made, Unix seconds: the `t` of its PAPER token.
    package var generationTime: UInt32
    /// Whether this generation is an emergency reprint.
    package var isReprint: Bool
    package let usesMax: UInt16
    package let reentry: Bool
    package let methods: Methods
    package let notBefore: Timestamp?
    package let expires: Timestamp?
    package let seat: String
    package let reference: String?
    package let issued: Timestamp
    package let eventEnds: Timestamp
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
}
