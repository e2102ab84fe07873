import EntryLogFormat
import FormatVectors
import Reconciliation
import Testing
import TicketModel
import TrustFormat

@Suite("Journals: power loss, undoing, uploads")
struct JournalStories {
    @Test("power goes before the commit: no record, nobody admitted, the ticket is good")
    func beforeCommit() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        try venue.scan(ticket, at: "north", losing: .beforeCommit)
        #expect(venue.report.total.scanned == 0)
        #expect(venue.gates["north"]?.boots == 2)
        #expect(try venue.scan(ticket, at: "north") == .success)
        #expect(venue.report.attended == 1)
        #expect(venue.report.conflicts.isEmpty)
    }

    @Test("power goes after the commit: the ticket is used, here and elsewhere")
    func afterCommit() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        try venue.scan(ticket, at: "north", losing: .afterCommit)
        // Nobody passed: a word with staff, not a free entry.
        #expect(try venue.scan(ticket, at: "north") == .duplicate)
        #expect(try venue.scan(ticket, at: "south") == .duplicate)
        #expect(venue.report.total.admitted == 1)
        #expect(venue.report.logs.allSatisfy { $0.gaps.isEmpty })
    }

    @Test("a supervisor's undo gives the use back, at every gate that hears of it")
    func undo() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        #expect(try venue.scan(ticket, at: "north") == .success)
        try venue.undo(ticket, at: "north")
        #expect(try venue.scan(ticket, at: "south") == .success)
        #expect(try venue.scan(ticket, at: "north") == .duplicate)
        #expect(venue.report.conflicts.isEmpty)
        #expect(venue.report.total.undone == 1 && venue.report.total.admitted == 1)
    }

    @Test("a turnstile that nobody pushed gives the use back; one that turned does not")
    func passage() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        #expect(try venue.scan(ticket, at: "north") == .success)
        try venue.passage(of: ticket, at: "north", .abandoned)
        #expect(try venue.scan(ticket, at: "north") == .success)
        try venue.passage(of: ticket, at: "north", .passed)
        #expect(try venue.scan(ticket, at: "north") == .duplicate)
        let total = venue.report.total
        #expect(total.scanned == 3 && total.admitted == 1 && total.passed == 1)
    }

    @Test("a guest with reentry leaves by one gate and returns by another")
    func reentry() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue(reentry: true)
        #expect(try venue.scan(ticket, at: "north") == .success)
        #expect(try venue.scan(ticket, at: "south") == .duplicate)
        #expect(try venue.scan(ticket, at: "south", direction: .exit) == .success)
        venue.advance(by: .seconds(600))
        #expect(try venue.scan(ticket, at: "south") == .success)
        #expect(venue.report.conflicts.isEmpty)
        #expect(venue.report.total.exited == 1)
    }

    /// Two gates' logs with a conflict, an undo and a refusal in them.
    private func busyVenue() throws -> VenueScenario {
        var venue = try VenueScenario(gates: ["north", "south"])
        let tickets = try (0..<6).map { _ in try venue.issue() }
        try venue.cutLink(to: "south")
        for ticket in tickets {
            venue.advance(by: .seconds(30))
            #expect(try venue.scan(ticket, at: "north") == .success)
            #expect(try venue.scan(ticket, at: "south") == .success)
        }
        try venue.undo(tickets[0], at: "south")
        #expect(try venue.restoreLinks() == tickets.dropFirst().map(\.id))
        return venue
    }

    @Test("uploads in any order, cut anywhere and repeated, come to the same report")
    func uploads() throws {
        var random = SeededRandom(for: "uploads")
        let venue = try busyVenue()
        let expected = venue.report
        for _ in 0..<10 {
            var central = venue.emptyCentral
            var accepted = venue.lines.map { _ in UInt64(0) }
            // Parcels from anywhere in either log; a gap is answered with where to go on.
            while zip(accepted, venue.lines).contains(where: { $0 < UInt64($1.count) }) {
                let log = Int.random(in: 0..<venue.lines.count, using: &random)
                let lines = venue.lines[log]
                let start = Int.random(in: 0..<lines.count, using: &random)
                for line in lines[start...].prefix(Int.random(in: 1...9, using: &random)) {
                    switch central.take(line) {
                    case .accepted(let next): accepted[log] = next
                    case .gap(let expected): #expect(expected == accepted[log])
                    case .fork, .refused: Issue.record("an honest log is refused")
                    }
                }
            }
            #expect(venue.report(of: central) == expected)
        }
    }

    @Test("altered lines, other devices' lines and rewritten history are not taken")
    func hostileUploads() throws {
        let venue = try busyVenue()
        var central = venue.emptyCentral
        let lines = try #require(venue.lines.first)
        #expect(central.take(Array("{}".utf8)) == .refused)
        #expect(central.take(Array(lines[0].dropLast())) == .refused)
        var stranger = venue.emptyCentral
        stranger.devices = [:]
        #expect(stranger.take(lines[0]) == .refused)
        #expect(central.take(lines[1]) == .gap(expected: 0))
        for line in lines { _ = central.take(line) }
        let before = venue.report(of: central)
        // The gate's own key writes another first record: both are kept apart, nothing is replaced.
        let gate = try #require(venue.gates["north"])
        let first = try #require(gate.journal.own.first).record
        let rewritten = EntryRecord(
            device: first.device,
            epoch: first.epoch,
            sequence: 0,
            previous: .genesis,
            event: first.event,
            time: first.time,
            uncertainty: first.uncertainty,
            clock: first.clock,
            monotonic: first.monotonic + 1,
            manifest: first.manifest,
            lane: first.lane,
            hall: first.hall,
            gate: first.gate,
            body: .start
        )
        #expect(central.take(rewritten.signed(by: gate.key).envelope.json) == .fork)
        let after = venue.report(of: central)
        #expect(before.total.admitted == 6 && before.total.disputed == 0)
        #expect(after.total.admitted == 0 && after.total.disputed == 6)
    }

    @Test("a gate that writes admissions without a token behind them is counted apart")
    func inventedAdmission() throws {
        var venue = try VenueScenario(gates: ["north"])
        let ticket = try venue.issue()
        var gate = try #require(venue.gates["north"])
        let invented = EntryRecord.Scan(
            code: .success,
            detail: .none,
            ticket: ticket.id,
            generation: Generation(0),
            form: .live,
            direction: .entry,
            flags: [],
            evidence: Fixed.seed("nothing")
        )
        try gate.write(.scan(invented), at: venue.now)
        var central = venue.emptyCentral
        for record in gate.journal.own { _ = central.take(record.envelope.json) }
        #expect(venue.report(of: central).total.disputed == 1)
        #expect(venue.report(of: central).attended == 0)
        #expect(try venue.scan(ticket, at: "north") == .success)
    }
}
