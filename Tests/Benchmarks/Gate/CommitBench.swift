import AdmissionRules
import EntryLogFormat
import Foundation
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import TicketModel
import TokenFormat

/// Decide and commit, beside bare SQLite commits on the same disk in the same run.
enum CommitBench {
    private static let tickets = 40_000
    private static let scansPerRound = 240
    /// Short rounds in turns: what else the machine does then hits all of them alike.
    private static let rounds = 41
    /// About what payload, signature and link of a record take together.
    private static let rowBytes = 790

    static func run(_ table: inout Table) async throws {
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        let gate = try BenchStore(scratch, venue, tickets: tickets)
        let bare = try BareJournal(
            path: scratch.file("bare.sqlite"),
            rowBytes: rowBytes,
            writesUse: false
        )
        let bareRows = try BareJournal(
            path: scratch.file("rows.sqlite"),
            rowBytes: rowBytes,
            writesUse: true
        )
        let scans = (0..<tickets).map { gate.pending(venue.ticket($0), lane: 1) }
        var next = 0
        for lanes in [1, 4] {
            var ratios: [Double] = []
            var rowRatios: [Double] = []
            var rowRates: [Double] = []
            var rates: [Double] = []
            var bareRates: [Double] = []
            var times: [Double] = []
            var bareTimes: [Double] = []
            // Turn by turn, so that a disk that changes its mind changes it for both.
            for _ in 0..<rounds {
                let bareResult = try await commits(of: bare, lanes)
                let rowRate = try await commits(of: bareRows, lanes).rate
                let bareRate = bareResult.rate
                bareTimes += bareResult.times
                let first = next
                next += scansPerRound
                let result = try await rateAndTimes(lanes) { lane in
                    var times: [Double] = []
                    for index in 0..<scansPerRound / lanes {
                        let start = ContinuousClock.now
                        let scan = scans[first + index * lanes + lane]
                        let settled = await gate.settlement.settle(scan)
                        precondition(settled.decision.code == .success, "every ticket is good")
                        times.append(start.duration(to: .now) / .milliseconds(1))
                    }
                    return times
                }
                ratios.append(result.rate / bareRate)
                rowRatios.append(result.rate / rowRate)
                rowRates.append(rowRate)
                rates.append(result.rate)
                bareRates.append(bareRate)
                times += result.times
            }
            table.add(
                "decide+commit, \(lanes) lane\(lanes > 1 ? "s" : "")",
                Table.rate(rates.median),
                bare: Table.rate(bareRates.median),
                ratio: ratios.median,
                target: "0.70"
            )
            table.add(
                "  beside commits that store the same two rows",
                Table.rate(rates.median),
                bare: Table.rate(rowRates.median),
                ratio: rowRatios.median
            )
            table.add(
                "  p50 / p99",
                Self.spread(times),
                bare: Self.spread(bareTimes)
            )
        }
        let audit = try gate.journal.audit()
        precondition(audit.faults.isEmpty && audit.records == next, "a sound journal")
        try gate.journal.close()
        let size = try FileManager.default.attributesOfItem(atPath: gate.data.journal)[.size]
        let bytes = (size as? NSNumber)?.doubleValue ?? 0
        table.add("journal bytes per admission, uses included", Table.number(bytes / Double(next)))
    }

    private static func commits(
        of journal: BareJournal,
        _ lanes: Int
    ) async throws -> (rate: Double, times: [Double]) {
        try await rateAndTimes(lanes) { _ in
            var times: [Double] = []
            for _ in 0..<scansPerRound / lanes {
                let start = ContinuousClock.now
                try journal.commit()
                times.append(start.duration(to: .now) / .milliseconds(1))
            }
            return times
        }
    }

    private static func spread(_ times: [Double]) -> String {
        "\(Table.number(times.median, digits: 2)) / "
            + "\(Table.number(times.percentile(0.99), digits: 2)) ms"
    }

    private static func rateAndTimes(
        _ lanes: Int,
        _ work: @escaping @Sendable (Int) async throws -> [Double]
    ) async throws -> (rate: Double, times: [Double]) {
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for lane in 0..<lanes { group.addTask { try await work(lane) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = start.duration(to: .now) / .seconds(1)
        return (Double(scansPerRound) / elapsed, times)
    }
}

/// A gate's stores with a manifest in service.
struct BenchStore: Sendable {
    let venue: TestVenue
    let data: GateData
    let journal: Journal
    let shelf: ManifestShelf
    let settlement: Settlement

    init(_ scratch: ScratchFolder, _ venue: TestVenue, tickets: Int) throws {
        let data = GateData(scratch.file("gate"))
        try data.prepare()
        let journal = try Journal(path: data.journal)
        var fixture = ManifestFixture(venue)
        fixture.tickets = (0..<tickets).map { fixture.row(venue.ticket($0)) }
        try self.init(data, venue, fixture, journal)
    }

    init(
        _ data: GateData,
        _ venue: TestVenue,
        _ fixture: ManifestFixture,
        _ journal: Journal
    ) throws {
        self.venue = venue
        self.data = data
        self.journal = journal
        shelf = ManifestShelf(folder: data.manifests, event: venue.event, journal: journal)
        let signed = try fixture.write(to: shelf.downloadPath)
        try shelf.install(signed.envelope, trust: venue.trustList())
        settlement = Settlement(journal: journal, shelf: shelf)
        let identity = GateIdentity(
            device: venue.device,
            epoch: 1,
            key: venue.deviceSign,
            event: venue.event,
            hall: TestVenue.hall,
            gate: TestVenue.gate
        )
        try journal.open(identity.log, key: identity.key.publicKey)
        settlement.use(identity)
    }

    /// A LIVE token, its signature checked already.
    func pending(_ ticket: TicketID, lane: UInt16) -> PendingScan {
        let text = venue.liveCode(ticket, at: TestVenue.opening)
        let code = ScannedCode(text)
        return PendingScan(
            credential: Credential(code, trust: venue.trustList(), event: venue.event),
            situation: LaneSituation(
                event: venue.event,
                hall: TestVenue.hall,
                gate: TestVenue.gate,
                lane: LaneNumber(lane),
                direction: .entry,
                clock: ClockReading(
                    now: TestVenue.opening,
                    uncertainty: .milliseconds(500),
                    state: .synced,
                    floor: TestVenue.opening,
                    monotonic: 1000
                ),
                isIsolated: false
            ),
            evidence: Evidence.of(text, code: code, sealedTo: venue.logBox.publicKey)
        )
    }
}
