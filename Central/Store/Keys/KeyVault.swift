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
    ///
    /// - Parameter start: when it signs; see ``SignStart``.
    @discardableResult
    func addKey(
        _ role: StoredRole,
        event: EventID?,
        from notBefore: Timestamp,
        until expires: Timestamp,
        start: SignStart = .afterListing(.zero),
        _ connection: any SQLConnection
    ) throws -> KeyID {
        for _ in 0..<Self.drawsMax {
            guard let key = SigningKey(seed: draw()) else { continue }
            let id = key.publicKey.keyID
            let added = try connection.run(
                """
                INSERT INTO signing_key(kid, role, event, pub, sealed, nbf, exp, trust_min,
                    sign_after)
                VALUES(?, ?, ?, ?, ?, ?, ?,
                    (SELECT coalesce(max(trust_min), 0) + 1 FROM signing_key), ?)
                ON CONFLICT DO NOTHING
                """,
                [
                    .number(id.number), .text(role.rawValue), .optional(event),
                    .blob(key.publicKey.bytes), .blob(seal(key.seed, role.rawValue, id.bytes)),
                    .time(notBefore), .time(expires), .integer(start.stored),
                ]
            )
            if added == 1 { return id }
        }
        throw StoreError.limitReached(.signingKey)
    }

    func addSecret(
        _ role: SecretRole,
        event: EventID?,
        from notBefore: Timestamp? = nil,
        until expires: Timestamp? = nil,
        _ connection: any SQLConnection
    ) throws {
        let name = event?.bytes ?? []
        try connection.run(
            "INSERT INTO secret(role, event, sealed, nbf, exp) VALUES(?, ?, ?, ?, ?)",
            [
                .text(role.rawValue), .blob(name), .blob(seal(draw(), role.rawValue, name)),
                .optional(notBefore), .optional(expires),
            ]
        )
    }

    /// The keys of a role that were not revoked, in the order in which they were drawn.
    func line(
        _ role: StoredRole,
        event: EventID?,
        _ connection: any SQLConnection
    ) throws -> SignerLine {
        let matches = event == nil ? "event IS NULL" : "event = ?"
        let signers = try connection.rows(
            """
            SELECT kid, sealed, exp, listed, sign_from FROM signing_key
            WHERE role = ? AND \(matches) AND revoked IS NULL ORDER BY trust_min
            """,
            [.text(role.rawValue)] + (event.map { [.id($0)] } ?? [])
        ) { row in
            let id = KeyID(try row.number(0))
            guard let seed = open(try row.blob(1), role.rawValue, id.bytes),
                let key = SigningKey(seed: seed), key.publicKey.keyID == id
            else { throw StoreError.wrongMasterKey }
            return Signer(
                key: key,
                expires: try row.time(2),
                listed: try row.integerIfAny(3),
                signsFrom: try row.timeIfAny(4)
            )
        }
        return SignerLine(signers: signers)
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

    /// The keys for sealed evidence, the one in use first.
    func logBoxes(_ connection: any SQLConnection) throws -> [BoxKey] {
        let role = SecretRole.logBox.rawValue
        return try connection.rows(
            "SELECT event, sealed FROM secret WHERE role = ? ORDER BY length(event), nbf DESC",
            [.text(role)]
        ) { row in
            guard let seed = open(try row.blob(1), role, try row.blob(0)),
                let key = BoxKey(seed: seed)
            else { throw StoreError.wrongMasterKey }
            return key
        }
    }

    /// Puts a new key for sealed evidence into use; the old one goes on opening what it must.
    func replaceLogBox(
        from notBefore: Timestamp,
        until expires: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        let role = SecretRole.logBox.rawValue
        if let old = try logBoxes(connection).first {
            // Old keys stand under a name made of themselves; the empty one is for the key in use.
            let name = Hash.b2(16, old.publicKey.bytes)
            try connection.run(
                "UPDATE secret SET event = ?, sealed = ? WHERE role = ? AND event = ?",
                [.blob(name), .blob(seal(old.seed, role, name)), .text(role), .blob([])]
            )
        }
        try addSecret(.logBox, event: nil, from: notBefore, until: expires, connection)
    }

    func seal(_ secret: [UInt8], _ role: String, _ name: [UInt8]) -> [UInt8] {
        masterKey.seal(
            secret,
            context: Self.context + role.utf8 + [0] + name,
            nonce: Sodium.randomBytes(24)
        )
    }

    func open(_ sealed: [UInt8], _ role: String, _ name: [UInt8]) -> [UInt8]? {
        masterKey.open(sealed, context: Self.context + role.utf8 + [0] + name)
    }
}

/// When a new key starts to sign.
enum SignStart: Hashable, Sendable {
    /// Once a trust list in force has named it for this long.
    case afterListing(Duration)
    /// When it is called for: gates know it already then.
    case inReserve

    /// As the column `sign_after` holds it.
    var stored: Int64 {
        switch self {
        case .afterListing(let overlap): overlap.milliseconds
        case .inReserve: -1
        }
    }
}
