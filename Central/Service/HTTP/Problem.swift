package import HTTPTypes
package import Hummingbird
import NIOCore
package import VenueAPI

/// An error that the caller shall read, as RFC 9457 problem details.
package struct Problem: Error, Sendable {
    package let kind: ProblemKind
    /// What went wrong this time; never a key, a whole token or a guest's name.
    package var detail: String?
    package var errors: [ProblemDetails.InvalidMember]?
    package var expected: UInt64?
    package var headers: HTTPFields

    package init(
        _ kind: ProblemKind,
        _ detail: String? = nil,
        errors: [ProblemDetails.InvalidMember]? = nil,
        expected: UInt64? = nil,
        headers: HTTPFields = [:]
    ) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.expected = expected
        self.headers = headers
    }

    /// One member of the request that is wrong.
    ///
    /// - Parameter pointer: a JSON pointer, or the name of a query item.
    package static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(.invalidRequest, errors: [.init(pointer: pointer, detail: detail)])
    }

    package var details: ProblemDetails {
        ProblemDetails(
            type: kind.type,
            title: kind.title,
            status: kind.status.code,
            detail: detail,
            errors: errors,
            expected: expected
        )
    }

    /// The answer that carries this problem.
    package var response: Response {
        let body = WireJSON.encode(details)
        var headers = headers
        headers[.contentType] = ProblemDetails.mediaType
        headers[.cacheControl] = "no-store"
        return Response(
            status: kind.status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
