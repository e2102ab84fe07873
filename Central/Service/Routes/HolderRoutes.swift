import Barcodes
import CentralStore
import Hummingbird
import TokenFormat
import VenueAPI

/// The holder page and what it asks for: no key, the address is the secret.
struct HolderRoutes {
    let data: CentralData
    let clock: ServiceClock
    let assets: WebAssets
    let page: HolderPage

    init(data: CentralData, clock: ServiceClock, assets: WebAssets) throws {
        self.data = data
        self.clock = clock
        self.assets = assets
        page = try HolderPage(assets)
    }

    func add(to routes: inout Routes) {
        routes.open(.get, "/t/{link}", handler: show)
        routes.open(.get, "/t/{link}/token", handler: token)
        let assets = assets
        routes.open(.get, "/assets/{file}") { request, context in
            try assets.response(to: request, file: context.parameters.get("file") ?? "")
        }
    }

    @Sendable
    private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let link = context.parameters.get("link") ?? ""
        do {
            let ticket = try await data.tickets.ticket(link: link)
            let event = try await data.events.event(ticket.event)
            return page.response(link: link, ticket: ticket, event: event)
        } catch StoreError.notFound {
            return page.unknownLink()
        }
    }

    @Sendable
    private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let ticket = try await data.tickets.ticket(link: context.parameters.get("link") ?? "")
        let now = clock.now()
        let code: HolderAPI.Code
        do {
            let token = try await data.tickets.liveToken(for: ticket, at: now)
            code = HolderAPI.Code(
                state: "valid",
                token: token.text,
                svg: try QRCode(token.text, .screen).svg(),
                starts: token.fields.startTime.milliseconds,
                ends: token.fields.endTime.milliseconds,
                serverTime: now.milliseconds
            )
        } catch StoreError.refused(let refusal) {
            code = HolderAPI.Code(
                state: HolderWords.state(of: refusal),
                message: HolderWords.message(for: refusal),
                serverTime: now.milliseconds
            )
        }
        return Answer(.ok, code).response
    }
}
