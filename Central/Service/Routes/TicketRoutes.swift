import CentralStore
import HTTPTypes
import Hummingbird
import Logging
import TicketModel
import VenueAPI

/// Tickets: issued by the thousand, found, changed.
struct TicketRoutes {
    /// Bytes of one issue: 10,000 tickets with the longest texts fit.
    static let issueBytesMax = 16 << 20
    /// Bytes of a reason.
    static let reasonBytesMax = 4 << 10

    let data: CentralData
    let clock: ServiceClock
    let links: HolderLinks

    func add(to routes: inout Routes) {
        routes.write(
            .post,
            "/v1/events/{event}/tickets",
            scopes: .issue,
            bodyMax: Self.issueBytesMax,
            handler: issue
        )
        routes.read("/v1/events/{event}/tickets", scopes: [.read, .issue], handler: list)
        routes.read("/v1/tickets", scopes: [.read, .issue], handler: find)
        routes.read("/v1/tickets/{ticket}", scopes: [.read, .issue], handler: get)
        for (verb, change) in Self.verbs {
            routes.write(
                .post,
                "/v1/tickets/{ticket}/\(verb)",
                scopes: .issue,
                bodyMax: Self.reasonBytesMax
            ) { request, context in
                try await self.change(change, request, context)
            }
        }
        for (verb, change) in [("reissue", TicketChange.reissue), ("reprint", .reprint)] {
            routes.write(
                .post,
                "/v1/tickets/{ticket}/\(verb)",
                scopes: .issue,
                bodyMax: Self.reasonBytesMax
            ) { request, context in
                try await self.renew(change, request, context)
            }
        }
        routes.read("/v1/tickets/{ticket}/codes", scopes: .issue, handler: codes)
    }

    private static let verbs: [(String, TicketChange)] = [
        ("revoke", .revoke), ("block", .block), ("unblock", .unblock), ("pay", .markPaid),
        ("unpay", .markUnpaid),
    ]

    @Sendable
    private func issue(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let event = try context.event()
        let orders = try Self.drafts(request.body).map(TicketOrder.init)
        let asLines = Self.answersInLines(request.body)
        let links = links
        @Sendable func answer(_ issued: [IssuedTicket]) -> Answer {
            let tickets = issued.map { TicketAPI.Issued($0.ticket, $0.credentials, links: links) }
            return asLines
                ? Answer(.created, lines: tickets)
                : Answer(.created, TicketAPI.IssuedList(tickets: tickets))
        }
        let kept = request.keeping.map { keeping in
            IdempotentAnswer<[IssuedTicket]>(claim: keeping.claim) { keeping.sealed(answer($0)) }
        }
        let issued = try await data.tickets.issue(
            orders,
            event: event,
            by: context.caller.key,
            at: clock.now(),
            answer: kept
        )
        var result = answer(issued)
        result.isKept = kept != nil
        return result
    }

    private static func drafts(_ body: RequestBodyBytes) throws(Problem) -> [TicketAPI.Draft] {
        let drafts: [TicketAPI.Draft]
        switch body.kind {
        case .json: drafts = try body.json([TicketAPI.Draft].self)
        case .lines:
            drafts = try LineDecoder.decode(
                TicketAPI.Draft.self,
                from: body.bytes,
                countMax: WireLimits.ticketsMax
            )
        case .table:
            throw Problem(
                .unsupportedMediaType,
                "Send application/json or \(RequestBodyBytes.linesMediaType)."
            )
        }
        guard !drafts.isEmpty else { throw Problem(.invalidRequest, "There is no ticket in it.") }
        guard drafts.count <= WireLimits.ticketsMax else {
            throw Problem(.tooLarge, "At most \(WireLimits.ticketsMax) tickets are taken at once.")
        }
        return drafts
    }

    /// Lines are answered with lines, unless the caller asks for the other form.
    private static func answersInLines(_ body: RequestBodyBytes) -> Bool {
        if body.accept.contains(RequestBodyBytes.linesMediaType) { return true }
        if body.accept.contains("application/json") { return false }
        return body.kind == .lines
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["limit", "cursor", "status", "reference"])
        let event = try context.event()
        if let reference = query["reference"] {
            return Answer(.ok, try await page(with: reference, event)).response
        }
        let status = try query.parsed("status", as: "a status", TicketStatus.init(name:))
        let after = try PageCursor.place(query["cursor"], in: .tickets).map(Self.cursor)
        // An unknown event is a 404, not an empty list.
        _ = try await data.events.event(event)
        let page = try await data.tickets.list(
            event: event,
            status: status,
            after: after,
            limit: query.limit()
        )
        return Answer(
            .ok,
            PageBody(
                items: page.items.map(TicketAPI.Ticket.init),
                next: page.next.map { PageCursor(list: .tickets, place: $0.bytes).text }
            )
        ).response
    }

    private func page(
        with reference: String,
        _ event: EventID
    ) async throws -> PageBody<TicketAPI.Ticket> {
        do throws(StoreError) {
            let ticket = try await data.tickets.ticket(reference: reference, event: event)
            return PageBody(items: [TicketAPI.Ticket(ticket)], next: nil)
        } catch {
            guard case .notFound(.ticket) = error else { throw error }
            return PageBody(items: [], next: nil)
        }
    }

    private static func cursor(_ place: [UInt8]) throws(Problem) -> TicketID {
        guard let id = TicketID(bytes: place) else { throw PageCursor.refused() }
        return id
    }

    @Sendable
    private func find(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["code", "event"])
        guard let code = query["code"] else { throw Problem.invalid("code", "is missing") }
        guard let event = try query.parsed("event", as: "an event's id", { EventID(hex: $0) })
        else { throw Problem.invalid("event", "is missing") }
        return Answer(.ok, TicketAPI.Ticket(try await ticket(code, event))).response
    }

    /// The ticket of an own static code, or else of an imported barcode.
    private func ticket(
        _ code: String,
        _ event: EventID
    ) async throws(StoreError) -> StoredTicket {
        do throws(StoreError) {
            return try await data.tickets.ticket(ownCode: code, event: event)
        } catch .notFound(.ticket) {
            return try await data.barcodes.ticket(barcode: Array(code.utf8), event: event)
        }
    }

    @Sendable
    private func get(_ request: Request, _ context: CallerContext) async throws -> Response {
        let ticket = try await data.tickets.ticket(context.ticket())
        return Answer(.ok, TicketAPI.Ticket(ticket)).response
    }

    private func change(
        _ change: TicketChange,
        _ request: WriteRequest,
        _ context: CallerContext
    ) async throws -> Answer {
        Answer(.ok, TicketAPI.Ticket(try await changed(change, request, context)))
    }

    private func renew(
        _ change: TicketChange,
        _ request: WriteRequest,
        _ context: CallerContext
    ) async throws -> Answer {
        let ticket = try await changed(change, request, context)
        let credentials = try await data.tickets.credentials(of: ticket)
        return Answer(.ok, TicketAPI.Issued(ticket, credentials, links: links))
    }

    /// The codes of the present generation again, for a second print.
    @Sendable
    private func codes(_ request: Request, _ context: CallerContext) async throws -> Response {
        let ticket = try await data.tickets.ticket(context.ticket())
        let credentials = try await data.tickets.credentials(of: ticket)
        return Answer(.ok, TicketAPI.Issued(ticket, credentials, links: links)).response
    }

    private func changed(
        _ change: TicketChange,
        _ request: WriteRequest,
        _ context: CallerContext
    ) async throws -> StoredTicket {
        let reason =
            request.body.bytes.readableBytes == 0
            ? TicketAPI.Reason() : try request.body.json(TicketAPI.Reason.self)
        let id = try context.ticket()
        let ticket = try await data.tickets.change(
            id,
            change,
            reason: reason.reason ?? "",
            by: context.caller.key,
            at: clock.now()
        )
        context.logger.notice(
            "ticket changed",
            metadata: [
                "ticket": "\(id)", "change": "\(change.rawValue)",
                "reason": "\(reason.reason ?? "")",
            ]
        )
        return ticket
    }
}
