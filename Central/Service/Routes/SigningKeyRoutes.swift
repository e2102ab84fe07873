package import CentralStore
import Encodings
import Hummingbird
import Sodium
import TicketModel
import TrustFormat
package import VenueAPI

/// Signing keys: listed, rotated, revoked by administrators.
struct SigningKeyRoutes {
    static let bodyMax = 4 << 10

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        routes.read(SigningKeyAPI.path, scopes: .admin, handler: list)
        routes.write(
            .post,
            SigningKeyAPI.path + "/rotate",
            scopes: .admin,
            bodyMax: Self.bodyMax,
            handler: rotate
        )
        routes.write(
            .post,
            SigningKeyAPI.path + "/{kid}/revoke",
            scopes: .admin,
            bodyMax: Self.bodyMax,
            handler: revoke
        )
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["event"])
        let event = try query.parsed("event", as: "32 hex digits") { EventID(hex: $0) }
        let now = clock.now()
        let standing = try await data.keys.trustStanding(at: now)
        let keys = try await data.keys.list(event: event, at: now)
        let list = SigningKeyAPI.List(
            keys: keys.map(SigningKeyAPI.Key.init),
            trust: SigningKeyAPI.Trust(standing)
        )
        return Answer(.ok, list).response
    }

    @Sendable
    private func rotate(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let asked = try request.body.json(SigningKeyAPI.Rotation.self)
        guard let role = KeyRole(rawValue: asked.role) else {
            throw Problem.invalid("/role", "is no role of a key")
        }
        var event: EventID?
        if let text = asked.event {
            guard let id = EventID(hex: text) else {
                throw Problem.invalid("/event", "is not 32 hex digits")
            }
            event = id
        }
        let overlap = asked.overlapSeconds.map { Duration.seconds($0) }
        let takeover: Takeover =
            asked.reserve ? .whenNeeded : .after(overlap ?? KeyRing.overlapStandard)
        let change = try await data.keys.rotate(role, event: event, takeover, at: clock.now())
        return Answer(.ok, SigningKeyAPI.Change(change))
    }

    @Sendable
    private func revoke(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        let text = context.parameters.get("kid") ?? ""
        guard text.utf8.count == 8, let number = UInt32(text, radix: 16) else {
            throw Problem(.notFound, "There is no such signing key: a key id has 8 hex digits.")
        }
        let change = try await data.keys.revoke(KeyID(number), at: clock.now())
        return Answer(.ok, SigningKeyAPI.Change(change))
    }
}

extension SigningKeyAPI.Key {
    package init(_ key: StoredKey) {
        self.init(
            kid: Hex.encode(key.id.bytes),
            pub: Base64.encodeURL(key.key.bytes),
            role: key.role.rawValue,
            event: key.event?.hex,
            nbf: key.notBefore.milliseconds,
            exp: key.expires.milliseconds,
            revoked: key.revoked?.milliseconds,
            listed: key.listed,
            signsFrom: key.signsFrom?.milliseconds,
            standing: key.standing.rawValue
        )
    }
}

extension SigningKeyAPI.Trust {
    package init(_ standing: TrustStanding) {
        self.init(
            version: standing.list?.version ?? 0,
            expires: standing.list?.expires.milliseconds,
            root: standing.isOffline ? "offline" : "online",
            threshold: standing.list?.threshold ?? standing.roots.threshold,
            rootFingerprint: Hex.encode(
                TrustList.rootHash(of: standing.list?.roots ?? standing.roots.keys)
            ),
            pending: standing.pending.map(\.description)
        )
    }
}

extension SigningKeyAPI.Change {
    package init(_ change: KeyChange) {
        self.init(
            key: SigningKeyAPI.Key(change.key),
            signing: change.signing.map { Hex.encode($0.bytes) },
            trust: change.version,
            awaitsSignature: change.awaitsSignature
        )
    }
}
