package import HTTPTypes
package import Hummingbird
import NIOCore

/// An answer whose bytes are known whole, so that it can be kept and given again.
package struct Answer: Hashable, Sendable {
    package static let json = "application/json; charset=utf-8"

    package var status: HTTPResponse.Status
    package var mediaType: String
    package var body: [UInt8]
    /// Whether it was kept for a repeated request in the transaction that did the work.
    package var isKept = false

    package init(_ status: HTTPResponse.Status, mediaType: String, body: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }

    package init(_ status: HTTPResponse.Status = .ok, _ value: some Encodable) {
        self.init(status, mediaType: Self.json, body: WireJSON.encode(value))
    }

    /// Many values, one a line.
    package init(_ status: HTTPResponse.Status = .ok, lines values: [some Encodable]) {
        var body: [UInt8] = []
        for value in values {
            body += WireJSON.encode(value)
            body.append(0x0A)
        }
        self.init(status, mediaType: RequestBodyBytes.linesMediaType, body: body)
    }

    /// Done, nothing to say.
    package static let noContent = Answer(.noContent, mediaType: "", body: [])

    package var response: Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if !mediaType.isEmpty { headers[.contentType] = mediaType }
        return Response(
            status: status,
            headers: headers,
            body: body.isEmpty
                ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
