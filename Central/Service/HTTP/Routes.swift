import CentralStore
import HTTPTypes
import Hummingbird

/// Registers handlers with their access and body limit, and keeps the table of what is there.
///
/// Every route of the server goes through one of the three functions here, so no handler can
/// forget the question who may call it.
struct Routes {
    private let open: Router<EdgeContext>
    private let keyed: RouterGroup<CallerContext>
    private let idempotency: Idempotency
    private(set) var table = RouteTable()

    init(
        open: Router<EdgeContext>,
        authentication: Authentication,
        idempotency: Idempotency
    ) {
        self.open = open
        keyed = open.group().add(middleware: authentication).group(context: CallerContext.self)
        self.idempotency = idempotency
    }

    /// A route without a key.
    mutating func open(
        _ method: HTTPRequest.Method,
        _ path: String,
        handler: @Sendable @escaping (Request, EdgeContext) async throws -> Response
    ) {
        table.add(RouteName(method, path), .anyone)
        open.on(RouterPath(path), method: method, use: handler)
    }

    /// A route that reads, for keys with one of `scopes`.
    mutating func read(
        _ path: String,
        scopes: Scopes,
        handler: @Sendable @escaping (Request, CallerContext) async throws -> Response
    ) {
        add(.get, path, scopes, handler)
    }

    /// A route that writes, with its body in hand and `Idempotency-Key` obeyed.
    ///
    /// - Parameters:
    ///   - query: the names that the query may hold; `nil` leaves the query alone.
    ///   - bodyMax: bytes of body at most; more is answered with 413.
    mutating func write(
        _ method: HTTPRequest.Method,
        _ path: String,
        query: Set<String>? = nil,
        scopes: Scopes,
        bodyMax: Int,
        handler: @Sendable @escaping (WriteRequest, CallerContext) async throws -> Answer
    ) {
        let idempotency = idempotency
        add(method, path, scopes) { request, context in
            let items = try query.map { names throws(Problem) in
                try QueryItems(request, known: names)
            }
            let body = try await RequestBodyBytes(request, max: bodyMax)
            return try await idempotency.run(request, body, caller: context.caller) { keeping in
                try await handler(
                    WriteRequest(body: body, query: items ?? .none, keeping: keeping),
                    context
                )
            }
        }
    }

    /// A route that writes and is idempotent by what it does: no key is needed to repeat it.
    mutating func upload(
        _ path: String,
        scopes: Scopes,
        handler: @Sendable @escaping (Request, CallerContext) async throws -> Response
    ) {
        add(.post, path, scopes, handler)
    }

    private mutating func add(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ scopes: Scopes,
        _ handler: @Sendable @escaping (Request, CallerContext) async throws -> Response
    ) {
        table.add(RouteName(method, path), .scopes(scopes))
        keyed.on(RouterPath(path), method: method) { request, context in
            guard context.caller.hasAny(of: scopes) else {
                let wanted = scopes.words.joined(separator: " or ")
                throw Problem(.forbidden, "This needs a key with the scope \(wanted).")
            }
            return try await handler(request, context)
        }
    }
}

/// A write with its body in hand.
struct WriteRequest: Sendable {
    let body: RequestBodyBytes
    /// Empty where the route asked for none.
    let query: QueryItems
    /// Set when the caller gave an `Idempotency-Key`.
    let keeping: Idempotency.Keeping?
}
