import CentralStore
import Hummingbird
import TicketModel
import VenueAPI

/// Events: created and changed by administrators, read by whoever may read.
struct EventRoutes {
    /// Bytes of the description of an event: the longest lists of the longest names fit.
    static let bodyMax = 1 << 20

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        routes.write(.post, "/v1/events", scopes: .admin, bodyMax: Self.bodyMax, handler: create)
        routes.read("/v1/events", scopes: .read, handler: list)
        routes.read("/v1/events/{event}", scopes: .read, handler: get)
        routes.write(
            .patch,
            "/v1/events/{event}",
            scopes: .admin,
            bodyMax: Self.bodyMax,
            handler: change
        )
    }

    @Sendable
    private func create(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(EventAPI.Draft.self)
        let event = try await data.events.create(EventDetails(draft), at: clock.now())
        return Answer(.created, EventAPI.Event(event))
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["limit", "cursor"])
        let place = try PageCursor.place(query["cursor"], in: .events)
        let page = try await data.events.list(
            after: place.map(Self.cursor),
            limit: query.limit()
        )
        return Answer(
            .ok,
            PageBody(
                items: page.items.map(EventAPI.Summary.init),
                next: page.next.map { cursor in
                    PageCursor(list: .events, place: Self.place(of: cursor)).text
                }
            )
        ).response
    }

    @Sendable
    private func get(_ request: Request, _ context: CallerContext) async throws -> Response {
        let event = try await data.events.event(context.event())
        return Answer(.ok, EventAPI.Event(event)).response
    }

    @Sendable
    private func change(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let patch = try request.body.json(EventAPI.Patch.self)
        let id = try context.event()
        var details = try await data.events.event(id).details
        try details.apply(patch)
        return Answer(
            .ok,
            EventAPI.Event(try await data.events.update(id, details, at: clock.now()))
        )
    }

    private static func place(of cursor: EventCursor) -> [UInt8] {
        withUnsafeBytes(of: cursor.starts.milliseconds.bigEndian) { Array($0) } + cursor.id.bytes
    }

    private static func cursor(_ place: [UInt8]) throws(Problem) -> EventCursor {
        guard place.count == 24, let id = EventID(bytes: place[8...]) else {
            throw PageCursor.refused()
        }
        let starts = place[..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return EventCursor(starts: Timestamp(milliseconds: starts), id: id)
    }
}
