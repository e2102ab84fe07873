import Database
import Sodium
import TicketModel

/// Draws keys, seals them and writes them down; opens them again.
struct KeyVault: Sendable {
    let masterKey: SecretKey
    /// Draws 32 secret bytes; a test draws what it likes.
    let draw: @Sendable () -> [UInt8]
    /// A draw that collides is repeated this often; twice in a row does not happen by chance.
    static let drawsMax = 8
    private static let context = Array("st1/seal\0".utf8)

    init(
        masterKey: SecretKey,
        draw: @escaping @Sendable () -> [UInt8] = { Sodium.randomBytes(32) }
    ) {
        self.masterKey = masterKey
        self.draw = draw
    }

    /// Draws a signing key whose key id nobody has, and stores it.
    func addKey(
        _ role: StoredRole,
        event: EventID?,
        from notBefore: Timestamp,
        until expires: Timestamp,
        trustMin: Int64,
        _ connection: any SQLConnection
    ) throws {
        for _ in 0..<Self.drawsMax {
            guard let key = SigningKey(seed: draw()) else { continue }
            let id = key.publicKey.keyID
            let added = try connection.run(
                """
                INSERT INTO signing_key(kid, role, event, pub, sealed, nbf, exp, trust_min)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                [
                    .number(id.number), .text(role.rawValue), .optional(event),
                    .blob(key.publicKey.bytes), .blob(seal(key.seed, role.rawValue, id.bytes)),
                    .time(notBefore), .time(expires), .integer(trustMin),
                ]
            )
            if added == 1 { return }
        }
        throw StoreError.limitReached(.signingKey)
    }

    func addSecret(
        _ role: SecretRole,
        event: EventID?,
        _ connection: any SQLConnection
    ) throws {
        let name = event?.bytes ?? []
        try connection.run(
            "INSERT INTO secret(role, event, sealed) VALUES(?, ?, ?)",
            [.text(role.rawValue), .blob(name), .blob(seal(draw(), role.rawValue, name))]
        )
    }

    /// The newest key of a role, with the first trust list that vouches for it.
    func key(
        _ role: StoredRole,
        event: EventID?,
        _ connection: any SQLConnection
    ) throws -> (key: SigningKey, expires: Timestamp, trustMin: Int64)? {
        let matches = event == nil ? "event IS NULL" : "event = ?"
        return try connection.first(
            """
            SELECT kid, sealed, exp, trust_min FROM signing_key
            WHERE role = ? AND \(matches) AND revoked IS NULL ORDER BY trust_min DESC, nbf DESC
            LIMIT 1
            """,
            [.text(role.rawValue)] + (event.map { [.id($0)] } ?? [])
        ) { row in
            let id = KeyID(try row.number(0))
            guard let seed = open(try row.blob(1), role.rawValue, id.bytes),
                let key = SigningKey(seed: seed), key.publicKey.keyID == id
            else { throw StoreError.wrongMasterKey }
            return (key, try row.time(2), try row.integer(3))
        }
    }

    func secret(
        _ role: SecretRole,
        event: EventID?,
        _ connection: any SQLConnection
    ) throws -> [UInt8]? {
        let name = event?.bytes ?? []
        return try connection.first(
            "SELECT sealed FROM secret WHERE role = ? AND event = ?",
            [.text(role.rawValue), .blob(name)]
        ) { row in
            guard let secret = open(try row.blob(0), role.rawValue, name), secret.count == 32 else {
                throw StoreError.wrongMasterKey
            }
            return secret
        }
    }

    private func seal(_ secret: [UInt8], _ role: String, _ name: [UInt8]) -> [UInt8] {
        masterKey.seal(
            secret,
            context: Self.context + role.utf8 + [0] + name,
            nonce: Sodium.randomBytes(24)
        )
    }

    private func open(_ sealed: [UInt8], _ role: String, _ name: [UInt8]) -> [UInt8]? {
        masterKey.open(sealed, context: Self.context + role.utf8 + [0] + name)
    }
}
