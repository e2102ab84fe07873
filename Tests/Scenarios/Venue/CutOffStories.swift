import FormatVectors
import ManifestFormat
import Reconciliation
import Testing
import TicketModel

@Suite("Gates that are cut off")
struct CutOffStories {
    @Test("a copied code passes once at a cut-off gate, then is caught when logs meet")
    func copiedCode() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        try venue.cutLink(to: "south")
        #expect(try venue.scan(ticket, at: "north") == .success)
        venue.advance(by: .seconds(90))
        #expect(try venue.scan(ticket, at: "south") == .success)  // offline: it cannot know
        #expect(try venue.restoreLinks() == [ticket.id])
        #expect(try venue.scan(ticket, at: "south") == .duplicate)
        #expect(try venue.scan(ticket, at: "north") == .duplicate)
        let conflict = try #require(venue.report.conflicts.first)
        #expect(conflict.gap == .seconds(90))
        #expect(conflict.primary.gate == GateNumber(11) && conflict.later.gate == GateNumber(12))
        #expect(conflict.later.flags == .isolated)
        #expect(venue.report.total.admitted == 2 && venue.report.attended == 1)
    }

    @Test("while the link holds, the other gate knows at once")
    func linked() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let ticket = try venue.issue()
        #expect(try venue.scan(ticket, at: "north") == .success)
        #expect(try venue.scan(ticket, at: "south") == .duplicate)
        #expect(venue.report.conflicts.isEmpty)
    }

    @Test("two gates cut off from each other: one conflict, the earlier admission is primary")
    func bothCutOff() throws {
        var venue = try VenueScenario(gates: ["north", "south", "east"])
        let ticket = try venue.issue()
        for name in ["north", "south", "east"] { try venue.cutLink(to: name) }
        for name in ["south", "north", "east"] {
            venue.advance(by: .seconds(60))
            #expect(try venue.scan(ticket, at: name) == .success)
            #expect(try venue.scan(ticket, at: name) == .duplicate)  // its own record it knows
        }
        #expect(try venue.restoreLinks() == [ticket.id, ticket.id])
        #expect(venue.report.conflicts.map(\.primary.gate) == [GateNumber(12), GateNumber(12)])
        #expect(venue.report.conflicts.map(\.later.gate) == [GateNumber(11), GateNumber(13)])
    }

    @Test("a ticket revoked while a gate is cut off still passes there, and nowhere after")
    func revokedMeanwhile() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let (first, second) = (try venue.issue(), try venue.issue())
        try venue.cutLink(to: "south")
        try venue.revoke(first)
        try venue.revoke(second)
        #expect(try venue.scan(first, at: "north") == .revoked)
        #expect(try venue.scan(first, at: "south") == .success)  // its manifest is older
        #expect(try venue.restoreLinks() == [])
        #expect(try venue.scan(second, at: "south") == .revoked)
        #expect(venue.report.total.admitted == 1)
    }

    @Test("a ticket sold while a gate is cut off is admitted there on its signature")
    func soldMeanwhile() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        try venue.cutLink(to: "south")
        let ticket = try venue.issue()
        #expect(try venue.scan(ticket, at: "south") == .success)
        #expect(try venue.scan(text: VenueScenario.ownCode(of: ticket), at: "south") == .notFound)
        #expect(try venue.restoreLinks() == [])
        #expect(venue.report.unknownTickets.isEmpty)
        #expect(venue.report.attended == 1)
        // One that was never sold is admitted too, and told.
        try venue.cutLink(to: "south")
        let invented = VenueScenario.Guest(id: Fixed.ticket("never sold"))
        #expect(try venue.scan(invented, at: "south") == .success)
        #expect(try venue.restoreLinks() == [])
        #expect(venue.report.unsoldAdmissions.map(\.ticket) == [invented.id])
    }

    @Test("a gate that was alone for hours decides on, and its whole log comes home")
    func hoursAlone() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let tickets = try (0..<50).map { _ in try venue.issue() }
        try venue.cutLink(to: "south")
        for ticket in tickets {
            venue.advance(by: .seconds(300))
            #expect(try venue.scan(ticket, at: "south") == .success)
            #expect(try venue.scan(ticket, at: "south") == .duplicate)
        }
        let before = venue.report
        #expect(before.total.scanned == 0)
        #expect(try venue.restoreLinks() == [])
        #expect(venue.report.attended == 50)
        #expect(venue.report.total.scanned == 100)
        #expect(venue.report.logs.allSatisfy { $0.gaps.isEmpty })
        #expect(venue.report.minutes.count == 50)
    }

    @Test("after two days alone the manifest is over and nobody is admitted until a sync")
    func daysAlone() throws {
        var venue = try VenueScenario(gates: ["north"])
        let ticket = try venue.issue()
        try venue.cutLink(to: "north")
        venue.advance(by: .seconds(2 * 86_400))
        #expect(try venue.scan(ticket, at: "north") == .manifestExpired)
        try venue.revoke(try venue.issue())  // central makes a new manifest
        #expect(try venue.restoreLinks() == [])
        #expect(try venue.scan(ticket, at: "north") == .success)
    }

    @Test("policy may send everybody to staff while a gate is alone")
    func referred() throws {
        let policy = GatePolicy(isolated: .refer)
        var venue = try VenueScenario(gates: ["north"], policy: policy)
        let ticket = try venue.issue()
        try venue.cutLink(to: "north")
        #expect(try venue.scan(ticket, at: "north") == .refer)
        #expect(try venue.restoreLinks() == [])
        #expect(try venue.scan(ticket, at: "north") == .success)
    }

    @Test("a newer code ends the older one even at a gate that has not heard of the reissue")
    func reissued() throws {
        var venue = try VenueScenario(gates: ["north"])
        let old = try venue.issue(usesMax: 2)
        try venue.cutLink(to: "north")
        var new = old
        try venue.reissue(&new)
        #expect(try venue.scan(new, at: "north") == .success)
        #expect(try venue.scan(old, at: "north") == .superseded)
    }
}
