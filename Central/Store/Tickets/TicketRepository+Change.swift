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
        let event = try await ticket(id).event
        let eventKeys = try await keys.eventKeys(event, at: now)
        let codes = TicketCodes(keys.seasonKeys)
        return try await database.transaction { connection in
            // The revision first: on an engine with many writers this is where they queue.
            try connection.run(
                "UPDATE event SET revision = revision WHERE id = ?",
                [.id(event)]
            )
            let old = try TicketColumns.ticket(id, connection)
            let new = try old.changed(by: change, at: now)
            guard new != old else { return old }
            try connection.run(
                """
                UPDATE ticket SET status = ?, paid = ?, gen = ?, gen_time = ?, reprint = ?
                WHERE event = ? AND id = ?
                """,
                [
                    .number(new.status.rawValue), .flag(new.isPaid),
                    .number(new.generation.number), .number(new.generationTime),
                    .flag(new.isReprint), .id(event), .id(id),
                ]
            )
            if new.generation != old.generation {
                let hash = codes.codeHash(id, new.generation, eventKeys)
                try connection.run(
                    TicketColumns.insertCode,
                    TicketColumns.codeValues(of: new, hash: hash)
                )
            }
            try connection.run(
                """
                INSERT INTO ticket_change(ticket, number, changed, what, reason, api_key)
                SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM ticket_change
                WHERE ticket = ?
                """,
                [
                    .id(id), .time(now), .text(change.rawValue), .text(reason),
                    .optional(author), .id(id),
                ]
            )
            try connection.run(
                "UPDATE event SET revision = revision + 1 WHERE id = ?",
                [.id(event)]
            )
            return new
        }
    }
}

extension StoredTicket {
    /// What becomes of a ticket by a change; a revoked ticket stays revoked.
    func changed(by change: TicketChange, at now: Timestamp) throws(StoreError) -> StoredTicket {
        var ticket = self
        if status == .revoked, change != .revoke {
            throw .impossibleChange(change, from: status)
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
        case .reissue, .reprint:
            guard let next = generation.next else { throw .generationsExhausted }
            guard let seconds = now.tokenSeconds else {
                throw .invalid([InvalidValue("", "the clock is outside 1970 to 2106")])
            }
            ticket.generation = next
            // Never before the generation it supersedes, even if the clock went back.
            ticket.generationTime = max(seconds, generationTime)
            ticket.isReprint = change == .reprint
        }
        return ticket
    }
}
