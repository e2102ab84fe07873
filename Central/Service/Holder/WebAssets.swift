import Encodings
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import Sodium

/// Pages, styles and scripts: our own as they were when the program was built, and the library that
/// draws QR codes as Debian installed it.
package struct WebAssets: Sendable {
    struct File: Sendable {
        let mediaType: String
        let bytes: [UInt8]
    }

    /// Where the package `node-qrcode-generator` puts its script.
    package static let qrLibraryStandard = "/usr/share/javascript/qrcode-generator/qrcode.js"
    /// Bytes of that script at most.
    static let qrLibraryBytesMax = 1 << 20
    static let worker = "worker.js"

    let holderTemplate = String(decoding: PackageResources.holder_mustache, as: UTF8.self)
    let unknownLinkTemplate = String(
        decoding: PackageResources.unknown_link_mustache,
        as: UTF8.self
    )
    let openAPI = PackageResources.openapi_yaml
    /// By name.
    let files: [String: File]
    /// Changes with the files, so that browsers may keep them for good.
    let version: String
    /// Whether browsers can draw codes themselves; without it the page needs the network.
    package let drawsOffline: Bool

    /// - Parameter qrLibrary: the path of the script that draws QR codes; a page works without it,
    ///   but only with a network.
    package init(qrLibrary: String = qrLibraryStandard) {
        var files = Self.own
        // A missing package is reported by `drawsOffline`, and the page says less.
        if let script = try? AtomicFile.read(qrLibrary, bytesMax: Self.qrLibraryBytesMax) {
            files["qrcode.js"] = File(mediaType: Self.script, bytes: script)
        }
        self.files = files
        drawsOffline = files["qrcode.js"] != nil
        let all =
            files.sorted { $0.key < $1.key }.map(\.value.bytes)
            + [PackageResources.holder_mustache]
        version = Hex.encode(Hash.b2(32, all).prefix(6))
    }

    private static let script = "text/javascript; charset=utf-8"

    private static var own: [String: File] {
        [
            "holder.css": File(
                mediaType: "text/css; charset=utf-8",
                bytes: PackageResources.holder_css
            ),
            "holder.js": File(mediaType: script, bytes: PackageResources.holder_js),
            "words.js": File(mediaType: script, bytes: PackageResources.words_js),
            "codes.js": File(mediaType: script, bytes: PackageResources.codes_js),
            "vault.js": File(mediaType: script, bytes: PackageResources.vault_js),
            "offline.js": File(mediaType: script, bytes: PackageResources.offline_js),
            worker: File(mediaType: script, bytes: PackageResources.worker_js),
            "icon.svg": File(mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
            "icon-180.png": File(mediaType: "image/png", bytes: PackageResources.icon_180_png),
            "icon-192.png": File(mediaType: "image/png", bytes: PackageResources.icon_192_png),
            "icon-512.png": File(mediaType: "image/png", bytes: PackageResources.icon_512_png),
        ]
    }

    /// - Throws: `Problem` when there is no such file.
    func response(to request: Request, file name: String) throws(Problem) -> Response {
        guard let file = files[name] else { throw Problem(.notFound) }
        let tag = "\"\(version)\""
        var headers: HTTPFields = [
            .contentType: file.mediaType, .eTag: tag,
            .cacheControl: "public, max-age=31536000, immutable",
        ]
        if name == Self.worker {
            // The worker stands among the assets and serves the holder pages.
            headers[Self.workerScope] = HolderLinks.path
            headers[.contentSecurityPolicy] = Self.workerPolicy
        }
        if let known = request.headers[.ifNoneMatch], ServedFile.matches(known, tag) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
        )
    }

    private static let workerScope = EdgeMiddleware.requiredName("Service-Worker-Allowed")
    private static let workerPolicy = "default-src 'none'; connect-src 'self'"
}
