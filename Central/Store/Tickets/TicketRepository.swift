import Database
import ManifestFormat
import Sodium
package import TicketModel
package import TokenFormat

/// Tickets: found, listed, shown; `TicketRepository+Issue` and `+Change` write them.
package struct TicketRepository: Sendable {
    let database: any Database
    let keys: KeyRing

    init(database: any Database, keys: KeyRing) {
        self.database = database
        self.keys = keys
    }

    /// - Throws: `.notFound(.ticket)`.
    package func ticket(_ id: TicketID) async throws(StoreError) -> StoredTicket {
        try await database.snapshot { try TicketColumns.ticket(id, $0) }
    }

    /// The ticket of an own static code, as it was printed or typed; also of an older generation.
    ///
    /// - Throws: `.notFound(.event)`, or `.notFound(.ticket)` for text that is no code of ours.
    package func ticket(
        ownCode text: String,
        event: EventID
    ) async throws(StoreError) -> StoredTicket {
        let barcodeKey = try await keys.barcodeKey(of: event)
        guard case .ownCode(let code) = ScannedCode(Array(text.utf8), source: .typed) else {
            throw .notFound(.ticket)
        }
        let hash = BarcodeHash.hash(
            of: Array(code.text.utf8),
            event: event,
            key: barcodeKey
        )
        return try await database.snapshot { connection in
            let id = try connection.first(
                "SELECT ticket FROM ticket_code WHERE event = ? AND h = ?",
                [.id(event), .blob(hash)]
            ) { row -> TicketID in try row.id(0) }
            guard let id else { throw StoreError.notFound(.ticket) }
            return try TicketColumns.ticket(id, connection)
        }
    }

    /// The ticket that bears another system's number.
    ///
    /// - Throws: `.notFound(.ticket)`.
    package func ticket(
        reference: String,
        event: EventID
    ) async throws(StoreError) -> StoredTicket {
        let found = try await database.snapshot { connection in
            try connection.first(
                """
                SELECT \(TicketColumns.names) FROM \(TicketColumns.source)
                WHERE t.event = ? AND t.reference = ?
                """,
                [.id(event), .text(reference)],
                TicketColumns.read
            )
        }
        guard let found else { throw .notFound(.ticket) }
        return found
    }

    /// The ticket of a holder page's secret link; a link of an older generation is dead.
    ///
    /// - Throws: `.notFound(.ticket)` whatever is wrong with the link.
    package func ticket(link: String) async throws(StoreError) -> StoredTicket {
        guard let (id, tag) = TicketCodes.parse(link: link) else { throw .notFound(.ticket) }
        let ticket = try await ticket(id)
        let expected = TicketCodes(keys.seasonKeys).linkTag(id, ticket.linkGeneration)
        guard Sodium.isEqual(tag, expected) else { throw .notFound(.ticket) }
        return ticket
    }

    /// The tickets of an event in order of id.
    ///
    /// - Parameters:
    ///   - status: only these; `nil` for all.
    ///   - limit: 1 to ``StoreLimits/pageMax``; clamped.
    package func list(
        event: EventID,
        status: TicketStatus? = nil,
        after cursor: TicketID? = nil,
        limit: Int
    ) async throws(StoreError) -> Page<StoredTicket, TicketID> {
        let limit = min(max(1, limit), StoreLimits.pageMax)
        return try await database.snapshot { connection in
            let filter = status == nil ? "" : "AND t.status = ?"
            let found = try connection.rows(
                """
                SELECT \(TicketColumns.names) FROM \(TicketColumns.source)
                WHERE t.event = ? AND t.id > ? \(filter) ORDER BY t.id LIMIT ?
                """,
                [.id(event), .blob(cursor?.bytes ?? [])]
                    + (status.map { [.number($0.rawValue)] } ?? []) + [.number(limit + 1)],
                TicketColumns.read
            )
            return Page(found, limit: limit) { $0.id }
        }
    }

    /// What happened to a ticket, its issue first.
    ///
    /// - Throws: `.notFound(.ticket)`.
    package func history(
        _ id: TicketID
    ) async throws(StoreError) -> [TicketHistoryLine] {
        try await database.snapshot { connection in
            let issue = try connection.first(
                "SELECT issued, issued_by FROM ticket WHERE id = ?",
                [.id(id)]
            ) { row in
                TicketHistoryLine(
                    number: 0,
                    time: try row.time(0),
                    change: nil,
                    reason: "",
                    by: try row.idIfAny(1)
                )
            }
            guard let issue else { throw StoreError.notFound(.ticket) }
            let changes = try connection.rows(
                """
                SELECT number, changed, what, reason, api_key FROM ticket_change
                WHERE ticket = ? ORDER BY number
                """,
                [.id(id)]
            ) { row in
                TicketHistoryLine(
                    number: try row.integer(0),
                    time: try row.time(1),
                    change: try row.parsed(2, try row.text(2)) { TicketChange(rawValue: $0) },
                    reason: try row.text(3),
                    by: try row.idIfAny(4)
                )
            }
            return [issue] + changes
        }
    }

    /// Own code, PAPER token and link of a ticket's present generation.
    package func credentials(
        of ticket: StoredTicket
    ) async throws(StoreError) -> TicketCredentials {
        let keys = try await keys.eventKeys(ticket.event)
        return TicketCodes(self.keys.seasonKeys).credentials(of: ticket, keys)
    }

    /// The LIVE token of a ticket that was just read: signed in memory.
    ///
    /// - Parameter byLink: whether the holder's page asks. Once a phone has a key of its own, the
    ///   link alone shows no codes any more.
    /// - Throws: `.refused` with the reason why there is none.
    package func liveToken(
        for ticket: StoredTicket,
        byLink: Bool = false,
        at now: Timestamp
    ) async throws(StoreError) -> SignedToken {
        let keys = try await keys.eventKeys(ticket.event, at: now)
        do throws(MintRefusal) {
            let token = try TokenMint.live(for: ticket, keys: keys, at: now)
            if byLink, ticket.hold?.holder != nil { throw MintRefusal.heldElsewhere }
            return token
        } catch { throw .refused(error) }
    }
}
