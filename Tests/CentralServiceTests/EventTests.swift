import CentralService
import HTTPTypes
import Testing
import VenueAPI

@Suite("Events over HTTP")
struct EventTests {
    @Test("an event comes back as it was made, with what central adds")
    func roundTrip() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            #expect(event.revision >= 1)
            #expect(event.access.count == 2)
            #expect(event.classes.first?.methods == EventAPI.standardMethods)
            let again: EventAPI.Event = try await admin.get("/v1/events/\(event.id)").json()
            #expect(again == event)
        }
    }

    @Test("a change replaces what it names and raises the revision; nothing changed raises nothing")
    func change() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)"
            let body = Array(#"{"name":"Moved","policy":{"isolated":"refer"}}"#.utf8)
            let reply = try await admin.send(.patch, path, body: body)
            #expect(reply.status == 200)
            let changed: EventAPI.Event = try reply.json()
            #expect(changed.name == "Moved")
            #expect(changed.policy.isolated == "refer")
            #expect(changed.halls == event.halls)
            #expect(changed.revision > event.revision)
            let same: EventAPI.Event = try await admin.send(.patch, path, body: body).json()
            #expect(same.revision == changed.revision)
        }
    }

    @Test("a class that tickets belong to cannot be taken away")
    func classInUse() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            _ = try await admin.issue(1, to: event.id)
            let body = #"{"classes":[{"number":2,"name":"Paper"}],"access":[{"class":2,"hall":1}]}"#
            let reply = try await admin.send(
                .patch,
                "/v1/events/\(event.id)",
                body: Array(body.utf8)
            )
            #expect(reply.status == 409)
            #expect(try reply.problem().type == "/problems/conflict")
        }
    }

    static let wrong: [(String, String, Int, String)] = [
        ("missing name", #"{"starts":1}"#, 422, "/name"),
        ("name of the wrong type", #"{"name":7}"#, 422, "/name"),
        ("empty name", #"{"name":""}"#, 422, "/name"),
        ("control character", #"{"name":"a\u0000b"}"#, 422, "/name"),
        ("misspelt member", #"{"nmae":"x"}"#, 422, "/nmae"),
        ("an array instead of an object", "[]", 422, ""),
        ("cut short", #"{"name":"#, 400, ""),
        ("nothing", "", 400, ""),
        ("a raw NUL", "{\"name\":\"a\u{0}\"}", 400, ""),
    ]

    @Test("a wrong body gets a clear problem with the place", arguments: wrong)
    func wrongBodies(name: String, body: String, status: Int, pointer: String) async throws {
        try await House.open { _, admin in
            let reply = try await admin.post("/v1/events", body)
            #expect(reply.status == status, "\(name): \(reply.text)")
            let problem = try reply.problem()
            if status == 422 {
                #expect(problem.errors?.first?.pointer == pointer, "\(name): \(reply.text)")
            }
        }
    }

    @Test("members deep inside are named by their pointer")
    func deepPointer() async throws {
        try await House.open { _, admin in
            var draft = House.draft()
            draft.access[1].hall = 9
            let reply = try await admin.post("/v1/events", draft)
            #expect(reply.status == 422)
            let pointer = try reply.problem().errors?.first?.pointer ?? ""
            #expect(pointer.contains("/1/hall"), "\(reply.text)")
        }
    }

    @Test("bytes that are not UTF-8 are malformed, not mangled")
    func invalidUTF8() async throws {
        try await House.open { _, admin in
            let body = Array(#"{"name":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
            let reply = try await admin.send(.post, "/v1/events", body: body)
            #expect(reply.status == 400)
            #expect(try reply.problem().type == "/problems/malformed-json")
        }
    }

    @Test("walking the pages meets every event once, in order")
    func pages() async throws {
        try await House.open { _, admin in
            for number in 0..<7 { _ = try await admin.makeEvent("Event \(number)") }
            var met: [String] = []
            var cursor: String?
            repeat {
                let path = "/v1/events?limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")
                let page: PageBody<EventAPI.Summary> = try await admin.get(path).json()
                #expect(page.items.count <= 3)
                met += page.items.map(\.id)
                cursor = page.next
            } while cursor != nil && met.count < 20
            #expect(met.count == 7)
            #expect(Set(met).count == 7)
        }
    }

    @Test(
        "a wrong limit, cursor or query is refused by name",
        arguments: [
            ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"),
            ("cursor=AAAA", "cursor"), ("cursor=%21", "cursor"), ("colour=red", "colour"),
            ("limit=1&limit=2", "limit"),
        ]
    )
    func wrongQueries(query: String, name: String) async throws {
        try await House.open { _, admin in
            let reply = try await admin.get("/v1/events?\(query)")
            #expect(reply.status == 422)
            #expect(try reply.problem().errors?.first?.pointer == name)
        }
    }

    @Test("the cursor of one list is no cursor of another")
    func foreignCursor() async throws {
        try await House.open { _, admin in
            for number in 0..<2 { _ = try await admin.makeEvent("Event \(number)") }
            let page: PageBody<EventAPI.Summary> =
                try await admin.get("/v1/events?limit=1").json()
            let cursor = try #require(page.next)
            #expect(try await admin.get("/v1/keys?cursor=\(cursor)").status == 422)
        }
    }
}
