package import CentralStore
import HTTPTypes
import Hummingbird
import Logging
import Sodium
package import TicketModel

/// Who asks: the owner of an API key.
package struct Caller: Sendable {
    package let key: APIKeyID
    package let scopes: Scopes
    /// The gate that the key belongs to.
    package let device: DeviceName?
    /// Seals what is kept for this caller; made from the key's text, which nobody else has.
    let answerKey: SecretKey

    init(_ info: APIKeyInfo, text: String) throws(Problem) {
        let secret = Hash.b2(SecretKey.length, Array("st1/answerkey\0".utf8), Array(text.utf8))
        guard let answerKey = SecretKey(bytes: secret) else { throw Problem(.internalError) }
        key = info.id
        scopes = info.scopes
        device = info.device
        self.answerKey = answerKey
    }

    /// Whether one of `wanted` is among the caller's scopes; `admin` implies issue and read.
    package func hasAny(of wanted: Scopes) -> Bool {
        Scopes.names.contains { scope, _ in wanted.contains(scope) && scopes.allow(scope) }
    }

    /// The gate that asks.
    ///
    /// The one place where a request becomes a device: client certificates will replace it here.
    /// - Throws: `Problem` when the key belongs to no gate.
    package func gateIdentity() throws(Problem) -> GateIdentity {
        guard let device, scopes.contains(.gate) else {
            throw Problem(.forbidden, "This needs the key of a registered gate.")
        }
        return GateIdentity(device: device)
    }
}

/// A device whose request was authenticated.
package struct GateIdentity: Hashable, Sendable {
    package let device: DeviceName
}

extension Scopes {
    /// The words for these scopes, as the API writes them.
    var words: [String] {
        Scopes.names.filter { contains($0.0) }.map(\.1)
    }

    /// Reads the API's words; unknown ones are left out.
    init(words: [String]) {
        self = Scopes.names.reduce(into: []) { scopes, named in
            if words.contains(named.1) { scopes.insert(named.0) }
        }
    }
}

/// Finds the caller of a request by its bearer key.
struct Authentication: RouterMiddleware {
    typealias Context = EdgeContext

    /// Bytes of an `Authorization` header at most.
    static let headerBytesMax = 512

    let keys: APIKeyRepository
    let clock: ServiceClock

    func handle(
        _ request: Request,
        context: EdgeContext,
        next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        guard let text = Self.bearer(request.headers[.authorization]) else {
            throw Self.unauthenticated("Send Authorization: Bearer and an API key.")
        }
        guard let info = try await keys.authenticate(text, at: clock.now()) else {
            throw Self.unauthenticated("This API key is unknown or no longer valid.")
        }
        var context = context
        context.caller = try Caller(info, text: text)
        context.logger[metadataKey: "key"] = "\(info.id)"
        return try await next(request, context)
    }

    private static func unauthenticated(_ detail: String) -> Problem {
        Problem(.unauthenticated, detail, headers: [.wwwAuthenticate: "Bearer realm=\"stile\""])
    }

    private static func bearer(_ header: String?) -> String? {
        guard let header, header.utf8.count <= headerBytesMax else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
