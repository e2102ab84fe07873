import Database
package import Sodium
package import TicketModel
import TokenFormat

/// A phone's wish to sign the codes of a ticket with a key of its own.
package struct HolderBinding: Hashable, Sendable {
    private static let context = Array("st1/bind\0".utf8)

    package var device: DeviceTag
    package var holder: PublicKey
    /// The holder key's signature over ``message(event:ticket:generation:holder:)``.
    package var proof: Signature
    /// Whether it may come from another phone, whose codes die.
    package var mayMove: Bool
    package var isByLink: Bool

    package init(
        device: DeviceTag,
        holder: PublicKey,
        proof: Signature,
        mayMove: Bool,
        isByLink: Bool
    ) {
        self.device = device
        self.holder = holder
        self.proof = proof
        self.mayMove = mayMove
        self.isByLink = isByLink
    }

    /// What the holder key signs to be bound.
    ///
    /// The generation is the ticket's present one, which binding raises: a proof works once.
    package static func message(
        event: EventID,
        ticket: TicketID,
        generation: Generation,
        holder: PublicKey
    ) -> [UInt8] {
        context + event.bytes + ticket.bytes + [generation.number] + holder.bytes
    }
}

/// What a phone with a bound key makes its codes of.
package struct BoundTicket: Hashable, Sendable {
    package let ticket: StoredTicket
    package let holder: PublicKey
    /// All of a type 4 token but the presentation: 126 bytes.
    package let credential: [UInt8]

    /// Signs the credential; it is the same whenever it is made.
    init(_ ticket: StoredTicket, holder: PublicKey, _ keys: EventKeys) {
        let fields = TokenFields(
            type: .holderFull,
            flags: ticket.flags,
            keyID: keys.credID,
            ticket: ticket.id,
            start: ticket.generationTime,
            // Until the event is over.
            life: .none,
            generation: ticket.generation,
            accessClass: ticket.accessClass
        )
        let credential = fields.flatMap {
            HolderCredential($0, holder: holder, event: ticket.event, key: keys.cred)
        }
        guard let credential else { preconditionFailure("type, flags and life agree") }
        self.ticket = ticket
        self.holder = holder
        self.credential = credential.bytes
    }

    /// The head of a type 3 token, with `t` left 0: 30 bytes (PROTOCOL 3.2).
    package var head: [UInt8] {
        var head = Array(credential[..<30])
        head[0] = TokenType.holder.rawValue
        head.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        head[26] = TokenLife.minute.units
        head.replaceSubrange(28..<30, with: holder.keyID.bytes.prefix(2))
        return head
    }

    /// The first instant at which the phone can show nothing any more.
    package var ends: Timestamp {
        let last = ticket.eventEnds + KeyRing.eventGrace
        return min(ticket.expires ?? last, last)
    }
}

extension TicketRepository {
    /// Binds a phone's key to a ticket: new generation, and every other code of it dies.
    ///
    /// Binding the key that is bound already changes nothing, so that an answer that was lost can
    /// be asked for again.
    ///
    /// - Throws: `.notFound(.ticket)`; `.badProof`; `.refused` with the reason why not;
    ///   `.generationsExhausted`.
    package func bind(
        _ id: TicketID,
        _ binding: HolderBinding,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> BoundTicket {
        let ticket = try await changing(id, by: author, at: now) { writer in
            let old = try writer.ticket(id)
            try Self.check(old, .holder, at: now)
            if let hold = old.hold, hold.device == binding.device, hold.holder == binding.holder {
                return old
            }
            let message = HolderBinding.message(
                event: old.event,
                ticket: old.id,
                generation: old.generation,
                holder: binding.holder
            )
            guard binding.holder.isValid(binding.proof, over: message) else {
                throw StoreError.badProof
            }
            let isElsewhere =
                old.hold.map { $0.device != binding.device && $0.isAlive(at: now) } ?? false
            // Counted as a move even on one phone: key after key must not use up the generations.
            var new = try Self.moved(
                old,
                mayMove: binding.mayMove || !isElsewhere,
                isByLink: binding.isByLink,
                .bind,
                at: now
            )
            new.hold = TicketHold(device: binding.device, holder: binding.holder)
            try writer.write(new, over: old, by: .bind, reason: "holder key")
            return new
        }
        let keys = try await keys.eventKeys(ticket.event, at: now)
        return BoundTicket(ticket, holder: binding.holder, keys)
    }
}
