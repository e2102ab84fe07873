import CentralStore
import Hummingbird
import TicketModel
import VenueAPI

/// API keys, for administrators.
struct KeyRoutes {
    static let bodyMax = 16 << 10

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        routes.write(.post, "/v1/keys", scopes: .admin, bodyMax: Self.bodyMax, handler: create)
        routes.read("/v1/keys", scopes: .admin, handler: list)
        routes.write(
            .delete,
            "/v1/keys/{key}",
            scopes: .admin,
            bodyMax: 0,
            handler: revoke
        )
    }

    @Sendable
    private func create(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(AdminAPI.KeyDraft.self)
        let made = try await data.apiKeys.create(
            name: draft.name,
            scopes: Scopes(words: draft.scopes),
            at: clock.now()
        )
        return Answer(
            .created,
            AdminAPI.NewKey(
                id: made.info.id.hex,
                name: made.info.name,
                scopes: made.info.scopes.words,
                apiKey: made.text
            )
        )
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["limit", "cursor"])
        let after = try PageCursor.place(query["cursor"], in: .keys).map(Self.cursor)
        let page = try await data.apiKeys.list(after: after, limit: query.limit())
        return Answer(
            .ok,
            PageBody(
                items: page.items.map(AdminAPI.Key.init),
                next: page.next.map { PageCursor(list: .keys, place: $0.bytes).text }
            )
        ).response
    }

    private static func cursor(_ place: [UInt8]) throws(Problem) -> APIKeyID {
        guard let id = APIKeyID(bytes: place) else { throw PageCursor.refused() }
        return id
    }

    @Sendable
    private func revoke(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let id: APIKeyID = try context.id("key")
        // Whoever cuts off the branch they sit on cannot call back to undo it.
        guard id != context.caller.key else {
            throw Problem(.conflict, "A key cannot end itself; use another administrator's key.")
        }
        try await data.apiKeys.revoke(id, at: clock.now())
        return .noContent
    }
}

extension AdminAPI.Key {
    init(_ info: APIKeyInfo) {
        self.init(
            id: info.id.hex,
            name: info.name,
            scopes: info.scopes.words,
            device: info.device?.text,
            created: info.created.milliseconds,
            revoked: info.revoked?.milliseconds
        )
    }
}
