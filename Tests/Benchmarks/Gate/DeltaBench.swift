import AdmissionRules
import GateStore
import ManifestFormat
import Synchronization
import TestSupport
import TicketModel

/// Deltas of a thousand changes into a manifest of a million tickets, while lanes go on scanning.
enum DeltaBench {
    private static let tickets = 1_000_000
    private static let changes = 1000
    private static let deltas = 12
    private static let lanes = 2
    /// Central raises the version at most once a second.
    private static let deltaEvery = Duration.seconds(1)
    private static let scanEvery = Duration.milliseconds(4)
    private static let applyLimit = 100.0
    private static let delayLimit = 10.0

    static func run(_ table: inout Table) async throws {
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(tickets)
        let data = GateData(scratch.file("gate"))
        try data.prepare()
        let store = try BenchStore(data, venue, fixture, try Journal(path: data.journal))
        let series = Self.series(fixture, held: store.shelf.current?.metadata)
        let first = series.prefix(deltas)
        var quiet: [Double] = []
        for delta in first {
            quiet.append(try applied(delta, store))
            try await Task.sleep(for: .milliseconds(50))
        }
        let before = try await scans(store, from: tickets / 2, during: nil)
        let busy = Mutex<[Double]>([])
        let rest = Array(series.dropFirst(deltas))
        let during = try await scans(store, from: tickets / 4 * 3) {
            for delta in rest {
                try await Task.sleep(for: deltaEvery)
                let time = try applied(delta, store)
                busy.withLock { $0.append(time) }
            }
        }
        let busyTimes = busy.withLock { $0 }
        add("delta of 1,000 changes into 1,000,000 tickets, median", quiet.median, &table)
        add("  the slowest of \(deltas)", quiet.max() ?? .nan, &table)
        add("  while \(lanes) lanes scan, median", busyTimes.median, &table)
        add("  while \(lanes) lanes scan, the slowest", busyTimes.max() ?? .nan, &table)
        let (calm, loaded) = (before.percentile(0.99), during.percentile(0.99))
        table.add(
            "scan p50 / p99, no delta",
            "\(Table.number(before.median, digits: 2)) / \(Table.number(calm, digits: 2)) ms"
        )
        table.add(
            "scan p50 / p99, a delta every second",
            "\(Table.number(during.median, digits: 2)) / \(Table.number(loaded, digits: 2)) ms"
        )
        let delay = Swift.max(0, loaded - calm)
        table.add(
            "  delay by deltas at p99",
            "\(Table.number(delay, digits: 2)) ms",
            bare: "\(Table.number(delayLimit)) ms",
            ratio: delay / delayLimit,
            target: "1.00"
        )
    }

    private static func add(_ what: String, _ time: Double, _ table: inout Table) {
        table.add(
            what,
            "\(Table.number(time, digits: 1)) ms",
            bare: "\(Table.number(applyLimit)) ms",
            ratio: time / applyLimit,
            target: "1.00"
        )
    }

    /// Milliseconds from the lines to the new version in service.
    private static func applied(_ delta: [UInt8], _ store: BenchStore) throws -> Double {
        try seconds {
            var reader = DeltaReader()
            try reader.append(delta)
            try store.shelf.apply(try reader.finish(), trust: store.venue.trustList())
        } * 1000
    }

    /// Deltas one after another, as central sends them; their content is kept up as central does.
    private static func series(
        _ fixture: ManifestFixture,
        held: ManifestMetadata?
    ) -> [[UInt8]] {
        guard let held else { return [] }
        var fixture = fixture
        var content = ContentHash()
        for row in fixture.rows { content.add(row) }
        var random = SeededRandom(seed: 7)
        return (0..<2 * deltas).map { _ in
            var lines: [ManifestChange] = []
            for _ in 0..<changes {
                let index = Int.random(in: 0..<tickets / 4, using: &random)
                let old = fixture.tickets[index]
                let new = fixture.row(old.id, generation: old.generation.number &+ 1)
                content.remove(old.row)
                content.add(new.row)
                fixture.tickets[index] = new
                lines.append(.put(new.row))
            }
            fixture.version += 1
            let signed = fixture.signed(content: content.content, over: held)
            return ManifestDelta(changes: lines, envelope: signed.envelope).lines
        }
    }

    /// Times of scans of tickets that no delta touches, each admitted once, in milliseconds.
    private static func scans(
        _ store: BenchStore,
        from start: Int,
        during work: (@Sendable () async throws -> Void)?
    ) async throws -> [Double] {
        let end = End()
        return try await withThrowingTaskGroup(of: [Double].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var times: [Double] = []
                    var next = start + lane
                    while !end.isReached {
                        let ticket = store.venue.ticket(next)
                        let pending = store.pending(ticket, lane: UInt16(lane + 1))
                        next += lanes
                        let began = ContinuousClock.now
                        let settled = await store.settlement.settle(pending)
                        times.append(began.duration(to: .now) / .milliseconds(1))
                        precondition(settled.decision.code == .success, "every scan is admitted")
                        try await Task.sleep(for: scanEvery)
                    }
                    return times
                }
            }
            if let work { try await work() } else { try await Task.sleep(for: deltaEvery * deltas) }
            end.reach()
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Tells lanes to stop.
    private final class End: Sendable {
        private let state = Mutex(false)

        var isReached: Bool { state.withLock { $0 } }
        func reach() { state.withLock { $0 = true } }
    }
}
