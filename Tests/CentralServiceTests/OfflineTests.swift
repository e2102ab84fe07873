import CentralService
import CentralStore
import Encodings
import Foundation
import HTTPTypes
import Sodium
import Testing
import TicketModel
import TokenFormat
import VenueAPI

@Suite("Codes for phones without a network")
struct OfflineTests {
    private static let phone = "a phone that is black"
    private static let other = "a phone that is red"

    @Test("a shop and the holder's link get the same pack for one phone, and it verifies")
    func pack() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let draft = PackAPI.Draft(device: Self.phone)
            let shop: PackAPI.Pack =
                try await admin.post("/v1/tickets/\(ticket.id)/pack", draft).json()
            let anyone = admin.with(key: nil)
            let page: PackAPI.Pack = try await anyone.post("\(ticket.link)/pack", draft).json()
            #expect(page == shop)
            #expect(page.serverTime == House.start.milliseconds)
            #expect(page.count == 360 && page.step == 60 && page.ticket == ticket.id)
            let head = try #require(Base64.decodeURL(page.head))
            let signatures = try #require(Base64.decodeURL(page.signatures))
            let pack = try #require(OfflinePack(head: head, signatures: signatures))
            let id = try #require(EventID(hex: event.id))
            let key = try await house.data.keys.eventKeys(id).live.publicKey
            for token in pack.tokens {
                guard case .token(let read) = ScannedCode(Array(token.text.utf8)) else {
                    Issue.record("not a token")
                    return
                }
                #expect(read.verified(by: key, event: id) != nil)
            }
            let seen: TicketAPI.Ticket = try await admin.get("/v1/tickets/\(ticket.id)").json()
            #expect(seen.packUntil == page.ends && seen.generation == 0)
        }
    }

    @Test("the link moves a ticket to another phone only when told to; a shop does at once")
    func move() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let anyone = admin.with(key: nil)
            let path = "\(ticket.link)/pack"
            _ = try await anyone.post(path, PackAPI.Draft(device: Self.phone))
            let refused = try await anyone.post(path, PackAPI.Draft(device: Self.other))
            #expect(refused.status == 409)
            #expect(try refused.problem().type == "/problems/held-elsewhere")
            let moved: PackAPI.Pack =
                try await anyone.post(path, PackAPI.Draft(device: Self.other, takeOver: true))
                .json()
            #expect(moved.generation == 1)
            let back: PackAPI.Pack =
                try await admin.post(
                    "/v1/tickets/\(ticket.id)/pack",
                    PackAPI.Draft(device: Self.phone)
                ).json()
            #expect(back.generation == 2)
            // The link is still the holder's.
            #expect(try await anyone.get(ticket.link).status == 200)
        }
    }

    @Test("a wish that breaks a rule is refused where it does")
    func badWishes() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let path = "/v1/tickets/\(ticket.id)/pack"
            let bodies = [
                #"{"device":"short"}"#, #"{"device":"\#(Self.phone)","minutes":721}"#, "{}",
                #"{"device":"\#(Self.phone)","minutes":0}"#,
                #"{"device":"\#(Self.phone)","hours":6}"#,
                #"{"device":"\#(Self.phone)","from":4000000000000}"#,
            ]
            for body in bodies {
                let reply = try await admin.post(path, body)
                #expect(reply.status == 422, "\(body)")
                _ = try reply.problem()
            }
            let reader = try await admin.makeKey(["read"])
            let draft = PackAPI.Draft(device: Self.phone)
            #expect(try await reader.post(path, draft).status == 403)
            let large = String(repeating: " ", count: 5000)
            #expect(try await admin.with(key: nil).post("\(ticket.link)/pack", large).status == 413)
            let made = "/t/\(String(repeating: "A", count: 43))/pack"
            #expect(try await admin.with(key: nil).post(made, draft).status == 404)
        }
    }

    @Test("a phone binds its key by the link, and the link alone shows nothing any more")
    func bind() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let issued = try #require(try await admin.issue(1, to: event.id).first)
            let anyone = admin.with(key: nil)
            let before: HolderAPI.Ticket = try await anyone.get("\(issued.link)/ticket").json()
            #expect(before.state == "valid" && before.holder == nil && before.binding == "offer")
            let key = try #require(SigningKey(seed: Sodium.randomBytes(32)))
            let message = HolderBinding.message(
                event: try #require(EventID(hex: before.event)),
                ticket: try #require(TicketID(hex: before.ticket)),
                generation: Generation(before.generation),
                holder: key.publicKey
            )
            var binding = PackAPI.Binding(
                device: Self.phone,
                holder: Base64.encodeURL(key.publicKey.bytes),
                pop: Base64.encodeURL(key.signature(over: message + [0]).bytes)
            )
            #expect(try await anyone.post("\(issued.link)/holder", binding).status == 422)
            binding.pop = Base64.encodeURL(key.signature(over: message).bytes)
            let bound: PackAPI.Bound =
                try await anyone.post("\(issued.link)/holder", binding).json()
            #expect(bound.generation == 1)
            let bytes = try #require(Base64.decodeURL(bound.credential))
            let credential = try #require(HolderCredential(bytes: bytes))
            #expect(credential.holder == key.publicKey)
            // What the phone shows passes as a gate reads it.
            let id = try #require(EventID(hex: event.id))
            let seconds = try #require(house.clock.now.tokenSeconds)
            let shown = credential.presented(at: seconds, event: id, key: key)
            guard case .token(let read) = ScannedCode(Array(shown.text.utf8)) else {
                Issue.record("not a token")
                return
            }
            #expect(read.fields.type == .holderFull)
            let cred = try await house.data.keys.eventKeys(id, at: house.clock.now).cred.publicKey
            #expect(read.verified(by: cred, event: id) != nil)
            let code: HolderAPI.Code = try await anyone.get("\(issued.link)/token").json()
            #expect(code.state == "held" && code.token == nil)
            let after: HolderAPI.Ticket = try await anyone.get("\(issued.link)/ticket").json()
            #expect(after.holder == binding.holder && after.generation == 1)
        }
    }

    @Test("the page speaks the phone's language where it knows it", arguments: ["en", "hr"])
    func language(_ tag: String) async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            _ = try await admin.post("/v1/tickets/\(ticket.id)/block")
            let anyone = admin.with(key: nil)
            let headers = ["Accept-Language": "de-AT, \(tag)-XX;q=0.9, fr;q=0.5"]
            for path in [ticket.link, "/assets/shell.html"] {
                let page = try await anyone.get(path, headers: headers)
                #expect(page.text.contains("<html lang=\"\(tag)\">"))
                #expect(page.headers[.contentLanguage] == tag)
                #expect(!page.text.contains("style=") && !page.text.contains("<script>"))
            }
            let code: HolderAPI.Code =
                try await anyone.get("\(ticket.link)/token", headers: headers).json()
            #expect(code.message?.contains(tag == "hr" ? "blagajnu" : "box office") == true)
        }
    }

    @Test("the kept page holds nothing of any ticket, and the worker may serve the pages only")
    func shell() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            let anyone = admin.with(key: nil)
            let shell = try await anyone.get("/assets/shell.html")
            #expect(shell.text.contains("data-shell=\"1\""))
            #expect(!shell.text.contains("Derby") && !shell.text.contains("Row 0"))
            #expect(shell.headers[.contentSecurityPolicy]?.contains("unsafe") == false)
            let worker = try await anyone.get("/assets/worker.js")
            let scope = try #require(worker.headers.first { $0.name.canonicalName == scopeHeader })
            #expect(scope.value == "/t/")
            let script = try await anyone.get("/assets/qrcode.js")
            #expect(script.status == 200 && script.text.contains("qrcode"))
            let install = try await anyone.get("\(ticket.link)/manifest.webmanifest")
            #expect(install.mediaType.hasPrefix("application/manifest+json"))
            #expect(install.text.contains("\"start_url\":\"\(ticket.link)\""))
        }
    }

    @Test("without the package that draws codes the page works, and promises nothing offline")
    func withoutLibrary() async throws {
        let bare = WebAssets(qrLibrary: "/nowhere/qrcode.js")
        #expect(!bare.drawsOffline)
        #expect(WebAssets().drawsOffline)
    }
}

private let scopeHeader = "service-worker-allowed"
