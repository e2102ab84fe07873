import Barcodes
import CentralStore
import Hummingbird
import TicketModel
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
        guard let (ticket, event) = try await found(link) else { return page.unknownLink() }
        return page.response(link: link, ticket: ticket, event: event)
    }

    /// The ticket of a link and its event; `nil` for a link that is nobody's.
    private func found(
        _ link: String
    ) async throws(StoreError) -> (StoredTicket, StoredEvent)? {
        do throws(StoreError) {
            let ticket = try await data.tickets.ticket(link: link)
            return (ticket, try await data.events.event(ticket.event))
        } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
    }

    @Sendable
    private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let ticket = try await data.tickets.ticket(link: context.parameters.get("link") ?? "")
        let now = clock.now()
        switch try await minted(for: ticket, at: now) {
        case .success(let token):
            let code = HolderAPI.Code(
                state: "valid",
                token: token.text,
                svg: try QRCode(token.text, .screen).svg(),
                starts: token.fields.startTime.milliseconds,
                ends: token.fields.endTime.milliseconds,
                serverTime: now.milliseconds
            )
            return Answer(.ok, code).response
        case .failure(let refusal):
            let code = HolderAPI.Code(
                state: HolderWords.state(of: refusal),
                message: HolderWords.message(for: refusal),
                serverTime: now.milliseconds
            )
            return Answer(.ok, code).response
        }
    }

    /// A refusal is an answer on this page, not an error.
    private enum Minted {
        case success(SignedToken)
        case failure(MintRefusal)
    }

    private func minted(
        for ticket: StoredTicket,
        at now: Timestamp
    ) async throws(StoreError) -> Minted {
        do throws(StoreError) {
            return .success(try await data.tickets.liveToken(for: ticket, at: now))
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            return .failure(refusal)
        }
    }
}
