import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Reconciliation
import Testing
import TicketModel
import TokenFormat

@Suite("Phones that sign for themselves, and wallets")
struct HolderStories {
    @Test("rule 5: a gate that missed the binding asks for the long code, and takes it")
    func missedBinding() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        var guest = try venue.issue()
        try venue.cutLink(to: "south")
        try venue.bind(&guest, to: "phone")
        let short = try venue.holderCode(of: guest, on: "phone")
        #expect(try venue.scan(text: short, at: "south") == .showLongCode)
        #expect(try venue.scan(text: short, at: "north") == .success)
        let long = try venue.longCode(of: guest, on: "phone")
        #expect(try venue.scan(text: long, at: "north") == .duplicate)
        #expect(try venue.scan(text: long, at: "south") == .success)  // alone, it cannot know
        #expect(try venue.restoreLinks() == [guest.id])
        #expect(venue.report.total.disputed == 0)
    }

    @Test("rule 5: a short code of a ticket that nobody bound, and of another phone")
    func otherPhone() throws {
        var venue = try VenueScenario(gates: ["north"])
        let unbound = try venue.issue()
        let code = try venue.holderCode(of: unbound, on: "phone")
        #expect(try venue.scan(text: code, at: "north") == .showLongCode)
        var bound = try venue.issue()
        try venue.bind(&bound, to: "phone")
        let stolen = try venue.holderCode(of: bound, on: "thief's phone")
        #expect(try venue.scan(text: stolen, at: "north") == .showLongCode)
    }

    @Test("rule 6: a long code that another phone presents, and a pass with a made-up password")
    func forged() throws {
        var venue = try VenueScenario(gates: ["north"])
        var guest = try venue.issue()
        try venue.bind(&guest, to: "phone")
        let stolen = try venue.longCode(of: guest, on: "phone", signer: "thief's phone")
        var decision = try venue.decision(text: stolen, at: "north")
        #expect(decision.code == .badSignature && decision.detail == .signature)
        let pass = try venue.walletCode(of: guest, key: Fixed.seed("made up"))
        decision = try venue.decision(text: pass, at: "north")
        #expect(decision.code == .badSignature && decision.detail == .totp)
        #expect(try venue.scan(text: venue.walletCode(of: guest), at: "north") == .success)
    }

    @Test("rule 10: the ticket was moved to another phone: the first one's codes are dead")
    func moved() throws {
        var venue = try VenueScenario(gates: ["north"])
        var old = try venue.issue()
        try venue.bind(&old, to: "first phone")
        var new = old
        try venue.bind(&new, to: "second phone")
        let long = try venue.longCode(of: old, on: "first phone")
        #expect(try venue.scan(text: long, at: "north") == .superseded)
        // Even with the present generation: central has named another holder.
        let twin = try venue.longCode(of: new, on: "first phone")
        #expect(try venue.scan(text: twin, at: "north") == .superseded)
        let code = try venue.holderCode(of: new, on: "second phone")
        #expect(try venue.scan(text: code, at: "north") == .success)
    }

    @Test("rule 11: a ticket that only its phone may show takes no photograph of its paper")
    func onlyPhone() throws {
        var venue = try VenueScenario(gates: ["north"])
        var guest = try venue.issue { $0.methods = [.holder] }
        try venue.bind(&guest, to: "phone")
        #expect(try venue.scan(text: venue.walletCode(of: guest), at: "north") == .methodNotAllowed)
        #expect(try venue.scan(text: venue.paper(of: guest), at: "north") == .methodNotAllowed)
        let long = try venue.longCode(of: guest, on: "phone")
        #expect(try venue.scan(text: long, at: "north") == .success)
    }

    @Test("rule 12: phone and wallet codes are over in a minute, paper is not")
    func minute() throws {
        var venue = try VenueScenario(gates: ["north"])
        var guest = try venue.issue()
        try venue.bind(&guest, to: "phone")
        let codes = [
            try venue.holderCode(of: guest, on: "phone"),
            try venue.longCode(of: guest, on: "phone"), try venue.walletCode(of: guest),
        ]
        let paper = try venue.paper(of: guest)
        venue.advance(by: .seconds(180))
        for code in codes {
            let decision = try venue.decision(text: code, at: "north")
            #expect(decision.code == .expired && decision.detail == .code)
        }
        #expect(try venue.scan(text: paper, at: "north") == .success)
    }

    @Test("all forms of one ticket are one admission, and each is believed when logs meet")
    func oneTicket() throws {
        let names = ["a", "b", "c", "d"]
        var venue = try VenueScenario(gates: names)
        var guest = try venue.issue()
        try venue.bind(&guest, to: "phone")
        for name in names { try venue.cutLink(to: name) }
        let codes = [
            try venue.holderCode(of: guest, on: "phone"),
            try venue.longCode(of: guest, on: "phone"), try venue.code(of: guest),
            try venue.paper(of: guest),
        ]
        for (name, code) in zip(names, codes) {
            #expect(try venue.scan(text: code, at: name) == .success)
            #expect(try venue.scan(text: venue.walletCode(of: guest), at: name) == .duplicate)
        }
        #expect(try venue.restoreLinks().count == 3)
        #expect(venue.report.total.disputed == 0 && venue.report.attended == 1)
    }
}
