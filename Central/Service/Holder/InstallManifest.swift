import CentralStore
import Hummingbird

/// Tells a phone how to keep the page of one ticket as an app (W3C Web Application Manifest).
struct InstallManifest: Encodable, Sendable {
    struct Icon: Encodable, Sendable {
        let src: String
        let sizes: String
        let type: String
        let purpose: String
    }

    static let mediaType = "application/manifest+json; charset=utf-8"

    let id: String
    let name: String
    let shortName: String
    let lang: String
    let startURL: String
    let scope: String
    let display = "standalone"
    let backgroundColor = "#eef1f6"
    let themeColor = "#0b57d0"
    let icons: [Icon]

    enum CodingKeys: String, CodingKey {
        case id, name, lang, scope, display, icons
        case shortName = "short_name"
        case startURL = "start_url"
        case backgroundColor = "background_color"
        case themeColor = "theme_color"
    }

    init(link: String, event: StoredEvent, in language: PageLanguage, version: String) {
        let address = "\(HolderLinks.path)\(link)"
        id = address
        name = event.details.name
        shortName = String(event.details.name.prefix(12))
        lang = language.rawValue
        startURL = address
        scope = HolderLinks.path
        icons = [
            Icon(
                src: "/assets/icon.svg?v=\(version)",
                sizes: "any",
                type: "image/svg+xml",
                purpose: "any"
            ),
            Icon(
                src: "/assets/icon-192.png?v=\(version)",
                sizes: "192x192",
                type: "image/png",
                purpose: "any"
            ),
            Icon(
                src: "/assets/icon-512.png?v=\(version)",
                sizes: "512x512",
                type: "image/png",
                purpose: "any maskable"
            ),
        ]
    }

    var response: Response {
        Answer(.ok, mediaType: Self.mediaType, body: WireJSON.encode(self)).response
    }
}
