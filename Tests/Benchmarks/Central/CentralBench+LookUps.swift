import CentralStore
import Database
import TicketModel

extension CentralBench {
    /// Look-ups and LIVE tokens, one after another and from eight tasks at once.
    func lookUps() async throws -> [Line] {
        let event = try await concert()
        var ids: [TicketID] = []
        for _ in 0..<2 {
            let orders = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: StoreLimits.issueMax
            )
            let issued = try await central.tickets.issue(
                orders,
                event: event,
                by: nil,
                at: Self.noon
            )
            ids += issued.map(\.ticket.id)
        }
        ids.shuffle()
        let single = try await seconds {
            for id in ids { _ = try await central.tickets.ticket(id) }
        }
        let shared = try await seconds {
            try await each(ids) { _ = try await central.tickets.ticket($0) }
        }
        let live = try await seconds {
            try await each(ids) { id in
                let ticket = try await central.tickets.ticket(id)
                _ = try await central.tickets.liveToken(for: ticket, at: Self.noon)
            }
        }
        let bare = try await bareLookUps(ids)
        let count = Double(ids.count)
        return [
            Line(
                name: "ticket look-ups, one task",
                ours: count / single.0,
                unit: "/s",
                limitName: "the same rows in one snapshot",
                limit: bare
            ),
            Line(name: "ticket look-ups, eight tasks", ours: count / shared.0, unit: "/s"),
            Line(name: "look-up and LIVE token, eight tasks", ours: count / live.0, unit: "/s"),
        ]
    }

    private func each(
        _ ids: [TicketID],
        _ body: @escaping @Sendable (TicketID) async throws -> Void
    ) async throws {
        let share = ids.count / 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in stride(from: 0, to: ids.count, by: share) {
                let part = ids[start..<min(start + share, ids.count)]
                group.addTask { for id in part { try await body(id) } }
            }
            try await group.waitForAll()
        }
    }

    private func bareLookUps(_ ids: [TicketID]) async throws -> Double {
        let (time, _) = try await seconds {
            try await central.database.read { connection in
                for id in ids {
                    _ = try connection.first(
                        "SELECT * FROM ticket t JOIN event e ON e.id = t.event WHERE t.id = ?",
                        [.blob(id.bytes)]
                    ) { try $0.values.count }
                }
            }
        }
        return Double(ids.count) / time
    }
}
