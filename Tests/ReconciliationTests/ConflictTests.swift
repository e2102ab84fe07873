import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel

@Suite("Admissions that are too many")
struct ConflictTests {
    @Test("a copied code at two cut-off gates is a conflict, told with both gates and the gap")
    func copiedCode() throws {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0, lane: 2, form: .live, flags: .isolated)
        var south = Door("SVTH01", hall: 2, gate: 13)
        south.scan(ticket(1), at: 90, form: .paper)
        let report = report(south, north)
        let conflict = try #require(report.conflicts.first)
        #expect(report.conflicts.count == 1)
        #expect(conflict.ticket == ticket(1))
        #expect(conflict.primary.log.device.text == "NRTH01")
        #expect(conflict.primary.gate == GateNumber(12) && conflict.primary.lane == LaneNumber(2))
        #expect(conflict.primary.form == .live && conflict.primary.flags == .isolated)
        #expect(conflict.later.gate == GateNumber(13) && conflict.later.form == .paper)
        #expect(conflict.gap == .seconds(90))
        #expect(!conflict.isUncertain && !conflict.isDisputed)
        #expect(report.conflictsByGates == [GatePair(GateNumber(13), GateNumber(12)): 1])
        // Both were let in: no number is made to look better than it was.
        #expect(report.total.admitted == 2)
        #expect(report.attended == 1)
    }

    @Test("the order is uncertain exactly while the clocks' intervals touch")
    func uncertain() throws {
        for (gap, isUncertain) in [(0, true), (1, true), (2, false)] {
            var north = Door("NRTH01", gate: 12)
            north.scan(ticket(1), at: 0)
            var south = Door("SVTH01", gate: 13)
            south.scan(ticket(1), at: gap)
            let conflict = try #require(report(north, south).conflicts.first)
            #expect(conflict.isUncertain == isUncertain, "\(gap) s apart, ±0.5 s each")
        }
    }

    @Test("at one instant the tie is broken by device, epoch and sequence")
    func ties() throws {
        var second = Door("NRTH01", epoch: 2, gate: 12)
        second.scan(ticket(1), at: 0)
        var first = Door("NRTH01", epoch: 1, gate: 12)
        first.write(.start, at: 0)
        first.scan(ticket(1), at: 0)
        var other = Door("AAAA01", epoch: 9, gate: 13)
        other.scan(ticket(1), at: 0)
        let report = report(second, first, other)
        #expect(report.conflicts.map(\.primary.log.device.text) == ["AAAA01", "AAAA01"])
        #expect(report.conflicts.map(\.later.log.epoch) == [1, 2])
    }

    @Test("a ticket for two has two primary admissions; the third conflicts with the second")
    func severalUses() throws {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(1), at: 300)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 100)
        let two = [ticket(1): TicketEntitlement(accessClass: ClassNumber(7), usesMax: 2)]
        let conflicts = report(north, south, sold: two).conflicts
        #expect(conflicts.map(\.primary.time) == [Door.time(100)])
        #expect(conflicts.map(\.later.time) == [Door.time(300)])
    }

    private let returning = [
        ticket(1): TicketEntitlement(accessClass: ClassNumber(7), usesMax: 1, reentry: true)
    ]

    @Test("with reentry an honest return is no conflict, wherever it happens")
    func reentry() {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(1), at: 7200, direction: .exit)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), .notInside, at: 3600, direction: .exit)  // it did not know
        south.scan(ticket(1), at: 5400)
        #expect(report(north, south, sold: returning).conflicts.isEmpty)
        #expect(report(north, south, sold: returning).tickets.count { $0.admissions == 2 } == 1)
        // Without reentry the same guest is one too many.
        #expect(report(north, south).conflicts.count == 1)
    }

    @Test("with reentry, who comes in while the ticket is inside is a conflict")
    func reentryTwice() throws {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(1), at: 600, direction: .exit)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 300)
        let conflicts = report(north, south, sold: returning).conflicts
        #expect(conflicts.map(\.primary.time) == [Door.time(0)])
        #expect(conflicts.map(\.later.time) == [Door.time(300)])
        // One of the two is still inside, so the next one is too many as well.
        south.scan(ticket(1), at: 900)
        #expect(report(north, south, sold: returning).conflicts.count == 2)
    }

    @Test("with reentry, an exit before any entry makes no room for a second person")
    func exitBeforeEntry() {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), .notInside, at: 0, direction: .exit)
        north.scan(ticket(1), at: 60)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 120)
        #expect(report(north, south, sold: returning).conflicts.count == 1)
    }

    @Test("with reentry, a disputed exit makes no room, and a disputed entry takes none")
    func reentryDisputed() {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 200)
        var stolen = Door("EAST01", gate: 14)
        stolen.standing = .disputed
        stolen.scan(ticket(1), at: 100, direction: .exit)
        #expect(report(north, south, stolen, sold: returning).conflicts.count == 1)
        // Somebody shows an entry of the stolen gate: it conflicts, but keeps nobody else out.
        var other = Door("EAST01", gate: 14)
        other.standing = .disputed
        other.scan(ticket(1), at: 100)
        north.scan(ticket(1), at: 150, direction: .exit)
        let conflicts = report(north, south, other, sold: returning).conflicts
        #expect(conflicts.map(\.isDisputed) == [true])
    }

    @Test("with reentry the order may be uncertain because of an exit")
    func reentryUncertain() throws {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(1), at: 301, direction: .exit)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 300)
        let conflict = try #require(report(north, south, sold: returning).conflicts.first)
        #expect(conflict.isUncertain)
    }

    @Test("an abandoned or undone admission conflicts with nothing")
    func givenBack() {
        for result in [EntryRecord.PassageResult.abandoned, .passed] {
            var north = Door("NRTH01", gate: 12)
            let first = north.scan(ticket(1), at: 0)
            north.pass(first, result, at: 5)
            if result == .passed { north.write(.void(reference: first), at: 6) }
            var south = Door("SVTH01", gate: 13)
            south.scan(ticket(1), at: 90)
            #expect(report(north, south).conflicts.isEmpty)
        }
    }

    @Test("a disputed record is counted apart and never stands above a sound one")
    func disputed() throws {
        var north = Door("NRTH01", gate: 12)
        north.standing = .disputed
        north.scan(ticket(1), at: 0)
        north.scan(ticket(2), at: 1)
        var south = Door("SVTH01", gate: 13)
        south.scan(ticket(1), at: 90)
        let report = report(north, south)
        let conflict = try #require(report.conflicts.first)
        #expect(report.conflicts.count == 1)
        #expect(conflict.primary.gate == GateNumber(13) && conflict.later.gate == GateNumber(12))
        #expect(conflict.isDisputed)
        #expect(conflict.gap == .seconds(90))
        #expect(report.total.disputed == 2 && report.total.admitted == 1)
        #expect(report.tickets.first { $0.ticket == ticket(2) }?.isAttended == false)
    }

    @Test("a stolen gate's records are disputed from the theft on")
    func revokedDevice() {
        var north = Door("NRTH01", gate: 12)
        north.scan(ticket(1), at: 0)
        north.scan(ticket(2), at: 99)
        north.scan(ticket(3), at: 100)
        let report = report(north) {
            $0.revokedDevices[north.log.device] = Door.time(99)
        }
        #expect(report.total.admitted == 1 && report.total.disputed == 2)
    }
}
