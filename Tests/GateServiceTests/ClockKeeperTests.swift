import EntryLogFormat
import GateLogic
import GateService
import GateStore
import Logging
import Sodium
import Synchronization
import TestSupport
import Testing
import TicketModel

@Suite("The keeper of the clock", .timeLimit(.minutes(1)))
struct ClockKeeperTests {
    private let noon = Timestamp(seconds: 1_800_000_000)

    /// Milliseconds since boot that a test moves.
    private final class Counter: Sendable {
        private let boot = Atomic<Int64>(1_000_000)

        var now: Int64 { boot.load(ordering: .sequentiallyConsistent) }

        func advance(by milliseconds: Int64) {
            boot.add(milliseconds, ordering: .sequentiallyConsistent)
        }
    }

    /// Readings that several tasks have taken.
    private final class Readings: Sendable {
        private let taken = Mutex<[ClockReading]>([])

        var all: [ClockReading] { taken.withLock { $0 } }

        func add(_ reading: ClockReading) { taken.withLock { $0.append(reading) } }
    }

    /// A journal with an open log, and keepers on it.
    private struct Bench: Sendable {
        let scratch: ScratchFolder
        let venue: TestVenue
        let journal: Journal
        let settlement: Settlement
        let counter = Counter()

        init() throws {
            scratch = try ScratchFolder()
            venue = try TestVenue()
            let data = GateData(scratch.path)
            try data.prepare()
            journal = try Journal(path: data.journal)
            settlement = Settlement(
                journal: journal,
                shelf: ManifestShelf(
                    folder: data.manifests,
                    event: venue.event,
                    journal: journal
                )
            )
            let identity = GateIdentity(
                device: venue.device,
                epoch: 1,
                key: venue.deviceSign,
                event: venue.event,
                hall: TestVenue.hall,
                gate: TestVenue.gate
            )
            try journal.open(identity.log, key: venue.deviceSign.publicKey)
            settlement.use(identity)
        }

        func keeper(bootID: String = "boot 1", wall: Timestamp) throws -> ClockKeeper {
            let counter = counter
            return try ClockKeeper(
                journal: journal,
                settlement: settlement,
                bootID: bootID,
                sinceBoot: { counter.now },
                wall: wall,
                logger: Logger(label: "clock") { _ in SwiftLogNoOpLogHandler() }
            )
        }

        func records() throws -> [EntryRecord] {
            let key = venue.deviceSign.publicKey
            return try journal.envelopes(
                of: 1,
                from: 0,
                count: 10_000,
                bytesMax: 1 << 26,
                key: key
            ).map { try SignedRecord($0, device: venue.device, key: key).record }
        }
    }

    private func offsets(_ record: EntryRecord) throws -> (old: Int64, new: Int64) {
        guard case .sync(let old, let new) = record.body else {
            throw UnexpectedRecord(kind: record.kind)
        }
        return (old, new)
    }

    private struct UnexpectedRecord: Error {
        let kind: String
    }

    @Test("what central said outlives the program, but not the boot; what it proved outlives both")
    func restarts() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon - .seconds(50))
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        bench.counter.advance(by: 3_600_000)
        let again = try bench.keeper(wall: Timestamp(seconds: 0))
        #expect(again.reading() == keeper.reading())
        #expect(again.reading().state == .synced)
        let rebooted = try bench.keeper(bootID: "boot 2", wall: Timestamp(seconds: 0))
        #expect(rebooted.reading().state == .untrusted)
        #expect(rebooted.reading().floor == noon)
    }

    @Test("a SYNC record names both offsets and is dated by the clock just after the step")
    func record() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon - .seconds(50))
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let record = try #require(try bench.records().first)
        let (old, new) = try offsets(record)
        #expect(new - old == 50_000)
        #expect(record.time == noon)
        #expect(record.clock == .synced)
        #expect(record.monotonic == bench.counter.now)
    }

    @Test("a proof that matters is in the file without anybody waiting for the next tick")
    func storedBehindTheScan() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon)
        let runner = Task { await keeper.run() }
        let stored = { try bench.keeper(wall: noon).reading().floor }
        await keeper.prove(noon)
        try await expectEventually { try stored() == noon }
        await keeper.handle(.proven(noon + .seconds(9)))
        #expect(try stored() == noon)
        await keeper.tick()
        #expect(try bench.keeper(wall: noon).reading().floor == noon + .seconds(9))
        runner.cancel()
        await runner.value
    }

    @Test("what is proven while the gate starts is recorded once its log is open")
    func provenAtStart() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let restarted = try bench.keeper(wall: noon)
        await restarted.prove(noon + .seconds(60))
        #expect(restarted.reading().state == .untrusted)
        #expect(try bench.records().count == 1)
        await restarted.tick()
        let steps = try bench.records().map { try offsets($0) }
        #expect(steps.count == 2)
        #expect(steps.last.map { $0.old == $0.new } == true)
        #expect(try bench.records().last?.clock == .untrusted)
    }

    @Test("a clock found to be fast is still doubted by the next program")
    func doubted() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        for ticket in 0..<20 as Range<UInt64> {
            let token = GateClock.LiveToken(
                ticket: TicketID(high: 0, low: ticket),
                start: noon - .seconds(600),
                end: noon - .seconds(540),
                code: .expired,
                detail: .code
            )
            await keeper.handle(.token(token))
        }
        let next = try bench.keeper(wall: noon)
        #expect(next.snapshot().clock.anchor.basis == .doubted)
        #expect(next.reading().state == .untrusted)
        #expect(try bench.records().count == 2)
    }

    @Test("an anchor that was damaged, or written by an older program, is not believed")
    func damagedAnchor() async throws {
        let bench = try Bench()
        for text in [
            "", "{}", "[1]", #"{"boot":"boot 1","offset":5,"u":1,"at":1}"#,
            #"{"boot":"boot 1","offset":5,"u":-1,"at":1,"basis":"known"}"#,
            #"{"boot":"boot 1","offset":9223372036854775807,"u":1,"at":1,"basis":"known"}"#,
        ] {
            try bench.journal.setState(.clockAnchor, Array(text.utf8))
            #expect(try bench.keeper(wall: noon).reading().now == noon, "\(text)")
        }
        try bench.journal.setState(.clockFloor, [1, 2, 3])
        #expect(try bench.keeper(wall: noon).reading().state == .untrusted)
    }

    @Test(
        "scans and answers at once: no reading mixes two offsets, records tell the steps in order"
    )
    func races() async throws {
        let bench = try Bench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let seen = Readings()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeper.run() }
            for worker in 0..<4 {
                group.addTask {
                    for step in 0..<50 as Range<Int64> {
                        bench.counter.advance(by: 20_000)
                        let time = keeper.reading().now + .seconds(30 + step % 7)
                        await keeper.handle(.answer(time: time, sent: bench.counter.now))
                    }
                }
                group.addTask {
                    for _ in 0..<500 {
                        bench.counter.advance(by: 1 + Int64(worker))
                        seen.add(keeper.reading())
                        await Task.yield()
                    }
                }
            }
            // The first task runs until it is cancelled; the others come to their end.
            for _ in 0..<8 { await group.next() }
            group.cancelAll()
        }
        await keeper.tick()
        let records = try bench.records()
        let steps = try records.map { try offsets($0) }
        for (before, after) in zip(steps, steps.dropFirst()) { #expect(before.new == after.old) }
        for (before, after) in zip(records, records.dropFirst()) {
            #expect(before.monotonic <= after.monotonic)
        }
        for (record, step) in zip(records, steps) {
            #expect(record.time.milliseconds - record.monotonic == step.new)
        }
        for reading in seen.all {
            let offset = reading.now.milliseconds - reading.monotonic
            let before = Array(zip(records, steps)).last { $0.0.monotonic <= reading.monotonic }
            let during = zip(records, steps).filter { $0.0.monotonic == reading.monotonic }
            // Of steps in the reading's own millisecond it may have seen any.
            var possible: [Int64] = during.flatMap { [$0.1.old, $0.1.new] }
            if let before { possible.append(before.1.new) }
            #expect(possible.contains(offset))
        }
        let last = try #require(steps.last)
        #expect(try bench.keeper(wall: noon).snapshot().clock.anchor.offset == last.new)
    }
}
