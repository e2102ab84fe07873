import HTTPTypes
package import Hummingbird
package import NIOCore

/// A whole request body, within the limit of its route.
package struct RequestBodyBytes: Sendable {
    package enum Kind: Hashable, Sendable {
        case json
        case lines
        /// Comma-separated values.
        case table
    }

    package static let linesMediaType = "application/x-ndjson"
    package static let tableMediaType = "text/csv"

    package let kind: Kind
    package let bytes: ByteBuffer
    /// What the caller would like back.
    package let accept: String

    /// Collects the body.
    ///
    /// - Throws: `Problem` when it is larger than `max` or neither JSON nor lines of JSON.
    package init(_ request: Request, max: Int) async throws {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > max {
            throw Self.tooLarge(max)
        }
        do {
            bytes = try await request.body.collect(upTo: max)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(max)
        }
        kind = try Self.kind(request.headers[.contentType], isEmpty: bytes.readableBytes == 0)
        accept = request.headers[.accept] ?? "*/*"
    }

    /// The body as one JSON value of a type.
    package func json<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
        guard kind == .json else {
            throw Problem(.unsupportedMediaType, "Send application/json here.")
        }
        return try WireJSON.decode(type, from: bytes.readableBytesView)
    }

    /// Refuses a body where none is due.
    package func requireEmpty() throws(Problem) {
        guard bytes.readableBytes == 0 else {
            throw Problem(.invalidRequest, "This request takes no body.")
        }
    }

    static func tooLarge(_ max: Int) -> Problem {
        // The rest of the body is not wanted: the connection ends with this answer.
        Problem(.tooLarge, "At most \(max) bytes are taken here.", headers: [.connection: "close"])
    }

    private static func kind(_ contentType: String?, isEmpty: Bool) throws(Problem) -> Kind {
        let type = contentType?.split(separator: ";").first
            .map { $0.trimmingPrefix { $0 == " " }.lowercased() }
        switch type {
        case nil where isEmpty: return .json
        case "application/json", "application/json ": return .json
        case linesMediaType, "application/jsonl", "application/ndjson": return .lines
        case tableMediaType: return .table
        default:
            throw Problem(
                .unsupportedMediaType,
                "Send application/json, or \(linesMediaType) where lines are taken."
            )
        }
    }
}
