import Barcodes
import CentralService
import CentralStore
import Foundation
import HTTPTypes
import Sodium
import Testing
import TicketModel
import TokenFormat
import VenueAPI

@Suite("LIVE tokens and the holder's answers")
struct TokenTests {
    @Test("a token starts now, lives a minute and verifies with the event's live key")
    func token() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let reply = try await admin.get("/v1/tickets/\(ticket.id)/token")
            #expect(reply.headers[.cacheControl] == "no-store")
            let token: TicketAPI.Token = try reply.json()
            #expect(token.ticket == ticket.id)
            #expect(token.starts == House.start.milliseconds)
            #expect(token.ends - token.starts == 60_000)
            guard case .token(let read) = ScannedCode(Array(token.token.utf8)) else {
                Issue.record("not a token")
                return
            }
            let id = try #require(EventID(hex: event.id))
            let key = try await house.data.keys.eventKeys(id).live.publicKey
            #expect(read.verified(by: key, event: id) != nil)
            house.clock.pass(.seconds(45))
            let next: TicketAPI.Token =
                try await admin.get("/v1/tickets/\(ticket.id)/token").json()
            #expect(next.starts == token.starts + 45_000)
            #expect(next.token != token.token)
        }
    }

    @Test("text, SVG and PNG all say the same token")
    func forms() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let path = "/v1/tickets/\(ticket.id)/token"
            let token = try await admin.get(path).json(TicketAPI.Token.self).token
            let text = try await admin.get("\(path).txt")
            #expect(text.text == token + "\n")
            let svg = try await admin.get("\(path).svg")
            #expect(svg.mediaType == "image/svg+xml")
            #expect(svg.text == (try QRCode(token, .screen).svg()))
            for scale in [1, 32] {
                let png = try await admin.get("\(path).png?scale=\(scale)")
                #expect(png.mediaType == "image/png")
                #expect(png.body == (try QRCode(token, .screen).png(scale: scale)))
                #expect(png.headers[.cacheControl] == "no-store")
            }
            for query in ["scale=0", "scale=33", "scale=big", "size=3"] {
                #expect(try await admin.get("\(path).png?\(query)").status == 422)
            }
        }
    }

    @Test("the holder's link needs no key and gives the code with times for the page")
    func holder() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let anyone = admin.with(key: nil)
            let page = try await anyone.get(ticket.link)
            #expect(page.status == 200)
            #expect(page.mediaType == "text/html; charset=utf-8")
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(page.text.contains("New Year&#39;s Derby") || page.text.contains("New Year's"))
            #expect(page.text.contains("Row 0") && page.text.contains("North"))
            #expect(!page.text.contains("style=") && !page.text.contains("<script>"))
            let code: HolderAPI.Code = try await anyone.get("\(ticket.link)/token").json()
            #expect(code.state == "valid")
            #expect(code.serverTime == House.start.milliseconds)
            let drawn = try QRCode(try #require(code.token), .screen).svg()
            #expect(code.svg == drawn)
        }
    }

    @Test("a closed ticket's page says why in words, and shows no code")
    func closed() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(4, to: event.id)
            let anyone = admin.with(key: nil)
            for (ticket, verb, state) in zip3(
                tickets,
                ["revoke", "block", "unpay"],
                ["revoked", "blocked", "unpaid"]
            ) {
                _ = try await admin.post("/v1/tickets/\(ticket.id)/\(verb)")
                let code: HolderAPI.Code = try await anyone.get("\(ticket.link)/token").json()
                #expect(code.state == state)
                #expect(code.message?.isEmpty == false)
                #expect(code.token == nil && code.svg == nil)
            }
            house.clock.pass(.seconds(3 * 86_400))
            let over: HolderAPI.Code =
                try await anyone.get("\(tickets[3].link)/token").json()
            #expect(over.state == "over")
        }
    }

    @Test(
        "made-up links get a friendly page, and a problem where the page's script asks",
        arguments: ["x", "%00", "%FF%FE", "' OR 1=1 --", "AAAA/../token"]
    )
    func madeUp(link: String) async throws {
        try await House.open { _, admin in
            let path =
                "/t/"
                + (link.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? link)
            let page = try await admin.with(key: nil).get(path)
            #expect(page.status == 404)
            let token = try await admin.with(key: nil).get(
                "/t/\(String(repeating: "A", count: 43))/token"
            )
            #expect(token.status == 404)
            _ = try token.problem()
        }
    }

    @Test("styles and scripts are served for good, by name only")
    func assets() async throws {
        try await House.open { _, admin in
            let anyone = admin.with(key: nil)
            let script = try await anyone.get("/assets/holder.js")
            #expect(script.mediaType.hasPrefix("text/javascript"))
            let tag = try #require(script.headers[.eTag])
            let again = try await anyone.get("/assets/holder.js", headers: ["If-None-Match": tag])
            #expect(again.status == 304)
            for name in ["none.js", "holder.mustache", "..%2Fopenapi.yaml"] {
                #expect(try await anyone.get("/assets/\(name)").status == 404)
            }
        }
    }
}

private func zip3<A, B, C>(_ a: [A], _ b: [B], _ c: [C]) -> [(A, B, C)] {
    zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
}
