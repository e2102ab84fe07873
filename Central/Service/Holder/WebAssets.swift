import Encodings
import HTTPTypes
import Hummingbird
import NIOCore
import Sodium

/// Pages, styles and scripts, as they were when the program was built.
struct WebAssets: Sendable {
    struct File: Sendable {
        let mediaType: String
        let bytes: [UInt8]
    }

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

    init() {
        let files = [
            "holder.css": File(
                mediaType: "text/css; charset=utf-8",
                bytes: PackageResources.holder_css
            ),
            "holder.js": File(
                mediaType: "text/javascript; charset=utf-8",
                bytes: PackageResources.holder_js
            ),
        ]
        self.files = files
        let all = files.sorted { $0.key < $1.key }.map(\.value.bytes)
        version = Hex.encode(Hash.b2(32, all).prefix(6))
    }

    /// - Throws: `Problem` when there is no such file.
    func response(to request: Request, file name: String) throws(Problem) -> Response {
        guard let file = files[name] else { throw Problem(.notFound) }
        let tag = "\"\(version)\""
        var headers: HTTPFields = [
            .contentType: file.mediaType, .eTag: tag,
            .cacheControl: "public, max-age=31536000, immutable",
        ]
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
}
