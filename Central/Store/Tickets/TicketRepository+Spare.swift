import Database
package import TicketModel

/// What a spare code becomes.
package struct SpareAssignment: Hashable, Sendable {
    /// `nil` leaves the class that the spare was made with.
    package var accessClass: ClassNumber?
    package var seat: String
    package var reference: String?
    package var isPaid: Bool
    package var reason: String

    package init(
        accessClass: ClassNumber? = nil,
        seat: String = "",
        reference: String? = nil,
        isPaid: Bool = true,
        reason: String = ""
    ) {
        self.accessClass = accessClass
        self.seat = seat
        self.reference = reference
        self.isPaid = isPaid
        self.reason = reason
    }
}

extension TicketRepository {
    /// Makes codes for the box office: tickets that let nobody in until they are assigned.
    ///
    /// - Parameters:
    ///   - count: 1 to ``StoreLimits/issueMax``; ``StoreLimits/sparesMax`` unassigned in all.
    ///   - accessClass: what they become if nobody says otherwise; `nil`: the event's first class.
    package func makeSpares(
        _ count: Int,
        accessClass: ClassNumber? = nil,
        event: EventID,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> [IssuedTicket] {
        guard (1...StoreLimits.issueMax).contains(count) else {
            throw .invalid([InvalidValue("/count", "must be 1 to \(StoreLimits.issueMax)")])
        }
        let (first, held) = try await database.snapshot { connection in
            let details = try EventRepository.event(event, connection).details
            let held = try connection.first(
                "SELECT count(*) FROM ticket WHERE event = ? AND status = ?",
                [.id(event), .number(TicketStatus.spare.rawValue)]
            ) { try $0.number(0, as: Int.self) }
            return (details.classes.first?.number, held ?? 0)
        }
        guard held + count <= StoreLimits.sparesMax else { throw .limitReached(.ticket) }
        guard let number = accessClass ?? first else {
            throw .invalid([InvalidValue("/class", "is missing: the event has no class")])
        }
        let order = TicketOrder(accessClass: number, isSpare: true)
        return try await issue(
            [TicketOrder](repeating: order, count: count),
            event: event,
            by: author,
            at: now
        )
    }

    /// Makes a ticket of a spare code: what was printed lets somebody in from now on.
    ///
    /// - Throws: `.notFound(.ticket)`; `.impossibleChange` unless it is spare; `.invalid`;
    ///   `.referencesTaken`.
    package func assign(
        _ id: TicketID,
        _ assignment: SpareAssignment,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> StoredTicket {
        var checker = Checker()
        checker.text(assignment.seat, "/seat", bytesMax: StoreLimits.seatBytesMax)
        if let reference = assignment.reference {
            checker.text(reference, "/reference", bytesMax: StoreLimits.referenceBytesMax)
        }
        try checker.finish()
        do {
            return try await changing(id, by: author, at: now) { writer in
                let old = try writer.ticket(id)
                var new = old
                new.isPaid = assignment.isPaid
                new = try new.changed(by: .assign, at: now)
                if let number = assignment.accessClass {
                    try new.take(number, writer.connection)
                }
                new.seat = assignment.seat
                new.reference = assignment.reference
                try writer.write(new, over: old, by: .assign, reason: assignment.reason)
                try writer.validateCode(of: new)
                return new
            }
        } catch .database(.uniqueViolation) {
            throw .referencesTaken([assignment.reference].compactMap(\.self))
        }
    }

    /// Gives the printed own code of a spare to a ticket that somebody has: its other codes die,
    /// and the spare is used up.
    ///
    /// - Throws: `.notFound(.ticket)`; `.impossibleChange` unless `spare` is spare and the ticket
    ///   may be reissued; `.invalid` for tickets of two events.
    package func assign(
        _ spare: TicketID,
        to id: TicketID,
        reason: String,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> StoredTicket {
        try await changing(id, by: author, at: now) { writer in
            let old = try writer.ticket(id)
            let card = try writer.ticket(spare)
            guard card.event == old.event else {
                throw StoreError.invalid([InvalidValue("/ticket", "is of another event")])
            }
            guard card.status == .spare else {
                throw StoreError.impossibleChange(.assign, from: card.status)
            }
            guard old.methods.contains(.ownCode) else {
                throw StoreError.refused(.methodNotAllowed)
            }
            let new = try old.changed(by: .reissue, at: now)
            try writer.write(new, over: old, by: .reissue, reason: reason)
            let used = try card.changed(by: .revoke, at: now)
            try writer.write(used, over: card, by: .revoke, reason: "its code went to \(id.hex)")
            try writer.connection.run(
                """
                UPDATE ticket_code SET ticket = ?, gen = ?, status = ? WHERE event = ? AND h = ?
                """,
                [
                    .id(id), .number(new.generation.number),
                    .number(TicketStatus.valid.rawValue), .id(writer.event),
                    .blob(writer.codes.codeHash(spare, card.generation, writer.keys)),
                ]
            )
            return new
        }
    }
}

extension TicketWriter {
    /// A spare's code row says spare as long as its ticket does.
    fileprivate func validateCode(of ticket: StoredTicket) throws {
        try connection.run(
            "UPDATE ticket_code SET status = ? WHERE event = ? AND h = ?",
            [
                .number(TicketStatus.valid.rawValue), .id(event),
                .blob(codes.codeHash(ticket.id, ticket.generation, keys)),
            ]
        )
    }
}

extension StoredTicket {
    /// Becomes a ticket of a class, with what the class says.
    fileprivate mutating func take(
        _ number: ClassNumber,
        _ connection: any SQLConnection
    ) throws {
        let classes = try EventParts(event: event, connection).classes()
        guard let details = classes.first(where: { $0.number == number }) else {
            throw StoreError.invalid([InvalidValue("/class", "is no class of this event")])
        }
        accessClass = number
        usesMax = details.usesMax
        reentry = details.reentry
        methods = details.methods
    }
}
