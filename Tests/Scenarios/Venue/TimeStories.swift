import FormatVectors
import Reconciliation
import Testing
import TicketModel

@Suite("Codes and time")
struct TimeStories {
    @Test("a screenshot two minutes old is EXPIRED; the living code of the same ticket passes")
    func screenshot() throws {
        var venue = try VenueScenario(gates: ["north"])
        let ticket = try venue.issue()
        let screenshot = try venue.code(of: ticket)
        venue.advance(by: .seconds(120))
        #expect(try venue.scan(text: screenshot, at: "north") == .expired)
        #expect(try venue.scan(ticket, at: "north") == .success)
    }

    @Test("a screenshot sent to a friend at the next gate is a duplicate")
    func sharedScreenshot() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        let screenshot = try venue.code(of: ticket)
        #expect(try venue.scan(text: screenshot, at: "north") == .success)
        venue.advance(by: .seconds(20))
        #expect(try venue.scan(text: screenshot, at: "south") == .duplicate)
    }

    @Test("paper and phone and printed code are one ticket")
    func oneTicket() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        #expect(try venue.scan(text: try venue.paper(of: ticket), at: "north") == .success)
        #expect(try venue.scan(ticket, at: "south") == .duplicate)
        #expect(try venue.scan(text: VenueScenario.ownCode(of: ticket), at: "south") == .duplicate)
    }

    @Test("two cut-off gates whose clocks disagree: the order is told as uncertain")
    func uncertainOrder() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        try venue.setClock(of: "south", error: .seconds(-3), uncertainty: .seconds(4))
        try venue.cutLink(to: "south")
        #expect(try venue.scan(ticket, at: "north") == .success)
        venue.advance(by: .seconds(2))
        #expect(try venue.scan(ticket, at: "south") == .success)
        #expect(try venue.restoreLinks() == [ticket.id])
        let conflict = try #require(venue.report.conflicts.first)
        // South wrote an earlier time, so it is primary for every reader; nobody may swear to it.
        #expect(conflict.primary.gate == GateNumber(12))
        #expect(conflict.isUncertain)
        #expect(conflict.gap == .seconds(1))
    }
}
