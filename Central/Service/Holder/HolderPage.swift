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

    func response(
        link: String,
        ticket: StoredTicket,
        event: StoredEvent,
        in language: PageLanguage
    ) -> Response {
        let starts = event.details.starts
        let values: [String: String?] = [
            "version": version,
            "title": event.details.name,
            "manifest_path": "\(HolderLinks.path)\(link)/manifest.webmanifest",
            "event": event.details.name,
            "venue": event.details.venue.isEmpty ? nil : event.details.venue,
            "starts_rfc3339": starts.rfc3339,
            "starts_utc": Self.words(for: starts),
            "class": event.details.classes.first { $0.number == ticket.accessClass }?.name,
            "hall": Self.halls(of: ticket, event),
            "seat": ticket.seat.isEmpty ? nil : ticket.seat,
        ]
        return html(.ok, render(page, values.compactMapValues(\.self), language), language)
    }

    /// The page without a ticket: a phone keeps it, and fills in what it saved, when there is no
    /// network.
    func shell(in language: PageLanguage) -> Response {
        let values = ["version": version, "title": "Stile", "shell": "1"]
        return html(.ok, render(page, values, language), language)
    }

    func unknownLink(in language: PageLanguage) -> Response {
        html(.notFound, render(unknown, ["version": version], language), language)
    }

    private func render(
        _ template: MustacheTemplate,
        _ values: [String: String],
        _ language: PageLanguage
    ) -> String {
        let words = HolderWords(language: language).template
        return template.render(values.merging(words) { value, _ in value })
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

    private func html(
        _ status: HTTPResponse.Status,
        _ text: String,
        _ language: PageLanguage
    ) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentLanguage: language.rawValue,
                .vary: "Accept-Language",
                .cacheControl: "no-store",
                .contentSecurityPolicy: Self.policy,
                EdgeMiddleware.referrerPolicy: "no-referrer",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// Nothing but our own scripts, styles and pictures; nothing inline; no frame around the page.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"
}
