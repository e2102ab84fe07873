import Barcodes
import CentralStore
import Encodings
import Hummingbird
import Sodium
import TicketModel
import TokenFormat
import VenueAPI

/// The holder page and what it asks for: no key, the address is the secret.
struct HolderRoutes {
    /// Bytes of what the page sends.
    static let bodyMax = 4 << 10

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
        routes.open(.get, "/t/{link}/ticket", handler: ticket)
        routes.open(.get, "/t/{link}/manifest.webmanifest", handler: manifest)
        routes.open(.post, HolderAPI.pack, handler: pack)
        routes.open(.post, HolderAPI.holder, handler: bind)
        let (assets, page) = (assets, page)
        routes.open(.get, "/assets/{file}") { request, context in
            let file = context.parameters.get("file") ?? ""
            if file == "shell.html" { return page.shell(in: Self.language(of: request)) }
            return try assets.response(to: request, file: file)
        }
    }

    private static func language(of request: Request) -> PageLanguage {
        PageLanguage(accepting: request.headers[.acceptLanguage])
    }

    @Sendable
    private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let link = context.parameters.get("link") ?? ""
        let language = Self.language(of: request)
        guard let (ticket, event) = try await found(link) else {
            return page.unknownLink(in: language)
        }
        return page.response(link: link, ticket: ticket, event: event, in: language)
    }

    @Sendable
    private func manifest(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let link = context.parameters.get("link") ?? ""
        guard let (_, event) = try await found(link) else { throw Problem(.notFound) }
        return InstallManifest(
            link: link,
            event: event,
            in: Self.language(of: request),
            version: assets.version
        ).response
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

    private func ticket(of context: EdgeContext) async throws(StoreError) -> StoredTicket {
        try await data.tickets.ticket(link: context.parameters.get("link") ?? "")
    }

    @Sendable
    private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let ticket = try await ticket(of: context)
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
                message: HolderWords(language: Self.language(of: request)).message(for: refusal),
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
            return .success(try await data.tickets.liveToken(for: ticket, byLink: true, at: now))
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            return .failure(refusal)
        }
    }

    /// How the ticket stands: what a page asks that signs or keeps its codes itself.
    @Sendable
    private func ticket(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let ticket = try await ticket(of: context)
        let now = clock.now()
        let refusal = ticket.refusal(at: now)
        let words = HolderWords(language: Self.language(of: request))
        return Answer(
            .ok,
            HolderAPI.Ticket(
                event: ticket.event.hex,
                ticket: ticket.id.hex,
                generation: ticket.generation.number,
                state: refusal.map(HolderWords.state) ?? "valid",
                message: refusal.map(words.message),
                holder: ticket.hold?.holder.map { Base64.encodeURL($0.bytes) },
                packs: ticket.methods.contains(.preissued) && assets.drawsOffline,
                binding: ticket.binding.rawValue,
                serverTime: now.milliseconds
            )
        ).response
    }

    @Sendable
    private func pack(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let draft = try await RequestBodyBytes(request, max: Self.bodyMax)
            .json(PackAPI.Draft.self)
        let ticket = try await ticket(of: context)
        let now = clock.now()
        let pack = try await data.tickets.pack(
            ticket.id,
            PackWish(draft, mayMove: false, isByLink: true),
            by: nil,
            at: now
        )
        return Answer(.ok, PackAPI.Pack(pack, at: now)).response
    }

    @Sendable
    private func bind(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let draft = try await RequestBodyBytes(request, max: Self.bodyMax)
            .json(PackAPI.Binding.self)
        let ticket = try await ticket(of: context)
        let now = clock.now()
        let bound = try await data.tickets.bind(
            ticket.id,
            HolderBinding(draft, mayMove: false, isByLink: true),
            by: nil,
            at: now
        )
        return Answer(.ok, PackAPI.Bound(bound, at: now)).response
    }
}

extension StoredTicket {
    /// What a page may do about a key of its own.
    enum BindingOffer: String {
        case none
        /// If the holder says so: prints that were handed out die of it.
        case offer
        /// At once: the ticket was never on paper.
        case now
    }

    var binding: BindingOffer {
        guard methods.contains(.holder) else { return .none }
        let onPaper: Methods = [.paper, .ownCode, .imported, .wallet]
        return methods.isDisjoint(with: onPaper) ? .now : .offer
    }
}
