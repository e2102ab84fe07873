import CentralService
import CentralStore
import Encodings
import Foundation
import Sodium
import Testing
import TicketModel
import TokenFormat
import VenueAPI

@Suite("The box office: reprints, spare codes, passes")
struct BoxOfficeTests {
    private func paper(_ text: String) throws -> TokenFields {
        guard case .token(let token) = ScannedCode(Array(text.utf8)) else {
            throw CocoaError(.coderInvalidValue)
        }
        return token.fields
    }

    @Test("a reprint is marked and new; a second print of it says the same bytes")
    func reprint() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let old = try #require(try await admin.issue(1, to: event.id).first)
            #expect(try paper(old.paper).flags == [])
            let path = "/v1/tickets/\(old.id)"
            let new: TicketAPI.Issued =
                try await admin.post("\(path)/reprint", #"{"reason":"phone fell into the sea"}"#)
                .json()
            #expect(try paper(new.paper).flags == .reprint && new.generation == 1)
            #expect(new.code != old.code && new.link != old.link)
            house.clock.pass(.seconds(60))
            let again: TicketAPI.Issued = try await admin.get("\(path)/codes").json()
            #expect(again == new)
            let next: TicketAPI.Issued = try await admin.post("\(path)/reprint").json()
            #expect(next.generation == 2 && next.paper != new.paper)
            let id = try #require(TicketID(hex: old.id))
            let history = try await house.data.tickets.history(id)
            #expect(history.map(\.reason) == ["", "phone fell into the sea", ""])
        }
    }

    @Test("tickets whose class asks for a document say so in every token")
    func checkID() async throws {
        try await House.open { _, admin in
            var draft = House.draft()
            draft.classes[0].checkID = true
            let event: EventAPI.Event = try await admin.post("/v1/events", draft).json()
            var orders = [TicketAPI.Draft(accessClass: 1), TicketAPI.Draft(accessClass: 1)]
            orders[1].checkID = false
            let reply = try await admin.post("/v1/events/\(event.id)/tickets", orders)
            let issued = try reply.json(TicketAPI.IssuedList.self).tickets
            for (ticket, flags) in zip(issued, [TokenFlags.checkID, []]) {
                #expect(try paper(ticket.paper).flags == flags)
                let live: TicketAPI.Token =
                    try await admin.get("/v1/tickets/\(ticket.id)/token").json()
                #expect(try paper(live.token).flags == flags)
                let wish = PackAPI.Draft(device: "a phone of somebody", minutes: 1)
                let pack: PackAPI.Pack =
                    try await admin.post("/v1/tickets/\(ticket.id)/pack", wish).json()
                let head = try #require(Base64.decodeURL(pack.head))
                #expect(head[1] == flags.union(.preissued).rawValue)
            }
        }
    }

    @Test("spare codes let nobody in until one is assigned; then it is a ticket")
    func spares() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let reply = try await admin.post(
                "/v1/events/\(event.id)/spares",
                TicketAPI.SpareDraft(count: 3)
            )
            #expect(reply.status == 201)
            let spares = try reply.json(TicketAPI.IssuedList.self).tickets
            #expect(try paper(spares[0].paper).accessClass == .unstated)
            let list: PageBody<TicketAPI.Ticket> =
                try await admin.get("/v1/events/\(event.id)/tickets?status=spare").json()
            #expect(Set(list.items.map(\.id)) == Set(spares.map(\.id)))
            let path = "/v1/tickets/\(spares[0].id)"
            for verb in ["pay", "block", "reissue", "reprint"] {
                #expect(try await admin.post("\(path)/\(verb)").status == 409, "\(verb)")
            }
            let draft = TicketAPI.Assignment(accessClass: 2, reference: "box-1", seat: "Row 3")
            let ticket: TicketAPI.Ticket = try await admin.post("\(path)/assign", draft).json()
            #expect(ticket.status == "valid" && ticket.accessClass == 2)
            #expect(ticket.seat == "Row 3" && ticket.methods == ["paper"])
            let codes: TicketAPI.Issued = try await admin.get("\(path)/codes").json()
            #expect(codes.paper == spares[0].paper, "what was printed is what counts")
            #expect(try await admin.post("\(path)/assign", draft).status == 409)
            let taken = try await admin.post("/v1/tickets/\(spares[1].id)/assign", draft)
            #expect(try taken.problem().type == "/problems/duplicate-reference")
        }
    }

    @Test("a spare's printed code can go to a ticket that somebody has, whose old codes die")
    func card() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let spare = try #require(
                try await admin.post(
                    "/v1/events/\(event.id)/spares",
                    TicketAPI.SpareDraft(count: 1)
                ).json(TicketAPI.IssuedList.self).tickets.first
            )
            let draft = TicketAPI.Assignment(ticket: ticket.id, reason: "dead phone")
            let now: TicketAPI.Ticket =
                try await admin.post("/v1/tickets/\(spare.id)/assign", draft).json()
            #expect(now.id == ticket.id && now.generation == 1)
            let found: TicketAPI.Ticket =
                try await admin.get("/v1/tickets?code=\(spare.code)&event=\(event.id)").json()
            #expect(found.id == ticket.id)
            let used: TicketAPI.Ticket = try await admin.get("/v1/tickets/\(spare.id)").json()
            #expect(used.status == "revoked")
        }
    }

    @Test("a pass shows a PAPER token and a password that a gate takes, one for each ticket")
    func pass() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(2, to: event.id)
            let passes = try await [0, 1].asyncMap { index in
                try await admin.get("/v1/tickets/\(tickets[index].id)/pass")
                    .json(TicketAPI.Pass.self)
            }
            #expect(passes[0].paper == tickets[0].paper)
            #expect(passes[0].totpKey != passes[1].totpKey)
            #expect(passes[0].pattern.hasPrefix(passes[0].paper + "-{"))
            let id = try #require(EventID(hex: event.id))
            let walletKey = try await house.data.keys.walletKey(id)
            let expected = WalletCode.passKey(
                of: try #require(TicketID(hex: tickets[0].id)),
                generation: Generation(0),
                walletKey: walletKey
            )
            #expect(Base64.decodeURL(passes[0].totpKey) == expected)
            // Nothing of it lies in the clear.
            let stored = try house.databaseBytes()
            #expect(!stored.contains(walletKey) && !stored.contains(expected))
            let after: TicketAPI.Issued =
                try await admin.post("/v1/tickets/\(tickets[0].id)/reissue").json()
            let renewed: TicketAPI.Pass =
                try await admin.get("/v1/tickets/\(tickets[0].id)/pass").json()
            #expect(renewed.paper == after.paper && renewed.totpKey != passes[0].totpKey)
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(
        _ transform: (Element) async throws -> Value
    ) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
