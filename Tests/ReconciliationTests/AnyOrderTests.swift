import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel

@Suite("Any order of delivery gives the same report")
struct AnyOrderTests {
    private static let sold: [TicketID: TicketEntitlement] = {
        var sold: [TicketID: TicketEntitlement] = [:]
        for number in 0..<40 {
            sold[ticket(number)] = TicketEntitlement(
                accessClass: ClassNumber(UInt16(number % 3 + 1)),
                usesMax: UInt16(number % 4 == 0 ? 2 : 1),
                reentry: number % 5 == 0
            )
        }
        return sold
    }()

    /// A few busy doors: admissions, refusals, exits, passages, undoing, gaps, forks, disputes.
    private func logs(_ random: inout SeededRandom) -> [LogEntry] {
        var all: [LogEntry] = []
        for (index, name) in ["NRTH01", "NRTH01", "SVTH01", "EAST01"].enumerated() {
            var door = Door(
                name,
                epoch: UInt32(index),
                hall: UInt16(index % 2),
                gate: UInt16(index)
            )
            for _ in 0..<Int.random(in: 0...120, using: &random) {
                step(&door, &random)
            }
            all += door.entries.filter { _ in Int.random(in: 0..<30, using: &random) > 0 }
            if index == 2, let last = door.entries.last {
                var other = Door(name, epoch: UInt32(index), gate: 99)
                other.entries = [last]
                other.scan(ticket(3), at: 1)
                all += other.entries.suffix(1)
            }
        }
        return all
    }

    private func step(_ door: inout Door, _ random: inout SeededRandom) {
        let time = Int.random(in: 0...600, using: &random)
        let lane = UInt16.random(in: 1...2, using: &random)
        let number = Int.random(in: 0...45, using: &random)
        door.uncertainty = .milliseconds(Int.random(in: 0...3000, using: &random))
        door.standing = Int.random(in: 0..<12, using: &random) == 0 ? .disputed : .sound
        let reference = UInt64.random(in: 0...UInt64(door.entries.count), using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<9:
            let flags: EntryFlags = number % 7 == 0 ? .provisional : []
            door.scan(ticket(number), at: time, lane: lane, flags: flags)
        case 9..<11: door.scan(ticket(number), .expired, .code, at: time, lane: lane)
        case 11..<13: door.scan(ticket(number), at: time, lane: lane, direction: .exit)
        case 13..<16:
            let result = EntryRecord.PassageResult.allCases.randomElement(using: &random)
            door.pass(reference, result ?? .passed, at: time, lane: lane)
        case 16: door.write(.void(reference: reference), at: time, lane: lane)
        case 17:
            let forced = number.isMultiple(of: 2) ? ticket(number) : nil
            door.write(.force(ticket: forced), at: time, lane: lane)
        default: door.write(.mode, at: time, lane: lane)
        }
    }

    private func report(_ entries: [LogEntry]) -> AttendanceReport {
        var reconciler = Reconciler(event: Door.event)
        entries.forEach { reconciler.add($0) }
        return reconciler.report(ReconciliationContext(tickets: Self.sold))
    }

    @Test("shuffled, repeated, in pieces: the report is the same")
    func anyOrder() {
        var random = SeededRandom(for: "any order")
        for _ in 0..<60 {
            let entries = logs(&random)
            let expected = report(entries)
            #expect(report(entries.reversed()) == expected)
            #expect(report((entries + entries).shuffled(using: &random)) == expected)
            #expect(
                report(entries.shuffled(using: &random) + entries.prefix(entries.count / 2))
                    == expected
            )
        }
    }

    @Test("records that gather out of order by the thousand are repeated as harmlessly")
    func manyRepeats() {
        var random = SeededRandom(for: "many repeats")
        let entries = logs(&random)
        let flood = (0..<20).flatMap { _ in entries.shuffled(using: &random) }
        #expect(report(flood) == report(entries))
    }

    @Test("the three numbers keep their order, and every way to group them adds up")
    func sums() {
        var random = SeededRandom(for: "sums")
        for _ in 0..<60 {
            let report = report(logs(&random))
            let groups = [
                Array(report.classes.values), Array(report.halls.values),
                Array(report.gates.values), report.minutes.map(\.tally),
            ]
            for group in groups {
                #expect(group.reduce(0) { $0 + $1.scanned } == report.total.scanned)
                #expect(group.reduce(0) { $0 + $1.admitted } == report.total.admitted)
                #expect(group.reduce(0) { $0 + $1.passed } == report.total.passed)
                #expect(group.reduce(0) { $0 + $1.exited } == report.total.exited)
                #expect(group.allSatisfy { $0.scanned >= $0.admitted && $0.admitted >= $0.passed })
            }
            #expect(report.attended == report.tickets.count { $0.isAttended })
            let unsold = report.unknownTickets.count { $0.first != nil }
            let entered = report.total.admitted + report.total.forced
            #expect(entered >= report.attended + unsold)
        }
    }

    @Test("conflicts are what a plain reading of PROTOCOL 9.4 finds")
    func plainReading() {
        var random = SeededRandom(for: "plain reading")
        for _ in 0..<60 {
            // Without forks, so that this reading may stay plain.
            let entries = logs(&random).filter { $0.log.device.text != "SVTH01" }
            let report = report(entries)
            var admissions: [TicketID: [LogEntry]] = [:]
            for entry in entries {
                guard let ticket = Self.entering(entry), Self.sold[ticket]?.reentry != true,
                    !isGivenBack(entry, entries)
                else { continue }
                admissions[ticket, default: []].append(entry)
            }
            for (ticket, admissions) in admissions {
                let usesMax = Int(Self.sold[ticket]?.usesMax ?? 1)
                let sound = admissions.filter { $0.standing == .sound }
                let conflicts = report.conflicts.filter { $0.ticket == ticket }
                // A sound entry stands before a disputed one, and a forced one is no conflict.
                let ordered = admissions.sorted { Self.order($0) < Self.order($1) }
                let tooMany = ordered.dropFirst(usesMax).filter {
                    $0.kind != .force(ticket: ticket)
                }
                #expect(conflicts.count == tooMany.count)
                #expect(Set(conflicts.map(\.later.time)) == Set(tooMany.map(\.time)))
                let first = sound.map(\.time).min()
                if let known = report.tickets.first(where: { $0.ticket == ticket }) {
                    #expect(known.first?.time == first)
                    #expect(known.admissions == sound.count { $0.kind != .force(ticket: ticket) })
                }
            }
        }
    }

    /// The ticket at whose expense an entry let somebody in.
    private static func entering(_ entry: LogEntry) -> TicketID? {
        switch entry.kind {
        case .scan(let scan) where scan.code == .success && scan.direction == .entry: scan.ticket
        case .force(let ticket): ticket
        default: nil
        }
    }

    private static func order(
        _ entry: LogEntry
    ) -> (UInt8, Timestamp, DeviceName, UInt32, UInt64) {
        (
            entry.standing.rawValue, entry.time, entry.log.device, entry.log.epoch,
            entry.sequence
        )
    }

    private func isGivenBack(_ admission: LogEntry, _ entries: [LogEntry]) -> Bool {
        var isPassed = false
        var isAbandoned = false
        for entry in entries
        where entry.log == admission.log && entry.sequence > admission.sequence {
            switch entry.kind {
            case .void(admission.sequence): return true
            case .pass(admission.sequence, .passed): isPassed = true
            case .pass(admission.sequence, .abandoned): isAbandoned = true
            default: continue
            }
        }
        return isAbandoned && !isPassed
    }
}
