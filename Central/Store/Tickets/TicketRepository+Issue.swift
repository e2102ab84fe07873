import Database
package import TicketModel

extension TicketRepository {
    /// Tickets that one task signs in a row.
    private static let signedAtOnce = 256

    /// Issues tickets, all or none, and raises the event's revision.
    ///
    /// - Parameters:
    ///   - orders: 1 to ``StoreLimits/issueMax``.
    ///   - answer: kept in the same transaction for a repeated request; `nil` keeps none.
    /// - Returns: the tickets in the order of `orders`.
    /// - Throws: `.invalid` with pointers such as `/3/seat`; `.notFound(.event)`;
    ///   `.referencesTaken`.
    package func issue(
        _ orders: [TicketOrder],
        event: EventID,
        by author: APIKeyID?,
        at now: Timestamp,
        answer: IdempotentAnswer<[IssuedTicket]>? = nil
    ) async throws(StoreError) -> [IssuedTicket] {
        try await issue(orders, event: event, by: author, at: now, answer: answer) { _, _ in }
    }

    /// - Parameter also: what else belongs into the transaction.
    func issue(
        _ orders: [TicketOrder],
        event: EventID,
        by author: APIKeyID?,
        at now: Timestamp,
        answer: IdempotentAnswer<[IssuedTicket]>? = nil,
        also: @escaping @Sendable (any SQLConnection, [StoredTicket]) throws -> Void
    ) async throws(StoreError) -> [IssuedTicket] {
        let details = try await database.snapshot { try EventRepository.event(event, $0).details }
        try Self.check(orders, against: details)
        let tickets = try Self.tickets(orders, event: event, details, at: now)
        let eventKeys = try await keys.eventKeys(event, at: now)
        let codes = TicketCodes(keys.seasonKeys)
        let signed = await Self.sign(tickets, codes, eventKeys)
        let issued = signed.map(\.issued)
        // Written in the order of their keys: random ids touch every page of a table, so at least
        // one after another.
        let rows = tickets.sorted { $0.id < $1.id }.map { TicketColumns.values(of: $0, by: author) }
        let codeRows = signed.sorted { $0.codeHash.lexicographicallyPrecedes($1.codeHash) }
            .map { TicketColumns.codeValues(of: $0.issued.ticket, hash: $0.codeHash) }
        let stored = try answer?.answer(to: issued)
        do {
            try await database.transaction { connection in
                try connection.run(
                    "UPDATE event SET revision = revision + 1 WHERE id = ?",
                    [.id(event)]
                )
                try connection.runBatch(TicketColumns.insert, rows)
                try connection.runBatch(TicketColumns.insertCode, codeRows)
                try also(connection, tickets)
                if let stored { try stored.keep(connection) }
            }
        } catch .database(.uniqueViolation) {
            // Ids are random, so only a reference can be taken.
            throw try await taken(among: orders.compactMap(\.reference), event: event)
        } catch .database(.foreignKeyViolation) {
            // The class was removed between the check and the insert.
            throw .invalid([InvalidValue("", "a class was removed meanwhile")])
        }
        return issued
    }

    private static func check(
        _ orders: [TicketOrder],
        against details: EventDetails
    ) throws(StoreError) {
        var checker = Checker()
        checker.require(!orders.isEmpty, "", "must hold a ticket")
        checker.require(
            orders.count <= StoreLimits.issueMax,
            "",
            "must hold at most \(StoreLimits.issueMax) tickets"
        )
        try checker.finish()
        let classes = Set(details.classes.map(\.number))
        var references: Set<String> = []
        for (index, order) in orders.enumerated() {
            let isKnown = classes.contains(order.accessClass)
            checker.require(isKnown, "/\(index)/class", "is no class of this event")
            let seatMax = StoreLimits.seatBytesMax
            checker.text(order.seat, "/\(index)/seat", bytesMax: seatMax)
            if let reference = order.reference {
                checker.require(!reference.isEmpty, "/\(index)/reference", "must not be empty")
                let referenceMax = StoreLimits.referenceBytesMax
                checker.text(reference, "/\(index)/reference", bytesMax: referenceMax)
                let isNew = references.insert(reference).inserted
                checker.require(isNew, "/\(index)/reference", "stands twice")
            }
            checker.require(order.usesMax != 0, "/\(index)/uses_max", "must be at least 1")
            if let methods = order.methods {
                let isRight = !methods.isEmpty && Methods.all.isSuperset(of: methods)
                checker.require(isRight, "/\(index)/methods", "must name known methods")
            }
            let start = order.notBefore ?? Timestamp(milliseconds: 1)
            checker.require(start.milliseconds > 0, "/\(index)/nbf", "must be after 1970")
            if let expires = order.expires {
                checker.require(start < expires, "/\(index)/exp", "must be after nbf")
            }
        }
        try checker.finish()
    }

    private static func tickets(
        _ orders: [TicketOrder],
        event: EventID,
        _ details: EventDetails,
        at now: Timestamp
    ) throws(StoreError) -> [StoredTicket] {
        guard let seconds = now.tokenSeconds else {
            throw .invalid([InvalidValue("", "the clock is outside 1970 to 2106")])
        }
        let classes = Dictionary(details.classes.map { ($0.number, $0) }) { first, _ in first }
        var tickets: [StoredTicket] = []
        tickets.reserveCapacity(orders.count)
        for order in orders {
            let accessClass = classes[order.accessClass]
            tickets.append(
                StoredTicket(
                    id: try EventRepository.randomID(),
                    event: event,
                    accessClass: order.accessClass,
                    status: order.isSpare ? .spare : order.isPaid ? .valid : .unpaid,
                    isPaid: order.isPaid,
                    generation: Generation(0),
                    generationTime: seconds,
                    isReprint: false,
                    usesMax: order.usesMax ?? accessClass?.usesMax ?? 1,
                    reentry: order.reentry ?? accessClass?.reentry ?? false,
                    methods: order.methods ?? accessClass?.methods ?? .standard,
                    notBefore: order.notBefore,
                    expires: order.expires,
                    seat: order.seat,
                    reference: order.reference,
                    issued: now,
                    linkGeneration: Generation(0),
                    checksID: order.checksID ?? accessClass?.checksID ?? false,
                    isPreprinted: order.isSpare,
                    hold: nil,
                    moves: 0,
                    eventEnds: details.ends
                )
            )
        }
        return tickets
    }

    private struct Signed: Sendable {
        let issued: IssuedTicket
        let codeHash: [UInt8]
    }

    private static func sign(
        _ tickets: [StoredTicket],
        _ codes: TicketCodes,
        _ keys: EventKeys
    ) async -> [Signed] {
        let parts = stride(from: 0, to: tickets.count, by: signedAtOnce).map {
            Array(tickets[$0..<min($0 + signedAtOnce, tickets.count)])
        }
        return await withTaskGroup(of: (Int, [Signed]).self) { group in
            for (index, part) in parts.enumerated() {
                group.addTask {
                    let signed = part.map { ticket in
                        let credentials = codes.credentials(of: ticket, keys)
                        return Signed(
                            issued: IssuedTicket(ticket: ticket, credentials: credentials),
                            codeHash: TicketCodes.hash(of: credentials.ownCode, keys)
                        )
                    }
                    return (index, signed)
                }
            }
            var signed = [[Signed]](repeating: [], count: parts.count)
            for await (index, part) in group { signed[index] = part }
            return Array(signed.joined())
        }
    }

    private func taken(
        among references: [String],
        event: EventID
    ) async throws(StoreError) -> StoreError {
        let taken = try await database.snapshot { connection in
            var taken: [String] = []
            for reference in references where taken.count < 10 {
                let isTaken = try connection.first(
                    "SELECT 1 FROM ticket WHERE event = ? AND reference = ?",
                    [.id(event), .text(reference)]
                ) { _ in true }
                if isTaken != nil { taken.append(reference) }
            }
            return taken
        }
        return .referencesTaken(taken)
    }
}
