import CentralService
import HTTPTypes
import Testing
import VenueAPI

@Suite("Repeated writes")
struct IdempotencyTests {
    private let key = ["Idempotency-Key": "order-4711"]

    @Test("the same request again gets the same answer, and nothing is done twice")
    func replay() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/tickets"
            let body = #"[{"class":1},{"class":1}]"#
            let first = try await admin.post(path, body, headers: key)
            let second = try await admin.post(path, body, headers: key)
            #expect(first.status == 201 && second.status == 201)
            #expect(second.body == first.body)
            #expect(second.mediaType == first.mediaType)
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            #expect(first.headers[replayed] == nil)
            #expect(second.headers[replayed] == "true")
            let page: PageBody<TicketAPI.Ticket> = try await admin.get(path).json()
            #expect(page.items.count == 2)
        }
    }

    @Test("another body, address or caller under the same key is another matter")
    func conflict() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/tickets"
            _ = try await admin.post(path, #"[{"class":1}]"#, headers: key)
            let other = try await admin.post(path, #"[{"class":2}]"#, headers: key)
            #expect(other.status == 422)
            #expect(try other.problem().type == "/problems/idempotency-conflict")
            #expect(try await admin.post("/v1/events", House.draft(), headers: key).status == 422)
            let shop = try await admin.makeKey(["issue"])
            #expect(try await shop.post(path, #"[{"class":1}]"#, headers: key).status == 201)
        }
    }

    @Test("a request that failed may be mended and tried again under its key")
    func failure() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/tickets"
            #expect(try await admin.post(path, #"[{"class":77}]"#, headers: key).status == 422)
            #expect(try await admin.post(path, #"[{"class":1}]"#, headers: key).status == 201)
        }
    }

    @Test("after a day the key is free again")
    func expiry() async throws {
        try await House.open { house, admin in
            let draft = AdminAPI.KeyDraft(name: "Shop", scopes: ["read"])
            let first: AdminAPI.NewKey =
                try await admin.post("/v1/keys", draft, headers: key).json()
            let again: AdminAPI.NewKey =
                try await admin.post("/v1/keys", draft, headers: key).json()
            #expect(again == first)
            house.clock.pass(.seconds(25 * 3600))
            let later: AdminAPI.NewKey =
                try await admin.post("/v1/keys", draft, headers: key).json()
            #expect(later.id != first.id)
        }
    }

    @Test("of two requests at once under one key, one does the work")
    func atOnce() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/tickets"
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await admin.post(path, #"[{"class":1}]"#, headers: key) }
                }
                return try await group.reduce(into: [Reply]()) { $0.append($1) }
            }
            #expect(replies.allSatisfy { [201, 409].contains($0.status) })
            #expect(Set(replies.filter { $0.status == 201 }.map(\.body)).count == 1)
            let page: PageBody<TicketAPI.Ticket> = try await admin.get(path).json()
            #expect(page.items.count == 1)
        }
    }

    @Test(
        "a key of the wrong size is refused by name",
        arguments: ["", String(repeating: "k", count: 129)]
    )
    func wrongKey(text: String) async throws {
        try await House.open { _, admin in
            let reply = try await admin.post(
                "/v1/events",
                House.draft(),
                headers: ["Idempotency-Key": text]
            )
            #expect(reply.status == 422)
            #expect(try reply.problem().errors?.first?.pointer == "Idempotency-Key")
        }
    }

    @Test("what is kept for a repetition is sealed: the database holds no key and no link")
    func sealed() async throws {
        try await House.open { house, admin in
            let made: AdminAPI.NewKey = try await admin.post(
                "/v1/keys",
                AdminAPI.KeyDraft(name: "Shop", scopes: ["read"]),
                headers: key
            ).json()
            let event = try await admin.makeEvent()
            let reply = try await admin.post(
                "/v1/events/\(event.id)/tickets",
                #"[{"class":1}]"#,
                headers: ["Idempotency-Key": "other"]
            )
            let ticket = try #require(try reply.json(TicketAPI.IssuedList.self).tickets.first)
            let files = try house.databaseBytes()
            #expect(!files.isEmpty)
            for secret in [made.apiKey, ticket.link, ticket.code, ticket.paper] {
                #expect(!files.contains(Array(secret.utf8)), "\(secret) is in the database")
            }
        }
    }
}
