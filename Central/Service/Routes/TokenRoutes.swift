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
