import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel

/// A door whose clock may be slow, and counts milliseconds since its boot.
private struct ClockedDoor {
    var door: Door
    /// Seconds.
    var slowness = 0
    var boot = -10_000

    init(_ device: String, gate: UInt16, slowness: Int = 0) {
        door = Door(device, gate: gate)
        self.slowness = slowness
    }

    private var offset: Int64 { Door.time(boot - slowness).milliseconds }

    private mutating func append(_ kind: LogEntry.Kind, at seconds: Int, step: Int64? = nil) {
        door.entries.append(
            LogEntry(
                log: door.log,
                sequence: UInt64(door.entries.count),
                event: Door.event,
                time: Door.time(seconds - slowness),
                uncertainty: door.uncertainty,
                hall: door.hall,
                gate: door.gate,
                lane: LaneNumber(1),
                kind: kind,
                monotonic: Int64(seconds - boot) * 1000,
                step: step
            )
        )
    }

    mutating func admit(_ ticket: TicketID, at seconds: Int) {
        append(.scan(.init(code: .success, ticket: ticket, form: .live)), at: seconds)
    }

    mutating func start(at seconds: Int) { append(.start, at: seconds) }

    /// Sets the clock.
    mutating func sync(at seconds: Int, slowness now: Int = 0, isStep: Bool = true) {
        slowness = now
        append(.sync, at: seconds, step: isStep ? offset : nil)
    }
}

@Suite("Times are corrected by later steps of the clock")
struct ClockTests {
    private static func other(at seconds: Int) -> ClockedDoor {
        var south = ClockedDoor("SVTH01", gate: 2)
        south.admit(ticket(1), at: seconds)
        return south
    }

    @Test("a gate that was an hour slow until its SYNC does not seem to have been the first")
    func slowGate() throws {
        var north = ClockedDoor("NRTH01", gate: 1, slowness: 3600)
        north.admit(ticket(1), at: 100)
        let south = Self.other(at: 40)
        let before = report(north.door, south.door)
        #expect(before.conflicts.map(\.primary.gate.number) == [1])
        #expect(before.logs.map(\.corrected) == [0, 0])
        north.sync(at: 1100)
        let after = report(north.door, south.door)
        let conflict = try #require(after.conflicts.first)
        #expect(conflict.primary.gate.number == 2 && conflict.later.gate.number == 1)
        #expect(conflict.gap == .seconds(60))
        #expect(conflict.later.time == Door.time(100))
        // 100 ppm of 1000 s lie between.
        #expect(conflict.later.uncertainty == .milliseconds(600))
        #expect(after.logs.map(\.corrected) == [1, 0])
        let times = after.minutes.map(\.start)
        #expect(times.allSatisfy { $0 >= Door.time(-60) })
    }

    @Test("a reboot between a record and the SYNC is not crossed, a restart in one boot is")
    func reboot() {
        for isReboot in [true, false] {
            var north = ClockedDoor("NRTH01", gate: 1, slowness: 3600)
            north.admit(ticket(1), at: 100)
            if isReboot { north.boot = 150 }
            north.start(at: 160)
            north.sync(at: 200)
            let report = report(north.door, Self.other(at: 40).door)
            let expected: UInt16 = isReboot ? 1 : 2
            #expect(report.conflicts.map(\.primary.gate.number) == [expected])
            #expect(report.logs.map(\.corrected) == [isReboot ? 1 : 2, 0])
        }
    }

    @Test("a SYNC that moved no trusted clock changes nothing, nor do exact clocks change")
    func nothingToCorrect() {
        var slow = ClockedDoor("NRTH01", gate: 1, slowness: 3600)
        slow.admit(ticket(1), at: 100)
        slow.sync(at: 200, slowness: 3600, isStep: false)
        #expect(report(slow.door).logs.map(\.corrected) == [0])
        var exact = ClockedDoor("NRTH01", gate: 1)
        exact.admit(ticket(1), at: 100)
        exact.sync(at: 200)
        let report = report(exact.door)
        #expect(report.logs.map(\.corrected) == [0])
        #expect(report.tickets.compactMap(\.first).map(\.time) == [Door.time(100)])
    }

    @Test("a stolen gate's SYNC moves nothing, and a corrected time counts against it")
    func stolen() {
        var north = ClockedDoor("NRTH01", gate: 1, slowness: 3600)
        north.admit(ticket(1), at: 100)
        north.sync(at: 200)
        let name = north.door.log.device
        let late = report(north.door) { $0.revokedDevices = [name: Door.time(150)] }
        #expect(late.total.admitted == 1 && late.logs.map(\.corrected) == [0])
        north = ClockedDoor("NRTH01", gate: 1, slowness: -3600)
        north.admit(ticket(1), at: 100)
        north.sync(at: 200)
        let honest = report(north.door) { $0.revokedDevices = [name: Door.time(1000)] }
        #expect(honest.total.admitted == 1 && honest.total.disputed == 0)
    }

    @Test("every time is the one a plain reading of PROTOCOL 9.3 gives, in any order")
    func plainReading() {
        var random = SeededRandom(for: "clock steps")
        for _ in 0..<60 {
            var door = ClockedDoor("NRTH01", gate: 1)
            var now = 0
            for number in 0..<Int.random(in: 1...80, using: &random) {
                now += Int.random(in: 0...300, using: &random)
                door.door.uncertainty = .milliseconds(Int.random(in: 0...20_000, using: &random))
                switch Int.random(in: 0..<12, using: &random) {
                case 0: door.boot = now
                case 1...3:
                    let slowness = Int.random(in: -30...30, using: &random)
                    door.sync(at: now, slowness: slowness, isStep: Bool.random(using: &random))
                default: door.admit(ticket(number), at: now)
                }
            }
            let entries = door.door.entries
            let expected = Self.corrected(entries)
            let result = report(door.door)
            let firsts =
                result.unknownTickets.compactMap(\.first)
                + result.tickets.compactMap(\.first)
            for first in firsts {
                let entry = expected[Int(first.sequence)]
                #expect(first.time == entry.time && first.uncertainty == entry.uncertainty)
            }
            #expect(result.total.admitted == firsts.count)
            door.door.entries = (entries + entries.prefix(7)).shuffled(using: &random)
            #expect(report(door.door) == result)
        }
    }

    /// Looks from each record at all later steps of its boot.
    private static func corrected(
        _ entries: [LogEntry]
    ) -> [(time: Timestamp, uncertainty: Duration)] {
        entries.indices.map { index in
            let entry = entries[index]
            let own = (time: entry.time, uncertainty: entry.uncertainty)
            var found: (weight: Int64, time: Timestamp, uncertainty: Duration)?
            var last = entry.monotonic ?? 0
            for later in entries[(index + 1)...] {
                let monotonic = later.monotonic ?? 0
                guard monotonic >= last else { break }
                last = monotonic
                guard let step = later.step else { continue }
                let distance = monotonic - (entry.monotonic ?? 0)
                let weight = later.uncertainty.milliseconds * 10_000 + distance
                if let found, found.weight <= weight { continue }
                found = (
                    weight, Timestamp(milliseconds: (entry.monotonic ?? 0) + step),
                    .milliseconds((weight + 9_999) / 10_000)
                )
            }
            guard let found else { return own }
            let difference = max(found.time, own.time) - min(found.time, own.time)
            let isDue = difference > own.uncertainty || found.uncertainty < own.uncertainty
            return isDue ? (found.time, found.uncertainty) : own
        }
    }
}
