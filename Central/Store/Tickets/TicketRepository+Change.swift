import Database
package import TicketModel

extension TicketRepository {
    /// Changes a ticket, notes it in its history and raises the event's revision.
    ///
    /// What is so already stays so: revoking a revoked ticket changes nothing and is no error.
    ///
    /// - Parameters:
    ///   - reason: what the author says of it, for whoever asks afterwards; may be empty.
    /// - Returns: the ticket as it is now; after a reissue ask ``credentials(of:)`` for its codes.
    /// - Throws: `.notFound(.ticket)`, `.impossibleChange`, `.generationsExhausted`.
    @discardableResult
    package func change(
        _ id: TicketID,
        _ change: TicketChange,
        reason: String = "",
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> StoredTicket {
        try await changing(id, by: author, at: now) { writer in
            let old = try writer.ticket(id)
            let new = try old.changed(by: change, at: now)
            try writer.write(new, over: old, by: change, reason: reason)
            return new
        }
    }
}

extension StoredTicket {
    /// What becomes of a ticket by a change; a revoked ticket stays revoked, and a spare one can
    /// only be assigned or revoked.
    func changed(by change: TicketChange, at now: Timestamp) throws(StoreError) -> StoredTicket {
        var ticket = self
        switch (status, change) {
        case (_, .revoke), (.spare, .assign): break
        case (.revoked, _), (.spare, _), (_, .assign):
            throw .impossibleChange(change, from: status)
        default: break
        }
        switch change {
        case .revoke: ticket.status = .revoked
        case .block: ticket.status = .blocked
        case .unblock: if status == .blocked { ticket.status = isPaid ? .valid : .unpaid }
        case .markPaid:
            ticket.isPaid = true
            if status == .unpaid { ticket.status = .valid }
        case .markUnpaid:
            ticket.isPaid = false
            if status == .valid { ticket.status = .unpaid }
        case .assign: ticket.status = isPaid ? .valid : .unpaid
        case .reissue, .reprint:
            try ticket.renew(at: now)
            ticket.linkGeneration = ticket.generation
            ticket.moves = 0
            ticket.isReprint = change == .reprint
        case .move, .bind: try ticket.renew(at: now)
        }
        return ticket
    }

    /// Gives the ticket its next generation, which nobody holds yet.
    private mutating func renew(at now: Timestamp) throws(StoreError) {
        guard let next = generation.next else { throw .generationsExhausted }
        guard let seconds = now.tokenSeconds else {
            throw .invalid([InvalidValue("", "the clock is outside 1970 to 2106")])
        }
        generation = next
        // Never before the generation it supersedes, even if the clock went back.
        generationTime = max(seconds, generationTime)
        isReprint = false
        hold = nil
    }
}
