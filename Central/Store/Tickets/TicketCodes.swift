import Encodings
import ManifestFormat
import Sodium
package import TicketModel
package import TokenFormat

/// Derives what a ticket is shown with from its id, its generation and central's secrets.
///
/// Nothing of it is stored in clear: who reads the database cannot print a ticket.
struct TicketCodes: Sendable {
    private static let ownContext = Array("st1/own\0".utf8)
    private static let linkContext = Array("st1/link\0".utf8)
    static let linkTagLength = 16

    let codeSecret: [UInt8]
    let linkSecret: [UInt8]

    init(_ season: SeasonKeys) {
        codeSecret = season.codeSecret
        linkSecret = season.linkSecret
    }

    func ownCode(_ ticket: TicketID, _ generation: Generation) -> OwnCode {
        let payload = Hash.b2(
            OwnCode.payloadLength,
            Self.ownContext,
            ticket.bytes,
            [generation.number],
            key: codeSecret
        )
        guard let code = OwnCode(payload: payload) else {
            preconditionFailure("ten bytes always make a code")
        }
        return code
    }

    /// The manifest's name for an own code.
    func codeHash(_ ticket: TicketID, _ generation: Generation, _ keys: EventKeys) -> [UInt8] {
        Self.hash(of: ownCode(ticket, generation), keys)
    }

    static func hash(of code: OwnCode, _ keys: EventKeys) -> [UInt8] {
        BarcodeHash.hash(of: Array(code.text.utf8), event: keys.event, key: keys.barcodeKey)
    }

    func link(_ ticket: TicketID, _ generation: Generation) -> String {
        Base64.encodeURL(ticket.bytes + linkTag(ticket, generation))
    }

    /// The ticket that a link names, and the tag that must be ``linkTag(_:_:)`` of it.
    static func parse(link: String) -> (ticket: TicketID, tag: [UInt8])? {
        guard link.utf8.count <= 64, let bytes = Base64.decodeURL(link),
            bytes.count == 16 + linkTagLength, let ticket = TicketID(bytes: bytes.prefix(16))
        else { return nil }
        return (ticket, Array(bytes.suffix(linkTagLength)))
    }

    func linkTag(_ ticket: TicketID, _ generation: Generation) -> [UInt8] {
        Hash.b2(
            Self.linkTagLength,
            Self.linkContext,
            ticket.bytes,
            [generation.number],
            key: linkSecret
        )
    }

    /// All that a guest can be given; the PAPER token is the same whenever it is made.
    func credentials(of ticket: StoredTicket, _ keys: EventKeys) -> TicketCredentials {
        let fields = TokenFields(
            type: .paper,
            flags: ticket.flags.union(ticket.isReprint ? .reprint : []),
            keyID: keys.paperID,
            ticket: ticket.id,
            start: ticket.generationTime,
            life: .none,
            generation: ticket.generation,
            // A spare is printed before anybody knows what it will be.
            accessClass: ticket.isPreprinted ? .unstated : ticket.accessClass
        )
        guard let fields else { preconditionFailure("type, flags and life agree") }
        return TicketCredentials(
            ownCode: ownCode(ticket.id, ticket.generation),
            paper: SignedToken(fields, event: ticket.event, key: keys.paper),
            link: link(ticket.id, ticket.linkGeneration)
        )
    }
}

/// Signs LIVE tokens: no storage, no clock.
package enum TokenMint {
    /// The token to show now, good for a minute.
    package static func live(
        for ticket: StoredTicket,
        keys: EventKeys,
        at now: Timestamp
    ) throws(MintRefusal) -> SignedToken {
        try ticket.checkShowable(with: .live, at: now)
        guard let start = now.tokenSeconds else { throw .over }
        let fields = TokenFields(
            type: .live,
            flags: ticket.flags,
            keyID: keys.liveID,
            ticket: ticket.id,
            start: start,
            life: .minute,
            generation: ticket.generation,
            accessClass: ticket.accessClass
        )
        guard let fields else { preconditionFailure("type, flags and life agree") }
        return SignedToken(fields, event: ticket.event, key: keys.live)
    }
}

extension StoredTicket {
    /// The flags of all its tokens.
    var flags: TokenFlags { checksID ? .checkID : [] }

    /// Why nothing at all can be shown for it now; `nil` where something can.
    package func refusal(at now: Timestamp) -> MintRefusal? {
        do {
            try checkShowable(with: methods, at: now)
            return nil
        } catch { return error }
    }

    /// Whether a code of one method may be made for it.
    ///
    /// - Throws: the reason why not.
    func checkShowable(with method: Methods, at now: Timestamp) throws(MintRefusal) {
        switch status {
        case .revoked, .spare: throw .revoked
        case .blocked: throw .blocked
        case .unpaid: throw .unpaid
        case .valid: break
        }
        guard methods.contains(method) else { throw .methodNotAllowed }
        if let expires, now >= expires { throw .over }
        guard now < eventEnds + KeyRing.eventGrace else { throw .over }
    }
}
