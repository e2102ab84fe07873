import AdmissionRules
import EntryLogFormat
import GateLogic
import Reconciliation
import Testing
import TicketModel
import TrustFormat

@Suite("What supervisors and turnstiles say afterwards")
struct SupervisorStories {
    @Test("undone, then shown again: admitted anew, and the held code is not green by habit")
    func undoThenScan() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue()
        let code = try venue.code(of: guest)
        let first = try venue.present(code, at: "north")
        #expect(first.decision.code == .success)
        try venue.undo(guest, at: "north")
        venue.advance(by: .seconds(1))
        let second = try venue.present(code, at: "north")
        #expect(second.decision.code == .success && !second.isRepeated)
        #expect(second.sequence != first.sequence)
        #expect(venue.report.total.admitted == 1 && venue.report.total.undone == 1)
        #expect(venue.report.conflicts.isEmpty)
    }

    @Test("an admission can be undone once, for fifteen minutes, and only where it was")
    func undoLimits() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let (guest, late) = (try venue.issue(), try venue.issue())
        #expect(try venue.scan(guest, at: "north") == .success)
        #expect(try venue.scan(late, at: "north") == .success)
        #expect(throws: EntryCorrection.Refusal.noSuchEntry) {
            try venue.undo(guest, at: "south")
        }
        try venue.undo(guest, at: "north")
        #expect(throws: EntryCorrection.Refusal.alreadyUndone) {
            try venue.undo(guest, at: "north")
        }
        venue.advance(by: EntryCorrection.undoWithin + .milliseconds(1))
        #expect(throws: EntryCorrection.Refusal.tooLate) { try venue.undo(late, at: "north") }
        #expect(venue.report.total.admitted == 1)
    }

    @Test("a guest forced in for a ticket has used it, at every gate that hears of it")
    func forcedForTicket() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        let stale = try venue.code(of: guest)
        venue.advance(by: .seconds(300))
        #expect(try venue.scan(text: stale, at: "north") == .expired)
        try venue.force(guest, at: "north")
        #expect(try venue.scan(guest, at: "south") == .duplicate)
        let decision = try venue.decision(guest, at: "north")
        #expect(decision.code == .duplicate && decision.earlier?.gate == GateNumber(11))
        let report = venue.report
        #expect(report.total.forced == 1 && report.total.admitted == 0)
        #expect(report.attended == 1 && report.conflicts.isEmpty)
    }

    @Test("a copy admitted at a cut-off gate after a forced entry is the conflict, not the force")
    func forcedThenCopied() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        try venue.cutLink(to: "south")
        try venue.force(guest, at: "north")
        venue.advance(by: .seconds(60))
        #expect(try venue.scan(guest, at: "south") == .success)
        #expect(try venue.restoreLinks() == [guest.id])
        let conflict = try #require(venue.report.conflicts.first)
        #expect(conflict.primary.gate == GateNumber(11) && conflict.later.gate == GateNumber(12))
    }

    @Test("a supervisor who believes the second guest makes no conflict: somebody has decided")
    func copiedThenForced() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue()
        #expect(try venue.scan(guest, at: "north") == .success)
        #expect(try venue.scan(guest, at: "north") == .duplicate)
        try venue.force(guest, at: "north")
        #expect(venue.report.conflicts.isEmpty)
        #expect(venue.report.total.admitted == 1 && venue.report.total.forced == 1)
        // One of two is taken back: the other still counts, with its place.
        try venue.undo(guest, at: "north")
        #expect(try venue.scan(guest, at: "north") == .duplicate)
    }

    @Test("a forced entry without a ticket is counted, and uses up nobody's ticket")
    func forcedWithoutTicket() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue()
        try venue.force(nil, at: "north")
        #expect(try venue.scan(guest, at: "north") == .success)
        #expect(venue.report.total.forced == 1 && venue.report.attended == 1)
    }

    @Test("a guest who turned round at one gate is admitted at another")
    func abandonedThenElsewhere() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        for name in ["north", "south"] { try venue.at(name) { $0.hasSensor = true } }
        let guest = try venue.issue()
        #expect(try venue.scan(guest, at: "north") == .success)
        let open = try venue.decision(guest, at: "north")
        #expect(open.code == .duplicate && open.detail == .sameLaneNoPassage)
        venue.advance(by: .seconds(5))
        try venue.passage(of: guest, at: "north", .abandoned)
        #expect(try venue.scan(guest, at: "south") == .success)
        try venue.passage(of: guest, at: "south", .passed)
        let passed = try venue.decision(guest, at: "south")
        #expect(passed.detail == .sameLanePassed)
        let total = venue.report.total
        #expect(total.admitted == 1 && total.passed == 1 && total.abandoned == 1)
        #expect(venue.report.conflicts.isEmpty)
    }

    @Test("with the link down the second gate admits too, and the abandoned one is no conflict")
    func abandonedWhileCutOff() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        try venue.cutLink(to: "south")
        #expect(try venue.scan(guest, at: "north") == .success)
        try venue.passage(of: guest, at: "north", .abandoned)
        venue.advance(by: .seconds(30))
        #expect(try venue.scan(guest, at: "south") == .success)
        #expect(try venue.restoreLinks() == [])
        #expect(venue.report.attended == 1)
    }

    @Test("a guest leaves for a smoke by a gate that never saw the entry, and comes back")
    func exitAndReturnCutOff() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue(reentry: true)
        #expect(try venue.scan(guest, at: "north") == .success)
        try venue.cutLink(to: "south")
        venue.advance(by: .seconds(600))
        #expect(try venue.scan(guest, at: "south", direction: .exit) == .success)
        venue.advance(by: .seconds(600))
        #expect(try venue.scan(guest, at: "south") == .success)
        #expect(try venue.scan(guest, at: "north") == .duplicate)
        #expect(try venue.restoreLinks() == [])
        let stranger = try venue.issue(reentry: true)
        #expect(try venue.scan(stranger, at: "south", direction: .exit) == .notInside)
    }

    @Test("cancelled by mistake and reissued: the old code stays dead, the new one enters")
    func cancelledThenReissued() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let old = try venue.issue()
        try venue.cutLink(to: "south")
        try venue.revoke(old)
        #expect(try venue.scan(old, at: "north") == .revoked)
        var new = old
        try venue.reissue(&new)
        #expect(try venue.scan(old, at: "north") == .superseded)
        let oldPrint = VenueScenario.ownCode(of: old)
        #expect(try venue.scan(text: oldPrint, at: "north") == .revoked)
        #expect(try venue.scan(new, at: "north") == .success)
        // South missed both: the old print works there once, and the logs tell.
        venue.advance(by: .seconds(60))
        #expect(try venue.scan(text: oldPrint, at: "south") == .success)
        #expect(try venue.restoreLinks() == [old.id])
        #expect(try venue.scan(text: oldPrint, at: "south") == .revoked)
    }

    @Test("a gate that lost its log starts the next epoch; what it knew comes back from central")
    func lostLog() throws {
        var venue = try VenueScenario(gates: ["north"])
        let (first, second) = (try venue.issue(), try venue.issue())
        #expect(try venue.scan(first, at: "north") == .success)
        let now = venue.now
        try venue.at("north") { try $0.enrolAgain(at: now) }
        #expect(try venue.scan(first, at: "north") == .duplicate)
        #expect(try venue.scan(second, at: "north") == .success)
        #expect(venue.report.logs.map(\.log.epoch) == [1, 2])
        #expect(venue.report.logs.allSatisfy { $0.fork == nil && $0.gaps.isEmpty })
        #expect(venue.report.attended == 2)
    }

    @Test("a gate whose disk was put back from a copy contradicts itself: the rest is disputed")
    func restoredDisk() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guests = try (0..<4).map { _ in try venue.issue() }
        for guest in guests.prefix(2) { #expect(try venue.scan(guest, at: "north") == .success) }
        try venue.cutLink(to: "north")
        try venue.at("north") { try $0.journal.restore(first: 2) }
        #expect(try venue.scan(guests[3], at: "north") == .success)
        var central = venue.central
        let lines = try venue.gate("north").journal.own.map(\.envelope.json)
        #expect(lines.map { central.take($0) }.last == .fork)
        let report = venue.report(of: central)
        #expect(report.total.admitted == 1 && report.total.disputed == 1)
        #expect(report.logs.map(\.fork) == [2])
    }
}
