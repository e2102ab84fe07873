import Database
import TicketModel

/// How a ticket stands in its table.
enum TicketColumns {
    /// For a query over `ticket t JOIN event e`.
    static let names = """
        t.id, t.event, t.class, t.status, t.paid, t.gen, t.gen_time, t.reprint, t.uses_max,
        t.reentry, t.methods, t.nbf, t.exp, t.seat, t.reference, t.issued, e.ends
        """
    static let source = "ticket t JOIN event e ON e.id = t.event"

    static func read(_ row: any SQLRow) throws -> StoredTicket {
        StoredTicket(
            id: try row.id(0),
            event: try row.id(1),
            accessClass: try row.numbered(2),
            status: try row.parsed(3, try row.number(3)) { TicketStatus(rawValue: $0) },
            isPaid: try row.flag(4),
            generation: Generation(try row.number(5)),
            generationTime: try row.number(6),
            isReprint: try row.flag(7),
            usesMax: try row.number(8),
            reentry: try row.flag(9),
            methods: Methods(rawValue: try row.number(10)),
            notBefore: try row.timeIfAny(11),
            expires: try row.timeIfAny(12),
            seat: try row.text(13),
            reference: try row.textIfAny(14),
            issued: try row.time(15),
            eventEnds: try row.time(16)
        )
    }

    static let insert = """
        INSERT INTO ticket(event, id, class, status, paid, gen, gen_time, reprint, uses_max,
            reentry, methods, nbf, exp, seat, reference, issued, issued_by)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func values(of ticket: StoredTicket, by author: APIKeyID?) -> [SQLValue] {
        [
            .id(ticket.event), .id(ticket.id), .number(ticket.accessClass),
            .number(ticket.status.rawValue), .flag(ticket.isPaid),
            .number(ticket.generation.number), .number(ticket.generationTime),
            .flag(ticket.isReprint), .number(ticket.usesMax), .flag(ticket.reentry),
            .number(ticket.methods.rawValue), .optional(ticket.notBefore),
            .optional(ticket.expires), .text(ticket.seat), .optional(ticket.reference),
            .time(ticket.issued), .optional(author),
        ]
    }

    static let insertCode = """
        INSERT INTO ticket_code(event, h, ticket, kind, gen, status) VALUES(?, ?, ?, ?, ?, ?)
        """

    /// A code row's own status is always valid: what holds the ticket up is told by the ticket.
    static func codeValues(of ticket: StoredTicket, hash: [UInt8]) -> [SQLValue] {
        [
            .id(ticket.event), .blob(hash), .id(ticket.id), .number(CodeForm.ownCode.rawValue),
            .number(ticket.generation.number), .number(TicketStatus.valid.rawValue),
        ]
    }

    static func ticket(_ id: TicketID, _ connection: any SQLConnection) throws -> StoredTicket {
        let found = try connection.first(
            "SELECT \(names) FROM \(source) WHERE t.id = ?",
            [.id(id)],
            read
        )
        guard let found else { throw StoreError.notFound(.ticket) }
        return found
    }
}
