import Foundation
import HTTPTypes
import Hummingbird
import Logging
import VenueAPI

/// Stands around every route: turns errors into problem details, adds the headers every answer
/// carries, counts, measures and logs.
///
/// Addresses are logged and counted by their route, never as they came: they may hold the secret of
/// a holder's link.
struct EdgeMiddleware: RouterMiddleware {
    typealias Context = EdgeContext

    static let requestIDHeader = requiredName("X-Request-Id")

    private let table: @Sendable () -> RouteTable
    private let meters = RequestMeters()

    /// - Parameter table: the routes, complete by the time requests come.
    init(table: @Sendable @escaping () -> RouteTable) {
        self.table = table
    }

    func handle(
        _ request: Request,
        context: EdgeContext,
        next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        let clock = ContinuousClock()
        let started = clock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(of: error, request: request, context: context).response
        }
        addHeaders(to: &response, id: context.id)
        report(request, context, response.status, clock.now - started)
        return response
    }

    private func problem(
        of error: any Error,
        request: Request,
        context: EdgeContext
    ) -> Problem {
        if let problem = error as? Problem { return problem }
        if let problem = StoreProblems.problem(of: error) { return problem }
        if let error = error as? any HTTPResponseError {
            if error.status == .notFound { return missing(request) }
            if error.status == .contentTooLarge { return Problem(.tooLarge) }
            return Problem(.invalidRequest, error.status.reasonPhrase)
        }
        if error is CancellationError { return Problem(.busy, "The server is stopping.") }
        context.logger.error(
            "request failed",
            metadata: ["error": "\(error)", "route": "\(context.endpointPath ?? "none")"]
        )
        return Problem(.internalError, "The log has more under request \(context.id).")
    }

    /// No handler: either there is no such address, or it does not know the method.
    private func missing(_ request: Request) -> Problem {
        let methods = table().methods(at: request.uri.path)
        guard !methods.isEmpty, !methods.contains(request.method) else {
            return Problem(.notFound, "This server has nothing at this address.")
        }
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, "Use \(allowed).", headers: [.allow: allowed])
    }

    private func addHeaders(to response: inout Response, id: String) {
        response.headers[Self.requestIDHeader] = id
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[Self.referrerPolicy] == nil {
            response.headers[Self.referrerPolicy] = "no-referrer"
        }
        if response.headers[.contentSecurityPolicy] == nil {
            // Data is not a page: nothing in it may run or load, whatever a browser thinks of it.
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; frame-ancestors 'none'; sandbox"
        }
    }

    static let referrerPolicy = requiredName("Referrer-Policy")

    private func report(
        _ request: Request,
        _ context: EdgeContext,
        _ status: HTTPResponse.Status,
        _ duration: Duration
    ) {
        let route = context.endpointPath ?? "none"
        let method = Self.knownMethods.contains(request.method) ? request.method.rawValue : "other"
        meters.count(
            RequestMeters.Name(method: method, route: route, status: status.code),
            nanoseconds: duration.nanoseconds
        )
        context.logger.info(
            "request",
            metadata: [
                "method": "\(method)", "route": "\(route)", "status": "\(status.code)",
                "microseconds": "\(duration.nanoseconds / 1000)",
            ]
        )
    }

    private static let knownMethods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .patch, .delete, .put, .options,
    ]

    /// A header name written in this file.
    static func requiredName(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header") }
        return name
    }
}

extension Duration {
    /// Whole nanoseconds, for metrics; a request lasts less than 292 years.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
