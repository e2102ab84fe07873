import Database
import Sodium
import TicketModel
import TrustFormat

/// Makes the next trust list out of what the tables hold.
struct TrustIssuer: Sendable {
    /// A list lives this long; it is renewed when half of that is over.
    static let life = Duration.seconds(60 * 86_400)

    let root: SigningKey
    let logBox: BoxPublicKey

    /// Takes the next version number; other writers wait here until this one is done.
    static func nextVersion(_ connection: any SQLConnection) throws -> Int64 {
        try connection.run(
            "UPDATE installation SET trust_version = trust_version + 1 WHERE id = 1",
            []
        )
        let version = try connection.first("SELECT trust_version FROM installation WHERE id = 1") {
            try $0.integer(0)
        }
        guard let version else { throw StoreError.notInitialised("the database is empty") }
        return version
    }

    /// Signs and stores the list of `version`, which ``nextVersion(_:)`` gave.
    func issue(version: Int64, at now: Timestamp, _ connection: any SQLConnection) throws {
        let keys = try activeKeys(at: now, connection)
        guard keys.count <= StoreLimits.activeKeysMax else {
            throw StoreError.limitReached(.signingKey)
        }
        let list = TrustList(
            version: version,
            issued: now,
            expires: now + Self.life,
            threshold: 1,
            roots: [root.publicKey],
            keys: keys,
            logBox: logBox,
            revokedDevices: try revokedDevices(connection)
        )
        let envelope = Envelope(.trust, payload: list.payload, signedBy: [root])
        try connection.run(
            "INSERT INTO trust(version, issued, expires, envelope) VALUES(?, ?, ?, ?)",
            [.integer(version), .time(now), .time(list.expires), .blob(envelope.json)]
        )
    }

    /// Keys that something dated from now on may still be signed with.
    private func activeKeys(
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> [TrustedKey] {
        try connection.rows(
            """
            SELECT pub, role, event, nbf, exp, revoked FROM signing_key
            WHERE exp > ? AND role <> 'root' ORDER BY trust_min, kid
            """,
            [.time(now)]
        ) { row in
            TrustedKey(
                key: try row.parsed(0, try row.blob(0)) { PublicKey(bytes: $0) },
                role: try row.parsed(1, try row.text(1)) { StoredRole(rawValue: $0)?.role },
                event: try row.idIfAny(2),
                notBefore: try row.time(3),
                expires: try row.time(4),
                revoked: try row.timeIfAny(5)
            )
        }
    }

    private func revokedDevices(_ connection: any SQLConnection) throws -> [RevokedDevice] {
        try connection.rows(
            "SELECT name, revoked FROM device WHERE revoked IS NOT NULL ORDER BY name"
        ) { row in
            RevokedDevice(
                device: try row.parsed(0, try row.text(0)) { DeviceName($0) },
                since: try row.time(1)
            )
        }
    }
}
