import CentralStore
import Encodings
import Sodium
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
            checksID: draft.checkID,
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
            checkID: ticket.checksID,
            holder: ticket.hold?.holder.map { Base64.encodeURL($0.bytes) },
            packUntil: ticket.hold?.packUntil?.milliseconds,
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

extension PackWish {
    /// - Parameter mayMove: whether it may come from another phone where the draft does not say.
    init(_ draft: PackAPI.Draft, mayMove: Bool, isByLink: Bool) throws(Problem) {
        self.init(
            device: try DeviceTag(sent: draft.device),
            from: draft.from.map(Timestamp.init(milliseconds:)),
            minutes: draft.minutes,
            mayMove: draft.takeOver ?? mayMove,
            isByLink: isByLink
        )
    }
}

extension PackAPI.Pack {
    init(_ pack: IssuedPack, at now: Timestamp) {
        let codes = pack.codes
        self.init(
            event: pack.ticket.event.hex,
            ticket: pack.ticket.id.hex,
            generation: pack.ticket.generation.number,
            head: Base64.encodeURL(codes.head),
            step: Int(OfflineCodes.step),
            count: codes.count,
            signatures: Base64.encodeURL(codes.signatures),
            starts: codes.starts.milliseconds,
            ends: codes.ends.milliseconds,
            serverTime: now.milliseconds
        )
    }
}

extension PackAPI.Bound {
    init(_ bound: BoundTicket, at now: Timestamp) {
        self.init(
            event: bound.ticket.event.hex,
            ticket: bound.ticket.id.hex,
            generation: bound.ticket.generation.number,
            holder: Base64.encodeURL(bound.holder.bytes),
            head: Base64.encodeURL(bound.head),
            credential: Base64.encodeURL(bound.credential),
            ends: bound.ends.milliseconds,
            serverTime: now.milliseconds
        )
    }
}

extension HolderBinding {
    /// - Parameter mayMove: whether it may come from another phone where the draft does not say.
    init(_ draft: PackAPI.Binding, mayMove: Bool, isByLink: Bool) throws(Problem) {
        guard let bytes = Base64.decodeURL(draft.holder), let holder = PublicKey(bytes: bytes)
        else { throw .invalid("/holder", "is not a key of 32 bytes in base64url") }
        guard let proof = Base64.decodeURL(draft.pop).flatMap({ Signature(bytes: $0) }) else {
            throw .invalid("/pop", "is not a signature of 64 bytes in base64url")
        }
        self.init(
            device: try DeviceTag(sent: draft.device),
            holder: holder,
            proof: proof,
            mayMove: draft.takeOver ?? mayMove,
            isByLink: isByLink
        )
    }
}

extension DeviceTag {
    fileprivate init(sent name: String) throws(Problem) {
        guard let tag = DeviceTag(name: name) else {
            throw .invalid("/device", "is not 16 to 64 bytes long")
        }
        self = tag
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
