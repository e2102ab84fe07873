import Database
import Sodium
import TicketModel

/// Writes a ticket that changed, within a transaction: its row, its new code, its history, and the
/// event's revision.
struct TicketWriter {
    let event: EventID
    let codes: TicketCodes
    let keys: EventKeys
    let author: APIKeyID?
    let now: Timestamp
    let connection: any SQLConnection

    /// Reads the ticket that is about to change; on an engine with many writers this is where they
    /// queue.
    func ticket(_ id: TicketID) throws -> StoredTicket {
        try connection.run("UPDATE event SET revision = revision WHERE id = ?", [.id(event)])
        return try TicketColumns.ticket(id, connection)
    }

    /// Writes `new` over `old`; a ticket that stays as it was is not noted.
    func write(
        _ new: StoredTicket,
        over old: StoredTicket,
        by change: TicketChange,
        reason: String
    ) throws {
        guard new != old else { return }
        try keep(new)
        if new.generation != old.generation { try addCode(of: new) }
        try connection.run(
            """
            INSERT INTO ticket_change(ticket, number, changed, what, reason, api_key)
            SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM ticket_change
            WHERE ticket = ?
            """,
            [
                .id(new.id), .time(now), .text(change.rawValue), .text(reason),
                .optional(author), .id(new.id),
            ]
        )
        try raiseRevision()
    }

    /// Writes what no gate sees: no history, no revision.
    func keep(_ ticket: StoredTicket) throws {
        try connection.run(TicketColumns.update, TicketColumns.updateValues(of: ticket))
        if let holder = ticket.hold?.holder {
            try connection.run(
                "INSERT INTO holder_key(ticket, pub) VALUES(?, ?) ON CONFLICT DO NOTHING",
                [.id(ticket.id), .blob(holder.bytes)]
            )
        }
    }

    func addCode(of ticket: StoredTicket) throws {
        let hash = codes.codeHash(ticket.id, ticket.generation, keys)
        try connection.run(
            TicketColumns.insertCode,
            TicketColumns.codeValues(of: ticket, hash: hash)
        )
    }

    func raiseRevision() throws {
        try connection.run(
            "UPDATE event SET revision = revision + 1 WHERE id = ?",
            [.id(event)]
        )
    }
}

extension TicketRepository {
    /// Runs `body` in a transaction with a writer for the ticket's event.
    func changing<Value: Sendable>(
        _ id: TicketID,
        by author: APIKeyID?,
        at now: Timestamp,
        _ body: @escaping @Sendable (TicketWriter) throws -> Value
    ) async throws(StoreError) -> Value {
        let event = try await ticket(id).event
        let eventKeys = try await keys.eventKeys(event, at: now)
        let codes = TicketCodes(keys.seasonKeys)
        return try await database.transaction { connection in
            try body(
                TicketWriter(
                    event: event,
                    codes: codes,
                    keys: eventKeys,
                    author: author,
                    now: now,
                    connection: connection
                )
            )
        }
    }
}
