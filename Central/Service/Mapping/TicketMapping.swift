import CentralStore
import TicketModel
import TokenFormat
import VenueAPI

// Tickets between the wire and the store.

extension TicketOrder {
    init(_ draft: TicketAPI.Draft) {
        self.init(
            accessClass: ClassNumber(draft.accessClass),
            seat: draft.seat ?? "",
            reference: draft.reference,
            isPaid: draft.status != TicketStatus.unpaid.name,
            usesMax: draft.maxUses.map { UInt16(clamping: $0) },
            reentry: draft.reentry,
            methods: draft.methods.map(Methods.init(words:)),
            notBefore: draft.validFrom.map(Timestamp.init(milliseconds:)),
            expires: draft.validUntil.map(Timestamp.init(milliseconds:))
        )
    }
}

extension TicketAPI.Issued {
    init(_ ticket: StoredTicket, _ credentials: TicketCredentials, links: HolderLinks) {
        self.init(
            id: ticket.id.hex,
            reference: ticket.reference,
            generation: ticket.generation.number,
            code: credentials.ownCode.text,
            paper: credentials.paper.text,
            link: links.address(of: credentials.link)
        )
    }
}

extension TicketAPI.Ticket {
    init(_ ticket: StoredTicket) {
        self.init(
            id: ticket.id.hex,
            event: ticket.event.hex,
            accessClass: ticket.accessClass.number,
            status: ticket.status.name,
            generation: ticket.generation.number,
            reference: ticket.reference,
            seat: ticket.seat.isEmpty ? nil : ticket.seat,
            validFrom: ticket.notBefore?.milliseconds,
            validUntil: ticket.expires?.milliseconds,
            maxUses: Int(ticket.usesMax),
            reentry: ticket.reentry,
            methods: ticket.methods.words,
            issued: ticket.issued.milliseconds
        )
    }
}

extension TicketAPI.Token {
    init(_ token: SignedToken) {
        self.init(
            ticket: token.fields.ticket.hex,
            token: token.text,
            starts: token.fields.startTime.milliseconds,
            ends: token.fields.endTime.milliseconds
        )
    }
}

extension TicketStatus {
    /// Reads the word that the API uses; `nil` for any other.
    init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }
}

/// Where the holder page is found.
package struct HolderLinks: Sendable {
    package static let path = "/t/"
    /// Such as `https://tickets.example.org`; empty: addresses are given without a host.
    private let base: String

    /// - Parameter base: scheme and host as holders reach them, or nothing.
    package init(base: String = "") {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    func address(of secret: String) -> String { base + Self.path + secret }
}
