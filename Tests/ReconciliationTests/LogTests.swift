import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel

@Suite("Logs in any order, with gaps and repeats")
struct LogTests {
    private func numbers(_ sequences: [UInt64]) -> Door {
        var door = Door("NRTH01", gate: 12)
        door.entries = sequences.map { entry($0, .mode) }
        return door
    }

    private func entry(_ sequence: UInt64, _ kind: LogEntry.Kind) -> LogEntry {
        LogEntry(
            log: LogName(device: Fixed.device("NRTH01"), epoch: 1),
            sequence: sequence,
            event: Door.event,
            time: Fixed.now,
            uncertainty: .zero,
            hall: HallNumber(1),
            gate: GateNumber(12),
            lane: LaneNumber(1),
            kind: kind
        )
    }

    @Test("missing numbers are told as ranges, per device and epoch")
    func gaps() {
        let cases: [([UInt64], [Range<UInt64>], UInt64)] = [
            ([0, 1, 2], [], 3), ([2, 0, 1], [], 3), ([5], [0..<5], 6),
            ([0, 2, 3, 9], [1..<2, 4..<9], 10), ([3, 3, 1, 1], [0..<1, 2..<3], 4),
            ([.max - 1], [0..<(.max - 1)], .max), ([.max, 0], [1..<(.max)], .max),
        ]
        for (sequences, gaps, next) in cases {
            let summary = report(numbers(sequences)).logs.first
            #expect(summary?.gaps == gaps, "\(sequences)")
            #expect(summary?.next == next)
            #expect(summary?.records == Set(sequences).count)
        }
        var second = Door("NRTH01", epoch: 2, gate: 12)
        second.write(.start, at: 5)
        let logs = report(second, numbers([1])).logs
        #expect(logs.map(\.log.epoch) == [1, 2])
        #expect(logs.map(\.gaps) == [[0..<1], []])
        #expect(logs.map(\.lastHeard) == [Fixed.now, Door.time(5)])
    }

    @Test("a device that ought to have written and did not is named")
    func silent() {
        let report = report(numbers([0])) {
            $0.devices = Set(["NRTH01", "SVTH01", "EAST01"].map { Fixed.device($0) })
        }
        #expect(report.silentDevices.map(\.text) == ["EAST01", "SVTH01"])
    }

    @Test("the same record counts once, however often it is delivered")
    func repeats() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0)
        door.pass(first, at: 1)
        door.scan(ticket(2), .expired, .code, at: 2)
        let once = report(door)
        var again = door
        again.entries += door.entries.reversed() + door.entries
        #expect(report(again) == once)
        #expect(report(door, again, door) == once)
    }

    @Test("two different records under one number are a fork: what follows is disputed")
    func fork() throws {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(1), at: 0)
        door.scan(ticket(2), at: 1)
        door.scan(ticket(3), at: 2)
        var other = door
        other.entries.removeSubrange(1...)
        other.scan(ticket(1), at: 1)
        let report = report(door, other)
        #expect(report.logs.first?.fork == 1)
        // The lowest of several forks counts.
        var third = other
        third.scan(ticket(1), at: 3)
        #expect(ReconciliationTests.report(door, third).logs.first?.fork == 1)
        #expect(report.logs.first?.records == 3)
        #expect(report.total.admitted == 1 && report.total.disputed == 2)
        // Whichever was delivered first.
        #expect(ReconciliationTests.report(other, door) == report)
        // Central may know of a fork that is not among these records.
        let told = ReconciliationTests.report(door) { $0.forks[door.log] = 2 }
        #expect(told.logs.first?.fork == 2)
        #expect(told.total.admitted == 2 && told.total.disputed == 1)
    }

    @Test("records can be added after a report, and the next report has them")
    func incremental() {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(1), at: 0)
        var reconciler = Reconciler(event: Door.event)
        let context = ReconciliationContext(
            tickets: [ticket(1): TicketEntitlement(accessClass: ClassNumber(7))]
        )
        door.entries.forEach { reconciler.add($0) }
        #expect(reconciler.report(context).total.admitted == 1)
        let undo = door.write(.void(reference: 0), at: 10)
        reconciler.add(door.entries[Int(undo)])
        #expect(reconciler.report(context).total.admitted == 0)
    }

    @Test("absurd numbers of a hostile device stop nothing")
    func absurd() {
        var reconciler = Reconciler(event: Door.event)
        for (index, time) in [Int64.min, .min + 1, -1, 0, .max].enumerated() {
            for uncertainty in [Duration.zero, .seconds(Int64.max), .seconds(-1)] {
                reconciler.add(
                    LogEntry(
                        log: LogName(device: Fixed.device("NRTH01"), epoch: .max),
                        sequence: .max - UInt64(index),
                        event: Door.event,
                        time: Timestamp(milliseconds: time),
                        uncertainty: uncertainty,
                        hall: HallNumber(.max),
                        gate: GateNumber(.max),
                        lane: LaneNumber(.max),
                        kind: .scan(
                            LogEntry.Scan(code: .success, ticket: ticket(1), form: .live)
                        )
                    )
                )
            }
        }
        let context = ReconciliationContext(
            tickets: [ticket(1): TicketEntitlement(accessClass: ClassNumber(7), usesMax: 0)]
        )
        let report = reconciler.report(context)
        #expect(report.logs.first?.records == 5)
        #expect(report.minutes.count == 4)
    }

    @Test("an entry record is taken over field by field")
    func fromRecord() {
        let scan = EntryRecord.Scan(
            code: .success,
            detail: .none,
            ticket: ticket(1),
            generation: Generation(0),
            form: .paper,
            direction: .exit,
            flags: [.isolated, .provisional],
            evidence: []
        )
        let record = EntryRecord(
            device: Fixed.device("NRTH01"),
            epoch: 4,
            sequence: 7,
            previous: .genesis,
            event: Door.event,
            time: Fixed.now,
            uncertainty: .milliseconds(800),
            clock: .synced,
            monotonic: 0,
            manifest: 1,
            lane: LaneNumber(1),
            hall: HallNumber(2),
            gate: GateNumber(3),
            body: .scan(scan)
        )
        let entry = LogEntry(record)
        #expect(entry.log == LogName(device: Fixed.device("NRTH01"), epoch: 4))
        #expect(entry.sequence == 7 && entry.time == Fixed.now)
        #expect(entry.uncertainty == .milliseconds(800))
        #expect(entry.hall == HallNumber(2) && entry.gate == GateNumber(3))
        let expected = LogEntry.Scan(
            code: .success,
            ticket: ticket(1),
            direction: .exit,
            form: .paper,
            flags: [.isolated, .provisional]
        )
        #expect(entry.kind == .scan(expected))
        let flags = EntryRecord.Flag.allCases.map { EntryFlags($0) }
        #expect(Set(flags.map(\.rawValue)).count == EntryRecord.Flag.allCases.count)
    }
}
