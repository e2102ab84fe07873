import AdmissionRules
import EntryLogFormat
import FormatVectors
import GateLogic
import ManifestFormat
import Reconciliation
import Testing
import TicketModel
import TokenFormat

/// One story for each rule of PROTOCOL 8.2, at a venue with real formats and real decisions.
@Suite("Every rule at the door, 1 to 9")
struct RuleStories {
    @Test("rule 1: a code held under the scanner stays green for five seconds, with one record")
    func repeated() throws {
        var venue = try VenueScenario(gates: ["north"])
        let code = try venue.code(of: try venue.issue())
        #expect(try venue.present(code, at: "north").decision.code == .success)
        venue.advance(by: .seconds(4))
        let again = try venue.present(code, at: "north")
        #expect(again.decision.code == .success && again.isRepeated)
        #expect(venue.report.total.scanned == 1)
        venue.advance(by: .seconds(1))
        #expect(try venue.present(code, at: "north").decision.code == .duplicate)
    }

    @Test("rule 1: while the turnstile waits for the guest the code stays green; then no more")
    func repeatedWhileOpen() throws {
        var venue = try VenueScenario(gates: ["north"])
        try venue.at("north") { $0.hasSensor = true }
        let guest = try venue.issue()
        let code = try venue.code(of: guest)
        #expect(try venue.present(code, at: "north").decision.code == .success)
        venue.advance(by: .seconds(8))
        #expect(try venue.present(code, at: "north").isRepeated)
        try venue.passage(of: guest, at: "north", .passed)
        #expect(try venue.present(code, at: "north").decision.code == .duplicate)
    }

    @Test("rule 2: without a manifest, and with one that is over, nobody is admitted")
    func manifest() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        try venue.at("south") { $0.manifest = nil }
        #expect(try venue.scan(guest, at: "south") == .manifestExpired)
        #expect(try venue.scan(text: "ST1", at: "south") == .manifestExpired)  // before rule 3
        try venue.cutLink(to: "north")
        venue.advance(by: .seconds(2 * 86_400))
        #expect(try venue.scan(guest, at: "north") == .manifestExpired)
    }

    @Test("rule 3: what is no code is MALFORMED, what is a later format UNSUPPORTED")
    func unreadable() throws {
        var venue = try VenueScenario(gates: ["north"])
        let code = try venue.code(of: try venue.issue())
        for text in ["", "abc", String(code.dropLast()), code + "A", "ST1" + code] {
            #expect(try venue.scan(text: text, at: "north") == .malformed, "\(text)")
        }
        let later = "ST2" + String(repeating: "A", count: 120)
        #expect(try venue.scan(text: later, at: "north") == .unsupported)
        // A scanner that types lower case and a carriage return has read the same code.
        #expect(try venue.scan(text: code.lowercased() + "\r\n", at: "north") == .success)
    }

    @Test("rule 4: unknown keys, keys of another event, keys of another role")
    func keys() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue()
        let cases: [(TokenOptions, VerdictCode, VerdictDetail)] = [
            (TokenOptions(key: "nobody's"), .badSignature, .unknownKey),
            (TokenOptions(key: "other live"), .wrongEvent, .none),
            (TokenOptions(type: .paper, key: "live"), .badSignature, .wrongRole),
            (TokenOptions(key: "paper"), .badSignature, .wrongRole),
        ]
        for (options, code, detail) in cases {
            let decision = try venue.decision(text: venue.token(of: guest, options), at: "north")
            #expect(decision.code == code && decision.detail == detail)
        }
    }

    @Test("rule 6: a forged signature is refused, and uses nothing up")
    func signature() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue()
        let forged = try venue.token(of: guest, TokenOptions(signer: "forger"))
        let decision = try venue.decision(text: forged, at: "north")
        #expect(decision.code == .badSignature && decision.detail == .signature)
        #expect(try venue.scan(guest, at: "north") == .success)
        #expect(venue.report.conflicts.isEmpty)
    }

    @Test("rule 7: printed codes that nobody made, that are revoked, blocked, or not sold yet")
    func printedCodes() throws {
        var venue = try VenueScenario(gates: ["north"])
        let unknown = VenueScenario.Guest(id: Fixed.ticket("never printed"))
        let code = VenueScenario.ownCode(of: unknown)
        #expect(try venue.scan(text: code, at: "north") == .notFound)
        let cases: [(TicketStatus, VerdictCode)] = [
            (.revoked, .revoked), (.blocked, .blocked), (.spare, .notFound), (.valid, .success),
        ]
        for (status, expected) in cases {
            let guest = try venue.issue { $0.codeStatus = status }
            let code = VenueScenario.ownCode(of: guest)
            #expect(try venue.scan(text: code, at: "north") == expected, "\(status)")
        }
    }

    @Test("rule 8: a ticket that the manifest does not list, by the event's policy")
    func unlisted() throws {
        let stranger = VenueScenario.Guest(id: Fixed.ticket("sold a minute ago"))
        let cases: [(GatePolicy.Unlisted, VerdictCode)] = [
            (.accept, .success), (.refer, .refer), (.refuse, .notFound),
        ]
        for (policy, expected) in cases {
            var venue = try VenueScenario(gates: ["north"], policy: GatePolicy(unlisted: policy))
            let decision = try venue.decision(stranger, at: "north")
            #expect(decision.code == expected, "\(policy)")
            let isProvisional = decision.flags.contains(.provisional)
            #expect(isProvisional == (expected == .success))
            #expect(venue.report.unsoldAdmissions.count == (expected == .success ? 1 : 0))
            // Without a class there is nothing to go by.
            let vague = TokenOptions(accessClass: .unstated)
            let text = try venue.token(of: stranger, vague)
            #expect(try venue.scan(text: text, at: "north") == .notFound)
        }
    }

    @Test("rule 9: cancelled, under a security hold, not paid, not sold")
    func status() throws {
        var venue = try VenueScenario(gates: ["north"])
        let cases: [(TicketStatus, VerdictCode)] = [
            (.revoked, .revoked), (.blocked, .blocked), (.unpaid, .unpaid), (.spare, .notFound),
        ]
        for (status, expected) in cases {
            let guest = try venue.issue { $0.status = status }
            #expect(try venue.scan(guest, at: "north") == expected, "\(status)")
            // It is paid, released, or sold while the guest waits.
            try venue.change(guest) { $0.status = .valid }
            #expect(try venue.scan(guest, at: "north") == .success, "\(status)")
        }
    }
}

@Suite("Every rule at the door, 10 to 17")
struct LaterRuleStories {
    private let hour = Duration.seconds(3600)

    @Test("rule 10: a reissued ticket ends its older codes, by row and by what was seen")
    func generation() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let old = try venue.issue(usesMax: 2)
        try venue.cutLink(to: "south")
        var new = old
        try venue.reissue(&new)
        #expect(try venue.scan(old, at: "north") == .superseded)
        #expect(try venue.scan(old, at: "south") == .success)  // missed the reissue
        #expect(try venue.scan(new, at: "south") == .success)
        #expect(try venue.scan(old, at: "south") == .superseded)  // has seen the newer code
    }

    @Test("rule 11: a kind of code that this ticket does not allow")
    func method() throws {
        var venue = try VenueScenario(gates: ["north"])
        let guest = try venue.issue { $0.methods = [.live] }
        #expect(try venue.scan(text: venue.paper(of: guest), at: "north") == .methodNotAllowed)
        let printed = VenueScenario.ownCode(of: guest)
        #expect(try venue.scan(text: printed, at: "north") == .methodNotAllowed)
        let pack = try venue.token(of: guest, TokenOptions(flags: .preissued))
        #expect(try venue.scan(text: pack, at: "north") == .methodNotAllowed)
        #expect(try venue.scan(guest, at: "north") == .success)
    }

    @Test("rule 12: codes before and after their minute, and at a gate that knows no time")
    func codeTime() throws {
        let policy = GatePolicy(untrustedClock: .refer)
        var venue = try VenueScenario(gates: ["north"], policy: policy)
        let guest = try venue.issue()
        let early = TokenOptions(flags: .preissued, start: venue.now + .seconds(600))
        var decision = try venue.decision(text: venue.token(of: guest, early), at: "north")
        #expect(decision.code == .notYetValid && decision.detail == .code)
        let late = TokenOptions(start: venue.now - .seconds(120))
        decision = try venue.decision(text: venue.token(of: guest, late), at: "north")
        #expect(decision.code == .expired && decision.detail == .code)
        try venue.at("north") { $0.clockState = .untrusted }
        #expect(try venue.scan(guest, at: "north") == .clockUntrusted)
        #expect(try venue.scan(text: venue.paper(of: guest), at: "north") == .success)
    }

    @Test("rule 13: tickets for another day")
    func ticketTime() throws {
        var venue = try VenueScenario(gates: ["north"])
        let start = venue.now + hour
        let tomorrow = try venue.issue { $0.notBefore = start }
        let end = venue.now
        let yesterday = try venue.issue { $0.expires = end }
        var decision = try venue.decision(tomorrow, at: "north")
        #expect(decision.code == .notYetValid && decision.detail == .ticket)
        decision = try venue.decision(yesterday, at: "north")
        #expect(decision.code == .expired && decision.detail == .ticket)
        venue.advance(by: hour)
        #expect(try venue.scan(tomorrow, at: "north") == .success)
    }

    @Test("rule 14: another hall, another gate of this hall, another slot at this gate")
    func place() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let elsewhere = ClassNumber(8)
        try venue.allow(elsewhere, hall: HallNumber(4))
        let guest = try venue.issue { $0.accessClass = elsewhere }
        let decision = try venue.decision(guest, at: "north")
        #expect(decision.code == .wrongHall && decision.halls == [HallNumber(4)])
        let southern = ClassNumber(9)
        try venue.allow(southern, gate: GateNumber(12))
        let walker = try venue.issue { $0.accessClass = southern }
        #expect(try venue.scan(walker, at: "north") == .wrongGate)
        #expect(try venue.scan(walker, at: "south") == .success)
        let evening = ClassNumber(10)
        try venue.allow(evening, from: venue.now + hour, until: venue.now + hour + hour)
        let early = try venue.issue { $0.accessClass = evening }
        let late = try venue.issue { $0.accessClass = evening }
        #expect(try venue.scan(early, at: "north") == .wrongGate)
        venue.advance(by: hour)
        #expect(try venue.scan(early, at: "north") == .success)
        venue.advance(by: hour)
        #expect(try venue.scan(late, at: "north") == .wrongGate)
    }

    @Test("rule 15: staff look at a document first; it counts for this guest, here, for a while")
    func identity() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let (guest, other) = (try venue.issue(), try venue.issue())
        let options = TokenOptions(flags: .checkID)
        #expect(try venue.confirmIdentity(at: "north") == nil)  // nobody was referred
        let referred = try venue.decision(text: venue.token(of: guest, options), at: "north")
        #expect(referred.code == .refer && referred.detail == .checkID)
        #expect(try venue.confirmIdentity(at: "north") == guest.id)
        #expect(try venue.scan(text: venue.token(of: guest, options), at: "south") == .refer)
        #expect(try venue.scan(text: venue.token(of: other, options), at: "south") == .refer)
        // The code on the phone has changed meanwhile; the guest has not.
        venue.advance(by: .seconds(45))
        #expect(try venue.scan(text: venue.token(of: guest, options), at: "north") == .success)
        #expect(try venue.scan(text: venue.token(of: guest, options), at: "north") == .refer)
        try venue.confirmIdentity(at: "north")
        #expect(try venue.scan(text: venue.token(of: guest, options), at: "north") == .duplicate)
        #expect(try venue.scan(text: venue.token(of: other, options), at: "north") == .refer)
        try venue.confirmIdentity(at: "north")
        venue.advance(by: .seconds(60))
        #expect(try venue.scan(text: venue.token(of: other, options), at: "north") == .refer)
    }

    @Test("rule 15: a gate alone admits everybody, its own group, or nobody by itself")
    func isolated() throws {
        let cases: [(GatePolicy.Isolated, own: VerdictCode, other: VerdictCode)] = [
            (.open, .success, .success), (.home, .success, .refer), (.refer, .refer, .refer),
        ]
        for (policy, ownCode, otherCode) in cases {
            var venue = try VenueScenario(gates: ["north"], policy: GatePolicy(isolated: policy))
            let own = try venue.issue { $0.home = GateNumber(11) }
            let other = try venue.issue { $0.home = GateNumber(12) }
            try venue.cutLink(to: "north")
            let decision = try venue.decision(own, at: "north")
            #expect(decision.code == ownCode, "\(policy)")
            #expect(decision.flags.contains(.isolated))
            #expect(try venue.scan(other, at: "north") == otherCode, "\(policy)")
            _ = try venue.restoreLinks()
            if otherCode == .refer {
                #expect(try venue.scan(other, at: "north") == .success, "\(policy)")
            }
        }
    }

    @Test("rule 16: used up, by entries or by persons inside, with where it was used")
    func uses() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let pair = try venue.issue(usesMax: 2)
        #expect(try venue.scan(pair, at: "north") == .success)
        #expect(try venue.scan(pair, at: "south") == .success)
        #expect(try venue.scan(pair, at: "north", direction: .exit) == .success)
        let decision = try venue.decision(pair, at: "north")  // entries count, not persons
        #expect(decision.code == .duplicate && decision.detail == .otherGate)
        #expect(decision.earlier?.gate == GateNumber(12))
        let pass = try venue.issue(usesMax: 2, reentry: true)
        for name in ["north", "south"] { #expect(try venue.scan(pass, at: name) == .success) }
        #expect(try venue.scan(pass, at: "north") == .duplicate)
        #expect(try venue.scan(pass, at: "south", direction: .exit) == .success)
        #expect(try venue.scan(pass, at: "north") == .success)
    }

    @Test("rule 17: a record that cannot be stored admits nobody and uses nothing up")
    func storage() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        try venue.at("north") { $0.journal.isFull = true }
        let decision = try venue.decision(guest, at: "north")
        #expect(decision.code == .error && !decision.opensLane)
        #expect(venue.report.total.scanned == 0)
        #expect(try venue.scan(guest, at: "south") == .success)
        #expect(venue.report.attended == 1)
    }

    @Test("the way out is open to everybody: with an entry, without one, with a bad code")
    func exits() throws {
        var venue = try VenueScenario(gates: ["north", "south"])
        let guest = try venue.issue()
        #expect(try venue.scan(guest, at: "north") == .success)
        try venue.revoke(guest)
        let out = try venue.code(of: guest)
        for (text, expected) in [
            (out, VerdictCode.success), (out, .notInside), ("ST1", .malformed),
        ] {
            let decision = try venue.decision(text: text, at: "south", direction: .exit)
            #expect(decision.code == expected && decision.opensLane)
        }
        #expect(venue.report.total.exited == 2)
    }
}
