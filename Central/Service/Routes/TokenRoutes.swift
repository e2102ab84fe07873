import Barcodes
import CentralStore
import HTTPTypes
import Hummingbird
import NIOCore
import TokenFormat
import VenueAPI

/// LIVE tokens that start now: as JSON, as text, as pictures.
///
/// One read and one signature each: this is what all phones of a venue ask for at once.
struct TokenRoutes {
    /// Pixels a module in a PNG.
    static let scaleRange = 1...32
    static let scaleStandard = 8

    /// Bytes of a wish for a pack.
    static let packBytesMax = 4 << 10

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        let path = "/v1/tickets/{ticket}/token"
        routes.read(path, scopes: [.read, .issue]) { request, context in
            let token = try await self.token(request, context)
            return Answer(.ok, TicketAPI.Token(token)).response
        }
        routes.read("\(path).txt", scopes: [.read, .issue]) { request, context in
            let token = try await self.token(request, context)
            return Self.answer("text/plain; charset=utf-8", Array("\(token.text)\n".utf8))
        }
        routes.read("\(path).svg", scopes: [.read, .issue]) { request, context in
            let token = try await self.token(request, context)
            let code = try QRCode(token.text, .screen)
            return Self.answer("image/svg+xml", Array(try code.svg().utf8))
        }
        routes.read("\(path).png", scopes: [.read, .issue]) { request, context in
            let query = try QueryItems(request, known: ["scale"])
            let scale = try query.number("scale", in: Self.scaleRange) ?? Self.scaleStandard
            let token = try await self.token(of: context)
            return Self.answer("image/png", try QRCode(token.text, .screen).png(scale: scale))
        }
        routes.write(
            .post,
            "/v1/tickets/{ticket}/pack",
            scopes: .issue,
            bodyMax: Self.packBytesMax,
            handler: pack
        )
        routes.write(
            .post,
            "/v1/tickets/{ticket}/holder",
            scopes: .issue,
            bodyMax: Self.packBytesMax,
            handler: bind
        )
    }

    /// Whoever may issue may also move a ticket to another phone, unless the request says no.
    @Sendable
    private func pack(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(PackAPI.Draft.self)
        let now = clock.now()
        let pack = try await data.tickets.pack(
            context.ticket(),
            PackWish(draft, mayMove: true, isByLink: false),
            by: context.caller.key,
            at: now
        )
        return Answer(.ok, PackAPI.Pack(pack, at: now))
    }

    @Sendable
    private func bind(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let draft = try request.body.json(PackAPI.Binding.self)
        let now = clock.now()
        let bound = try await data.tickets.bind(
            context.ticket(),
            HolderBinding(draft, mayMove: true, isByLink: false),
            by: context.caller.key,
            at: now
        )
        return Answer(.ok, PackAPI.Bound(bound, at: now))
    }

    private func token(
        _ request: Request,
        _ context: CallerContext
    ) async throws -> SignedToken {
        _ = try QueryItems(request, known: [])
        return try await token(of: context)
    }

    private func token(of context: CallerContext) async throws -> SignedToken {
        let ticket = try await data.tickets.ticket(context.ticket())
        return try await data.tickets.liveToken(for: ticket, at: clock.now())
    }

    private static func answer(_ mediaType: String, _ bytes: [UInt8]) -> Response {
        Answer(.ok, mediaType: mediaType, body: bytes).response
    }
}
