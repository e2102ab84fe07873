import CentralStore
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import Platform
import TicketModel

/// The page on which a guest shows the code.
struct HolderPage: Sendable {
    private let page: MustacheTemplate
    private let unknown: MustacheTemplate
    private let version: String

    init(_ assets: WebAssets) throws {
        page = try MustacheTemplate(string: assets.holderTemplate)
        unknown = try MustacheTemplate(string: assets.unknownLinkTemplate)
        version = assets.version
    }

    func response(link: String, ticket: StoredTicket, event: StoredEvent) -> Response {
        let starts = event.details.starts
        let values: [String: String?] = [
            "version": version,
            "token_path": "\(HolderLinks.path)\(link)/token",
            "event": event.details.name,
            "venue": event.details.venue.isEmpty ? nil : event.details.venue,
            "starts_rfc3339": starts.rfc3339,
            "starts_utc": Self.words(for: starts),
            "class": event.details.classes.first { $0.number == ticket.accessClass }?.name,
            "hall": Self.halls(of: ticket, event),
            "seat": ticket.seat.isEmpty ? nil : ticket.seat,
        ]
        return html(.ok, page.render(values.compactMapValues(\.self)))
    }

    func unknownLink() -> Response {
        html(.notFound, unknown.render(["version": version]))
    }

    /// The names of the halls that the ticket's class may enter.
    private static func halls(of ticket: StoredTicket, _ event: StoredEvent) -> String? {
        let numbers = Set(
            event.details.windows.filter { $0.accessClass == ticket.accessClass }.map(\.hall)
        )
        let names = event.details.halls.filter { numbers.contains($0.number) }.map(\.name)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// For phones without scripts: `2026-12-31 18:00 UTC`.
    private static func words(for instant: Timestamp) -> String {
        let text = instant.rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    private func html(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .cacheControl: "no-store",
                .contentSecurityPolicy: Self.policy,
                EdgeMiddleware.referrerPolicy: "no-referrer",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// Nothing but our own script and style; nothing inline; no frame around the page.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
