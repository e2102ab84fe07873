import Database
import Sodium
import TicketModel

/// How a ticket stands in its table.
enum TicketColumns {
    /// For a query over `ticket t JOIN event e`.
    static let names = """
        t.id, t.event, t.class, t.status, t.paid, t.gen, t.gen_time, t.reprint, t.uses_max,
        t.reentry, t.methods, t.nbf, t.exp, t.seat, t.reference, t.issued, t.link_gen, t.check_id,
        t.preprinted, t.device, t.pack_until, t.holder, t.moves, e.ends
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
            linkGeneration: Generation(try row.number(16)),
            checksID: try row.flag(17),
            isPreprinted: try row.flag(18),
            hold: try hold(row),
            moves: try row.number(22),
            eventEnds: try row.time(23)
        )
    }

    private static func hold(_ row: any SQLRow) throws -> TicketHold? {
        guard let device = try row.blobIfAny(19) else { return nil }
        return TicketHold(
            device: try row.parsed(19, device) { DeviceTag(bytes: $0) },
            packUntil: try row.timeIfAny(20),
            holder: try row.blobIfAny(21).map { bytes in
                try row.parsed(21, bytes) { PublicKey(bytes: $0) }
            }
        )
    }

    static let insert = """
        INSERT INTO ticket(event, id, class, status, paid, gen, gen_time, reprint, uses_max,
            reentry, methods, nbf, exp, seat, reference, issued, issued_by, link_gen, check_id,
            preprinted)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func values(of ticket: StoredTicket, by author: APIKeyID?) -> [SQLValue] {
        [
            .id(ticket.event), .id(ticket.id), .number(ticket.accessClass),
            .number(ticket.status.rawValue), .flag(ticket.isPaid),
            .number(ticket.generation.number), .number(ticket.generationTime),
            .flag(ticket.isReprint), .number(ticket.usesMax), .flag(ticket.reentry),
            .number(ticket.methods.rawValue), .optional(ticket.notBefore),
            .optional(ticket.expires), .text(ticket.seat), .optional(ticket.reference),
            .time(ticket.issued), .optional(author), .number(ticket.linkGeneration.number),
            .flag(ticket.checksID), .flag(ticket.isPreprinted),
        ]
    }

    /// Writes what can change of a ticket.
    static let update = """
        UPDATE ticket SET class = ?, status = ?, paid = ?, gen = ?, gen_time = ?, reprint = ?,
            uses_max = ?, reentry = ?, methods = ?, seat = ?, reference = ?, link_gen = ?,
            device = ?, pack_until = ?, holder = ?, moves = ?
        WHERE event = ? AND id = ?
        """

    static func updateValues(of ticket: StoredTicket) -> [SQLValue] {
        [
            .number(ticket.accessClass), .number(ticket.status.rawValue), .flag(ticket.isPaid),
            .number(ticket.generation.number), .number(ticket.generationTime),
            .flag(ticket.isReprint), .number(ticket.usesMax), .flag(ticket.reentry),
            .number(ticket.methods.rawValue), .text(ticket.seat), .optional(ticket.reference),
            .number(ticket.linkGeneration.number),
            ticket.hold.map { .blob($0.device.bytes) } ?? .null,
            .optional(ticket.hold?.packUntil),
            ticket.hold?.holder.map { .blob($0.bytes) } ?? .null, .number(ticket.moves),
            .id(ticket.event), .id(ticket.id),
        ]
    }

    static let insertCode = """
        INSERT INTO ticket_code(event, h, ticket, kind, gen, status) VALUES(?, ?, ?, ?, ?, ?)
        """

    /// A code row's own status is valid, but for spares: what holds a ticket up is told by the
    /// ticket.
    static func codeValues(of ticket: StoredTicket, hash: [UInt8]) -> [SQLValue] {
        [
            .id(ticket.event), .blob(hash), .id(ticket.id), .number(CodeForm.ownCode.rawValue),
            .number(ticket.generation.number),
            .number((ticket.status == .spare ? TicketStatus.spare : .valid).rawValue),
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
