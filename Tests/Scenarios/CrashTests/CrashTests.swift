import Encodings
import EntryLogFormat
import Foundation
import GateStore
import TestSupport
import Testing
import TicketModel

/// How often the gate is killed; STILE_CRASHES and STILE_SEED choose otherwise.
private let crashes = ProcessInfo.processInfo.environment["STILE_CRASHES"].flatMap(Int.init) ?? 100
private let seed =
    ProcessInfo.processInfo.environment["STILE_SEED"].flatMap(UInt64.init)
    ?? .random(in: 1 ... .max)

@Suite("A gate killed at any instant", .serialized)
struct CrashTests {
    private static let lanes: [UInt16] = [1, 2, 3, 4]
    private static let tickets = 4000

    @Test("keeps every admission it reported, admits no ticket twice, and its log has no gap")
    func killedUnderLoad() async throws {
        print("crash test: \(crashes) kills, seed \(seed)")
        var random = SeededRandom(seed: seed)
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(Self.tickets)
        let data = try scratch.folder("data")
        _ = try PreparedGate(folder: data, venue: venue, manifest: fixture)
        var ports: [UInt16: UInt16] = [:]
        for lane in Self.lanes { ports[lane] = try LineClient.freePort() }
        let settings = TestSettings(data: data, event: venue.event, ports: ports)
        try #require(ScratchFolder.write(settings.yaml, to: scratch.file("gate.yaml")))
        let codes = (0..<Self.tickets).map { venue.paperCode(venue.ticket($0)) }

        var reported: [Report] = []
        var restarts = 0
        for round in 0..<crashes {
            let gate = try GateProcess(
                settings: scratch.file("gate.yaml"),
                log: scratch.file("gate.log")
            )
            // From before the gate is up to well into its work.
            let life = Duration.milliseconds(Int.random(in: 20...350, using: &random))
            let seeds = Self.lanes.map { _ in UInt64.random(in: 1 ... .max, using: &random) }
            let clients = Self.lanes.enumerated().map { index, lane in
                Client(
                    lane: lane,
                    port: ports[lane] ?? 0,
                    codes: codes,
                    start: round * Self.tickets / crashes,
                    seed: seeds[index]
                )
            }
            let threads = clients.map { client in Thread { client.run() } }
            for thread in threads { thread.start() }
            try await Task.sleep(for: life)
            gate.kill()
            for client in clients {
                client.stop()
                reported += client.reports()
            }
            restarts += 1
        }
        try check(reported, scratch, data: data, venue: venue)
        print("crash test: \(restarts) kills, \(reported.count) verdicts reported")
    }

    private func check(
        _ reported: [Report],
        _ scratch: ScratchFolder,
        data: String,
        venue: TestVenue
    ) throws {
        let journal = try Journal(path: GateData(data).journal)
        let audit = try journal.audit()
        #expect(audit.faults == [])
        #expect(audit.admissions.values.allSatisfy { $0 == 1 })
        let log = LogName(device: venue.device, epoch: 1)
        let successes = reported.filter { $0.verdict == "SUCCESS" }
        for report in successes {
            let record = JournalAudit.AdmissionRecord(
                log: log,
                sequence: report.sequence,
                ticket: report.ticket
            )
            #expect(audit.admitted.contains(record), "\(report) was reported, but is not stored")
        }
        let logged = (try? String(contentsOfFile: scratch.file("gate.log"), encoding: .utf8)) ?? ""
        #expect(
            successes.count > crashes,
            "too few admissions to say anything: \(logged.suffix(2000))"
        )
        #expect(reported.contains { $0.verdict == "DUPLICATE" })
        #expect(!reported.contains { $0.verdict == "ERROR" })
        let state = try journal.uploadState(of: 1)
        #expect(Int(state.next) == audit.records)
        print(
            "crash test: \(audit.records) records, \(audit.admitted.count) admissions stored, "
                + "\(successes.count) reported"
        )
    }
}

/// One verdict line that came back from a gate.
private struct Report: Sendable {
    let verdict: String
    let ticket: TicketID
    let sequence: UInt64
    let lane: UInt16
}

/// Shows codes at one lane until the gate is gone.
private final class Client: @unchecked Sendable {
    // Sendable: `found` and `isStopped` are only touched under `lock`; the rest never changes.
    private let lock = NSCondition()
    private var found: [Report] = []
    private var isStopped = false
    private var isDone = false
    private let lane: UInt16
    private let port: UInt16
    private let codes: [[UInt8]]
    private let start: Int
    private let seed: UInt64

    init(lane: UInt16, port: UInt16, codes: [[UInt8]], start: Int, seed: UInt64) {
        self.lane = lane
        self.port = port
        self.codes = codes
        self.start = start
        self.seed = seed
    }

    func run() {
        // However the connection ends, what was read before counts.
        try? show()
        lock.withLock {
            isDone = true
            lock.broadcast()
        }
    }

    /// Waits until no more reports will come.
    func stop() {
        lock.withLock {
            isStopped = true
            while !isDone { lock.wait() }
        }
    }

    func reports() -> [Report] { lock.withLock { found } }

    private func show() throws {
        var random = SeededRandom(seed: seed)
        let client = try connect()
        // All lanes run through the same tickets, so that they meet, and come back to old ones.
        for step in 0... {
            let number =
                Int.random(in: 0..<4, using: &random) == 0
                ? Int.random(in: 0..<codes.count, using: &random) : (start + step) % codes.count
            let line = try client.scan(codes[number])
            guard line["repeated"] == .bool(false) else { continue }
            let report = Report(
                verdict: line["verdict"]?.string ?? "",
                ticket: line["ticket"]?.string.flatMap { TicketID(hex: $0) }
                    ?? TicketID(high: 0, low: 0),
                sequence: line["seq"]?.integer.flatMap { UInt64(exactly: $0) } ?? .max,
                lane: lane
            )
            lock.withLock { found.append(report) }
        }
    }

    private func connect() throws -> LineClient {
        while true {
            if let client = try? LineClient(port: port, within: 0.02) { return client }
            if lock.withLock({ isStopped }) { throw LineClient.Failure.notConnected }
        }
    }
}
