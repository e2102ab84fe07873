import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel

@Suite("Attendance from logs")
struct AttendanceTests {
    @Test("no logs, no attendance: every sold ticket is listed as absent")
    func empty() {
        let report = report()
        #expect(report.total == Tally())
        #expect(report.tickets.map(\.ticket) == [ticket(1), ticket(2), ticket(3)].sorted())
        #expect(report.tickets.allSatisfy { !$0.isAttended && $0.admissions == 0 })
        #expect(report.attended == 0)
        #expect(report.conflicts.isEmpty && report.logs.isEmpty && report.minutes.isEmpty)
    }

    @Test("a scan is not an admission, and an admission is not a passage")
    func threeNumbers() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0)
        door.pass(first, at: 2)
        door.scan(ticket(2), at: 10)  // admitted, the turnstile has not turned
        door.scan(ticket(3), .revoked, at: 20)
        door.scan(nil, .malformed, at: 21, form: nil)
        let report = report(door)
        #expect(report.total.scanned == 4)
        #expect(report.total.admitted == 2)
        #expect(report.total.passed == 1)
        #expect(report.attended == 2)
    }

    @Test("an abandoned passage gives the use back, and the guest may come again")
    func abandoned() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0)
        door.pass(first, .abandoned, at: 5)
        let second = door.scan(ticket(1), at: 60)
        door.pass(second, at: 62)
        let report = report(door)
        #expect(report.conflicts.isEmpty)
        #expect(report.total.scanned == 2)
        #expect(report.total.admitted == 1)
        #expect(report.total.passed == 1)
        #expect(report.total.abandoned == 1)
        let attendance = report.tickets.first { $0.ticket == ticket(1) }
        #expect(attendance?.first?.sequence == second)
        #expect(attendance?.admissions == 1)
    }

    @Test("an admission that a supervisor undid is no attendance, even if the turnstile turned")
    func undone() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0)
        door.pass(first, at: 2)
        door.write(.void(reference: first), at: 100)
        door.scan(ticket(1), at: 200)
        let report = report(door)
        #expect(report.total.undone == 1)
        #expect(report.total.admitted == 1)
        #expect(report.total.passed == 0)
        #expect(report.conflicts.isEmpty)
        #expect(report.tickets.first { $0.ticket == ticket(1) }?.first?.time == Door.time(200))
    }

    @Test("a passage that was reported stands above its own time-out")
    func passedAndAbandoned() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0)
        door.pass(first, .abandoned, at: 5)
        door.pass(first, at: 6)
        let report = report(door)
        #expect(report.total.passed == 1)
        #expect(report.total.abandoned == 0)
    }

    @Test("a lane without a sensor counts its admissions as passages, lane by lane")
    func sensors() {
        var door = Door("NRTH01", gate: 12)
        let first = door.scan(ticket(1), at: 0, lane: 1)
        door.pass(first, at: 1, lane: 1)
        door.scan(ticket(2), at: 2, lane: 1)
        door.scan(ticket(3), at: 3, lane: 2)  // a handheld of the same device
        #expect(report(door).total.passed == 2)
        // The sensor is the device's, in whatever epoch it reported.
        var again = Door("NRTH01", epoch: 2, gate: 12)
        again.scan(ticket(3), at: 3, lane: 1)
        #expect(report(again).total.passed == 1)
        #expect(report(door, again).gates[GateNumber(12)]?.passed == 2)
    }

    @Test("a record can only speak of an earlier one of its own log")
    func references() {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0, lane: 2)
        var south = Door("SVTH01", gate: 13)
        south.write(.void(reference: 0), at: 1)  // names itself
        south.write(.void(reference: 9), at: 2)  // comes later
        south.write(.void(reference: .max), at: 3)
        for _ in 3..<9 { south.write(.mode, at: 4) }
        south.scan(ticket(2), at: 5)
        let report = report(north, south)
        #expect(report.total.admitted == 2)
        #expect(report.total.undone == 0)
    }

    @Test("forced entries, free flow and tailgates are counted beside the three numbers")
    func others() {
        var door = Door("NRTH01", gate: 12)
        door.write(.force(ticket: nil), at: 0)
        let forced = door.write(.force(ticket: nil), at: 1)
        door.pass(forced, .abandoned, at: 2)
        door.pass(0, .freeFlow, at: 3)
        door.pass(0, .freeFlow, at: 4)
        door.pass(0, .unauthorised, at: 5)
        let total = report(door).total
        #expect(total.forced == 1 && total.abandoned == 1)
        #expect(total.freeFlow == 2 && total.unauthorised == 1)
        #expect(total.scanned == 0 && total.admitted == 0 && total.passed == 0)
    }

    @Test("exits are counted apart, also those of guests whose entry nobody knows")
    func exits() {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(1), at: 0)
        door.scan(ticket(1), at: 60, direction: .exit)
        door.scan(ticket(2), .notInside, at: 61, direction: .exit)
        door.scan(nil, .malformed, at: 62, direction: .exit, form: nil)
        let report = report(door)
        #expect(report.total.exited == 2)
        #expect(report.total.scanned == 1)
        #expect(report.refusals.map(\.code) == [.malformed, .notInside])
    }

    @Test("the numbers are told by class, hall, gate and minute")
    func groups() {
        var north = Door("NRTH01", hall: 1, gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(2), .wrongHall, at: 47)  // 00:00:59.345
        var south = Door("SVTH01", hall: 2, gate: 13)
        south.scan(ticket(2), at: 48)  // 00:01:00.345
        south.scan(nil, .malformed, at: 48, form: nil)
        let report = report(
            north,
            south,
            sold: [ticket(2): TicketEntitlement(accessClass: ClassNumber(8))]
        )
        #expect(report.classes[ClassNumber(7)]?.scanned == 1)
        #expect(report.classes[ClassNumber(8)]?.scanned == 2)
        #expect(report.classes[.unstated]?.scanned == 1)
        #expect(report.halls[HallNumber(1)]?.admitted == 1)
        #expect(report.halls[HallNumber(2)]?.scanned == 2)
        #expect(report.gates[GateNumber(13)]?.admitted == 1)
        let minute = Timestamp(milliseconds: 1_798_761_600_000)
        #expect(report.minutes.map(\.start) == [minute, minute + .seconds(60)])
        #expect(report.minutes.map(\.tally.scanned) == [2, 2])
        #expect(report.minutes.map(\.tally.admitted) == [1, 1])
    }

    @Test("refusals are counted by verdict and detail")
    func refusals() {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(1), .expired, .code, at: 0)
        door.scan(ticket(1), .expired, .ticket, at: 1)
        door.scan(ticket(1), .expired, .code, at: 2)
        door.scan(ticket(1), .duplicate, .otherGate, at: 3)
        door.scan(ticket(1), at: 4)
        let told = report(door).refusals.map { "\($0.code.name) \($0.detail.rawValue) \($0.count)" }
        #expect(told == ["DUPLICATE other_gate 1", "EXPIRED code 2", "EXPIRED ticket 1"])
    }

    @Test("tickets that central never sold are listed by how far they got")
    func unknown() {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(11), .notFound, at: 0)
        door.scan(ticket(11), .badSignature, .signature, at: 1)
        door.scan(ticket(12), at: 2, flags: .provisional)
        door.scan(ticket(13), at: 3)
        door.scan(ticket(1), at: 4, flags: .provisional)  // sold meanwhile
        door.scan(ticket(14), .specimen, at: 5)  // a rehearsal
        let report = report(door)
        let told = Dictionary(uniqueKeysWithValues: report.unknownTickets.map { ($0.ticket, $0) })
        #expect(told.count == 3)
        #expect(told[ticket(11)]?.kind == .refused)
        #expect(told[ticket(11)]?.scans == 2)
        #expect(told[ticket(11)]?.first == nil)
        #expect(told[ticket(12)]?.kind == .provisional)
        #expect(told[ticket(12)]?.first?.time == Door.time(2))
        #expect(told[ticket(13)]?.kind == .admitted)
        #expect(report.unsoldAdmissions.map(\.ticket) == [ticket(12)])
        #expect(report.attended == 1)
        #expect(report.total.admitted == 3)
    }

    @Test("another event's records fill their places in the log and count for nothing")
    func otherEvent() {
        var door = Door("NRTH01", gate: 12)
        door.scan(ticket(1), at: 0)
        door.write(
            .scan(LogEntry.Scan(code: .success, ticket: ticket(1), form: .live)),
            at: 1,
            event: Fixed.event("other event")
        )
        door.scan(ticket(2), at: 2)
        let report = report(door)
        #expect(report.total.scanned == 2)
        #expect(report.conflicts.isEmpty)
        #expect(report.logs.first?.gaps == [])
        #expect(report.logs.first?.records == 3)
    }
}
