import CentralStore
import Encodings
import Hummingbird
import TicketModel
import TokenFormat
import VenueAPI

/// What the box office and makers of wallet passes need beside tickets and their codes.
struct SpareRoutes {
    /// Bytes of what is sent here.
    static let bodyMax = 4 << 10

    let data: CentralData
    let clock: ServiceClock
    let links: HolderLinks

    func add(to routes: inout Routes) {
        routes.write(
            .post,
            "/v1/events/{event}/spares",
            scopes: .issue,
            bodyMax: Self.bodyMax,
            handler: make
        )
        routes.write(
            .post,
            "/v1/tickets/{ticket}/assign",
            scopes: .issue,
            bodyMax: Self.bodyMax,
            handler: assign
        )
        routes.read("/v1/tickets/{ticket}/pass", scopes: .issue, handler: pass)
    }

    @Sendable
    private func make(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(TicketAPI.SpareDraft.self)
        let made = try await data.tickets.makeSpares(
            draft.count,
            accessClass: draft.accessClass.map { ClassNumber($0) },
            event: context.event(),
            by: context.caller.key,
            at: clock.now()
        )
        let tickets = made.map { TicketAPI.Issued($0.ticket, $0.credentials, links: links) }
        return Answer(.created, TicketAPI.IssuedList(tickets: tickets))
    }

    @Sendable
    private func assign(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(TicketAPI.Assignment.self)
        let id = try context.ticket()
        let ticket: StoredTicket
        if let text = draft.ticket {
            guard let target = TicketID(hex: text) else {
                throw Problem.invalid("/ticket", "is not 32 hex digits")
            }
            ticket = try await data.tickets.assign(
                id,
                to: target,
                reason: draft.reason ?? "",
                by: context.caller.key,
                at: clock.now()
            )
        } else {
            ticket = try await data.tickets.assign(
                id,
                SpareAssignment(draft),
                by: context.caller.key,
                at: clock.now()
            )
        }
        return Answer(.ok, TicketAPI.Ticket(ticket))
    }

    @Sendable
    private func pass(_ request: Request, _ context: CallerContext) async throws -> Response {
        let pass = try await data.tickets.pass(context.ticket(), at: clock.now())
        return Answer(
            .ok,
            TicketAPI.Pass(
                ticket: pass.ticket.id.hex,
                generation: pass.ticket.generation.number,
                paper: pass.paper.text,
                totpKey: Base64.encodeURL(pass.key)
            )
        ).response
    }
}

extension SpareAssignment {
    fileprivate init(_ draft: TicketAPI.Assignment) {
        self.init(
            accessClass: draft.accessClass.map { ClassNumber($0) },
            seat: draft.seat ?? "",
            reference: draft.reference,
            isPaid: draft.status != TicketStatus.unpaid.name,
            reason: draft.reason ?? ""
        )
    }
}
