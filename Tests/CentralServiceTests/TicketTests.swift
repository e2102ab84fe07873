import CentralService
import Foundation
import HTTPTypes
import Testing
import TicketModel
import TokenFormat
import VenueAPI

@Suite("Tickets over HTTP")
struct TicketTests {
    @Test("issued tickets carry a code, a paper token and a link, in the order of the call")
    func issue() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(3, to: event.id)
            #expect(tickets.map(\.reference) == ["order-0", "order-1", "order-2"])
            #expect(Set(tickets.map(\.code)).count == 3)
            for ticket in tickets {
                guard case .ownCode = ScannedCode(Array(ticket.code.utf8)) else {
                    Issue.record("\(ticket.code) is no own code")
                    continue
                }
                guard case .token(let token) = ScannedCode(Array(ticket.paper.utf8)) else {
                    Issue.record("\(ticket.paper) is no token")
                    continue
                }
                #expect(token.fields.type == .paper)
                #expect(token.fields.ticket.hex == ticket.id)
                #expect(ticket.link.hasPrefix("/t/"))
            }
        }
    }

    @Test("links are whole addresses where the settings know the host")
    func absoluteLinks() async throws {
        try await House.open(links: HolderLinks(base: "https://t.example.org/")) { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            #expect(ticket.link.hasPrefix("https://t.example.org/t/"))
        }
    }

    @Test("ten thousand tickets come in as lines and go out as lines")
    func lines() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let body = String(repeating: "{\"class\":1}\n", count: 10_000)
            let reply = try await admin.send(
                .post,
                "/v1/events/\(event.id)/tickets",
                body: Array(body.utf8),
                mediaType: "application/x-ndjson"
            )
            #expect(reply.status == 201)
            #expect(reply.mediaType == "application/x-ndjson")
            #expect(reply.body.split(separator: 0x0A).count == 10_000)
            let more = try await admin.send(
                .post,
                "/v1/events/\(event.id)/tickets",
                body: Array((body + "{\"class\":1}").utf8),
                mediaType: "application/x-ndjson"
            )
            #expect(more.status == 413)
            _ = try more.problem()
        }
    }

    @Test("every wrong line is named, and then nothing is issued")
    func wrongLines() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let lines = [
                #"{"class":1}"#, #"{"class":"x"}"#, "nonsense", "", #"{"class":1,"max_use":2}"#,
            ]
            let reply = try await admin.send(
                .post,
                "/v1/events/\(event.id)/tickets",
                body: Array(lines.joined(separator: "\n").utf8),
                mediaType: "application/x-ndjson"
            )
            #expect(reply.status == 422)
            let pointers = try reply.problem().errors?.map(\.pointer)
            #expect(pointers == ["/1/class", "/2", "/3/max_use"])
            let page: PageBody<TicketAPI.Ticket> =
                try await admin.get("/v1/events/\(event.id)/tickets").json()
            #expect(page.items.isEmpty)
        }
    }

    static let wrong = [
        (#"[{"class":9}]"#, "/0/class"), (#"[{"class":0}]"#, "/0/class"),
        (#"[{"class":1,"status":"revoked"}]"#, "/0/status"),
        (#"[{"class":1,"methods":["smoke"]}]"#, "/0/methods"),
        (#"[{"class":1,"valid_from":2,"valid_until":1}]"#, "/0/valid_until"),
        (#"[{"class":1,"max_uses":-1}]"#, "/0/max_uses"),
        (#"[{"class":1,"max_uses":1.5}]"#, ""),
        (#"[{"class":1,"reference":""}]"#, "/0/reference"),
    ]

    @Test("a wrong ticket is named by its place", arguments: wrong)
    func wrongTickets(body: String, pointer: String) async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let reply = try await admin.post("/v1/events/\(event.id)/tickets", body)
            #expect(reply.status == 422, "\(reply.text)")
            #expect(try reply.problem().errors?.first?.pointer == pointer, "\(reply.text)")
        }
    }

    @Test("a reference that is taken refuses the whole call")
    func takenReference() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            _ = try await admin.issue(1, to: event.id)
            let reply = try await admin.post(
                "/v1/events/\(event.id)/tickets",
                #"[{"class":1},{"class":1,"reference":"order-0"}]"#
            )
            #expect(reply.status == 409)
            #expect(try reply.problem().type == "/problems/duplicate-reference")
        }
    }

    @Test("a ticket is found by id, by code as typed, and by reference; SQL text finds nothing")
    func find() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let issued = try #require(try await admin.issue(1, to: event.id).first)
            let byID: TicketAPI.Ticket = try await admin.get("/v1/tickets/\(issued.id)").json()
            #expect(byID.seat == "Row 0")
            #expect(byID.status == "valid")
            let code = issued.code.lowercased()
            let byCode: TicketAPI.Ticket =
                try await admin.get("/v1/tickets?event=\(event.id)&code=\(code)").json()
            #expect(byCode == byID)
            let list = "/v1/events/\(event.id)/tickets"
            let byReference: PageBody<TicketAPI.Ticket> =
                try await admin.get("\(list)?reference=order-0").json()
            #expect(byReference.items == [byID])
            let attack = "x'%20OR%20'1'='1"
            let none: PageBody<TicketAPI.Ticket> =
                try await admin.get("\(list)?reference=\(attack)").json()
            #expect(none.items.isEmpty)
            let reply = try await admin.get("/v1/tickets?event=\(event.id)&code=\(attack)")
            #expect(reply.status == 404)
            _ = try reply.problem()
        }
    }

    @Test("the list filters by status, in pages")
    func list() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let issued = try await admin.issue(5, to: event.id)
            _ = try await admin.post("/v1/tickets/\(issued[2].id)/block")
            let list = "/v1/events/\(event.id)/tickets"
            let blocked: PageBody<TicketAPI.Ticket> =
                try await admin.get("\(list)?status=blocked").json()
            #expect(blocked.items.map(\.id) == [issued[2].id])
            let first: PageBody<TicketAPI.Ticket> =
                try await admin.get("\(list)?status=valid&limit=3").json()
            let cursor = try #require(first.next)
            let second: PageBody<TicketAPI.Ticket> =
                try await admin.get("\(list)?status=valid&limit=3&cursor=\(cursor)").json()
            #expect(first.items.count + second.items.count == 4)
            #expect(second.next == nil)
            #expect(try await admin.get("\(list)?status=lost").status == 422)
        }
    }

    @Test("a ticket's life: blocked, unblocked, unpaid, paid, revoked for good")
    func life() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let path = "/v1/tickets/\(ticket.id)"
            func status(_ verb: String) async throws -> String {
                try await admin.post("\(path)/\(verb)", #"{"reason":"test"}"#)
                    .json(TicketAPI.Ticket.self).status
            }
            #expect(try await status("block") == "blocked")
            #expect(try await admin.get("\(path)/token").status == 409)
            #expect(try await status("unblock") == "valid")
            #expect(try await status("unpay") == "unpaid")
            #expect(try await status("pay") == "valid")
            #expect(try await status("revoke") == "revoked")
            for verb in ["pay", "unblock", "reissue"] {
                let reply = try await admin.post("\(path)/\(verb)")
                #expect(reply.status == 409, "\(verb)")
                #expect(try reply.problem().type == "/problems/impossible-transition")
            }
            let token = try await admin.get("\(path)/token")
            #expect(try token.problem().type == "/problems/ticket-not-showable")
        }
    }

    @Test("a reissue gives new codes and link, and says the generation")
    func reissue() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let old = try #require(try await admin.issue(1, to: event.id).first)
            let reply = try await admin.send(.post, "/v1/tickets/\(old.id)/reissue")
            #expect(reply.status == 200, "\(reply.text)")
            let new: TicketAPI.Issued = try reply.json()
            #expect(new.generation == 1)
            #expect(new.code != old.code && new.paper != old.paper && new.link != old.link)
            let anyone = admin.with(key: nil)
            #expect(try await anyone.get(old.link).status == 404)
            #expect(try await anyone.get(new.link).status == 200)
            let byOldCode: TicketAPI.Ticket = try await admin.get(
                "/v1/tickets?event=\(event.id)&code=\(old.code)"
            ).json()
            #expect(byOldCode.generation == 1)
        }
    }

    @Test("what is no ticket is not found, whatever is done to it")
    func unknown() async throws {
        try await House.open { _, admin in
            let id = String(repeating: "ab", count: 16)
            for path in ["/v1/tickets/\(id)", "/v1/tickets/nonsense", "/v1/tickets/\(id)/token"] {
                let reply = try await admin.get(path)
                #expect(reply.status == 404)
                _ = try reply.problem()
            }
            #expect(try await admin.post("/v1/tickets/\(id)/revoke").status == 404)
            #expect(try await admin.get("/v1/events/\(id)/tickets").status == 404)
            #expect(
                try await admin.post("/v1/events/\(id)/tickets", "[{\"class\":1}]").status == 404
            )
        }
    }
}
