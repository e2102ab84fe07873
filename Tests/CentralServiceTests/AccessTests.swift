import CentralService
import HTTPTypes
import Testing
import TicketModel
import VenueAPI

@Suite("Who may do what, and what everybody gets")
struct AccessTests {
    @Test("without a good key there is a challenge and a problem")
    func unauthenticated() async throws {
        try await House.open { _, admin in
            let wrong = [nil, "", "stile_x", "stile_" + String(repeating: "A", count: 43), "ö"]
            for key in wrong {
                let reply = try await admin.with(key: key).get("/v1/events")
                #expect(reply.status == 401, "\(key ?? "none")")
                #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
                #expect(try reply.problem().type == "/problems/unauthenticated")
            }
        }
    }

    @Test("each scope opens its own doors only; admin implies issue and read")
    func scopes() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let issuer = try await admin.makeKey(["issue"])
            let reader = try await admin.makeKey(["read"])
            let tickets = "/v1/events/\(event.id)/tickets"
            #expect(try await issuer.post(tickets, #"[{"class":1}]"#).status == 201)
            #expect(try await reader.post(tickets, #"[{"class":1}]"#).status == 403)
            #expect(try await reader.get(tickets).status == 200)
            #expect(try await issuer.get("/v1/events").status == 403)
            #expect(try await reader.get("/v1/events/\(event.id)/attendance").status == 200)
            #expect(try await issuer.get("/v1/events/\(event.id)/attendance").status == 403)
            for visitor in [issuer, reader] {
                let reply = try await visitor.post("/v1/events", House.draft())
                #expect(reply.status == 403)
                #expect(try reply.problem().detail?.contains("admin") == true)
                #expect(try await visitor.get("/v1/keys").status == 403)
                #expect(try await visitor.post("/v1/gate/log", "").status == 403)
            }
            #expect(try await admin.get(tickets).status == 200)
            #expect(try await admin.get("/v1/gate/trust").status == 200)
            let secrets = "/v1/gate/events/\(event.id)/manifest/secrets"
            #expect(try await admin.get(secrets).status == 403)
        }
    }

    @Test("a key that was ended opens nothing; no key ends itself")
    func endedKey() async throws {
        try await House.open { _, admin in
            let made: AdminAPI.NewKey = try await admin.post(
                "/v1/keys",
                AdminAPI.KeyDraft(name: "Shop", scopes: ["admin"])
            ).json()
            let other = admin.with(key: made.apiKey)
            #expect(try await other.send(.delete, "/v1/keys/\(made.id)").status == 409)
            #expect(try await admin.send(.delete, "/v1/keys/\(made.id)").status == 204)
            #expect(try await other.get("/v1/events").status == 401)
            let list: PageBody<AdminAPI.Key> = try await admin.get("/v1/keys").json()
            let ended = try #require(list.items.first { $0.id == made.id })
            #expect(ended.revoked == House.start.milliseconds)
            #expect(try await admin.get("/v1/keys").text.contains(made.apiKey) == false)
            let unknown = String(repeating: "0", count: 32)
            #expect(try await admin.send(.delete, "/v1/keys/\(unknown)").status == 404)
        }
    }

    @Test(
        "unknown scopes and the scope of gates are refused",
        arguments: ["[\"gate\"]", "[\"god\"]", "[]", "[1]", "\"admin\""]
    )
    func wrongScopes(scopes: String) async throws {
        try await House.open { _, admin in
            let reply = try await admin.post("/v1/keys", #"{"name":"x","scopes":\#(scopes)}"#)
            #expect(reply.status == 422)
            let pointer = try reply.problem().errors?.first?.pointer
            #expect(pointer?.hasPrefix("/scopes") == true, "\(reply.text)")
        }
    }

    @Test("a wrong method names the right ones; a wrong address is not found; HEAD is GET's head")
    func methods() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            for (method, path, allowed) in [
                (HTTPRequest.Method.put, "/v1/events", "GET, HEAD, POST"),
                (.delete, "/v1/events/\(event.id)", "GET, HEAD, PATCH"),
                (.get, "/v1/time", "POST"), (.post, "/healthz", "GET, HEAD"),
            ] {
                let reply = try await admin.send(method, path)
                #expect(reply.status == 405, "\(method) \(path)")
                #expect(reply.headers[.allow] == allowed)
                #expect(try reply.problem().type == "/problems/method-not-allowed")
            }
            for path in ["/", "/v1", "/v1/nothing", "/v1/events/\(event.id)/nothing", "/../etc"] {
                let reply = try await admin.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(try reply.problem().type == "/problems/not-found")
            }
            let head = try await admin.send(.head, "/v1/events/\(event.id)")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test("a body in another media type is not taken")
    func mediaTypes() async throws {
        try await House.open { _, admin in
            for type in ["text/plain", "application/xml", "application/x-ndjson"] {
                let reply = try await admin.send(
                    .post,
                    "/v1/events",
                    body: Array("{}".utf8),
                    mediaType: type
                )
                #expect(reply.status == 415, "\(type)")
                _ = try reply.problem()
            }
        }
    }

    @Test("health, metrics, the document and the problem kinds are open to all")
    func system() async throws {
        try await House.open { _, admin in
            let anyone = admin.with(key: nil)
            #expect(try await anyone.get("/healthz").text == #"{"status":"ok"}"#)
            let metrics = try await anyone.get("/metrics")
            #expect(metrics.mediaType.hasPrefix("text/plain; version=0.0.4"))
            #expect(try await anyone.get("/openapi.yaml").text.hasPrefix("openapi: 3.1.0"))
            let kind = try await anyone.get("/problems/log-gap")
            #expect(kind.text.contains("409"))
            #expect(try await anyone.get("/problems/none").status == 404)
        }
    }

    @Test("every answer, good or bad, carries its request id and may not be sniffed or framed")
    func headers() async throws {
        try await House.open { _, admin in
            let id = try #require(HTTPField.Name("X-Request-Id"))
            var met: Set<String> = []
            for path in ["/healthz", "/v1/events", "/nowhere", "/t/nobody"] {
                let reply = try await admin.get(path)
                met.insert(try #require(reply.headers[id]))
                #expect(reply.headers[.xContentTypeOptions] == "nosniff")
                #expect(
                    reply.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'")
                        == true
                )
            }
            #expect(met.count == 4)
        }
    }
}
