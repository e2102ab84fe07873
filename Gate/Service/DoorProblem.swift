import Encodings
import GateLogic
import GateScanners
import GateStore
import HTTPTypes
import Hummingbird
import NIOCore
import TicketModel
import VenueAPI

/// Why a supervisor's call was not done, as RFC 9457 says it.
enum DoorProblem: Error, Hashable {
    /// The call does not come from a program of this machine, or from a foreign page on it.
    case foreign(String)
    case mediaType
    case tooLarge
    case malformed
    /// A member of the body, or an item of the query, is not acceptable.
    case member(String, String)
    case refused(SupervisorDesk.Refusal)

    init(_ refusal: SupervisorDesk.Refusal) { self = .refused(refusal) }

    private var kind: (slug: String, title: String, status: HTTPResponse.Status) {
        switch self {
        case .foreign: ("forbidden", "Only this machine may ask that.", .forbidden)
        case .mediaType:
            ("unsupported-media-type", "The body must be application/json.", .unsupportedMediaType)
        case .tooLarge: ("too-large", "The request is too large.", .contentTooLarge)
        case .malformed: ("malformed-json", "The body is not a JSON object.", .badRequest)
        case .member:
            (
                "invalid-request", "The request is understood, but not acceptable.",
                .unprocessableContent
            )
        case .refused(let refusal): Self.kind(of: refusal)
        }
    }

    private static func kind(
        of refusal: SupervisorDesk.Refusal
    ) -> (slug: String, title: String, status: HTTPResponse.Status) {
        switch refusal {
        case .noSuchLane: ("no-such-lane", "This gate has no such lane.", .notFound)
        case .unknownTicket: ("unknown-ticket", "The ticket list has no such ticket.", .notFound)
        case .nobodyReferred:
            ("nobody-referred", "No guest waits for a look at a document here.", .conflict)
        case .rehearsalRuns: ("rehearsal-runs", "A rehearsal runs already.", .conflict)
        case .noRehearsal: ("no-rehearsal", "No rehearsal runs.", .conflict)
        case .notEnrolled: ("not-enrolled", "The gate has no log to write to.", .conflict)
        case .storage: ("storage", "The record could not be stored.", .serviceUnavailable)
        case .correction(.noSuchEntry):
            ("no-such-entry", "No entry is recorded there.", .notFound)
        case .correction(.tooLate):
            ("too-late", "The entry is too long ago to be taken back.", .conflict)
        case .correction(.alreadyUndone):
            ("already-undone", "The entry was taken back before.", .conflict)
        case .correction(.alreadyGivenBack):
            ("already-given-back", "Nobody passed: the ticket is good already.", .conflict)
        case .correction(.alreadyReported):
            ("already-reported", "The turnstile has reported this already.", .conflict)
        }
    }

    private var detail: String? {
        switch self {
        case .foreign(let reason): reason
        case .refused(.storage(let fault)): fault.description
        case .refused(.noSuchLane(let lane)): "lane \(lane)"
        case .mediaType, .tooLarge, .malformed, .member, .refused: nil
        }
    }

    var response: Response {
        let kind = kind
        var members: [JSONValue.Member] = [
            .init("type", .string("/problems/\(kind.slug)")),
            .init("title", .string(kind.title)),
            .init("status", .integer(Int64(kind.status.code))),
        ]
        if let detail { members.append(.init("detail", .string(detail))) }
        if case .member(let pointer, let expectation) = self {
            let item = JSONValue.object([
                .init("pointer", .string(pointer)), .init("detail", .string(expectation)),
            ])
            members.append(.init("errors", .array([item])))
        }
        return Response(
            status: kind.status,
            headers: [
                .contentType: ProblemDetails.mediaType, .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(members).encoded))
        )
    }
}

/// Keeps calls to those that a program of this machine has made itself.
enum LocalCaller {
    /// Refuses a request that a foreign page may have made a browser send: by a name that was
    /// pointed at this machine (the host is then that name), or across origins.
    static func check(_ request: Request) throws(DoorProblem) {
        guard let host = request.head.authority, isLoopback(authority: host[...]) else {
            throw .foreign("the host is no loopback address")
        }
        if let origin = request.headers[.origin] {
            guard origin == "http://" + host else { throw .foreign("the origin is another one") }
        }
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }),
            site != "same-origin", site != "none"
        {
            throw .foreign("the page is another site's")
        }
    }

    /// `127.0.0.1:8090`, `[::1]:8090` or `localhost:8090`, with or without the port.
    private static func isLoopback(authority: Substring) -> Bool {
        if authority.hasPrefix("[") {
            return SocketScanner.isLoopback(String(authority.dropFirst().prefix { $0 != "]" }))
        }
        return SocketScanner.isLoopback(String(authority.prefix { $0 != ":" }))
    }
}
