import Database
import Sodium
import TicketModel
import TrustFormat

/// Where trust lists are drafted and put into force.
///
/// With an online root every change is in force at once; with offline roots it waits in the tables
/// until a list that the roots have signed is installed.
struct TrustDesk: Sendable {
    /// A list that central signs itself lives this long; it is renewed when half of it is over.
    static let life = Duration.seconds(60 * 86_400)
    /// How long a LIVE token may still be shown after it was signed: a pack of 12 h, its last
    /// minute, and the tolerance of gates.
    static let liveReach = Duration.seconds(12 * 3600 + 120)

    let vault: KeyVault

    /// Where the installation stands.
    struct Standing: Sendable {
        let isOffline: Bool
        let version: Int64
        /// How many of ``roots`` must sign.
        let threshold: Int
        /// The roots that the next list is to name.
        let roots: [PublicKey]
    }

    /// Takes the right to change keys: other writers wait until this transaction is done, and all
    /// processes read their keys again.
    static func lock(_ connection: any SQLConnection) throws {
        let changed = try connection.run(
            "UPDATE installation SET key_revision = key_revision + 1 WHERE id = 1",
            []
        )
        guard changed == 1 else { throw StoreError.notInitialised("the database is empty") }
    }

    static func revision(_ connection: any SQLConnection) throws -> Int64 {
        let revision = try connection.first(
            "SELECT key_revision FROM installation WHERE id = 1"
        ) { try $0.integer(0) }
        guard let revision else { throw StoreError.notInitialised("the database is empty") }
        return revision
    }

    static func standing(_ connection: any SQLConnection) throws -> Standing {
        let roots = try connection.rows("SELECT pub FROM root ORDER BY pub") { row in
            try row.parsed(0, try row.blob(0)) { PublicKey(bytes: $0) }
        }
        let standing = try connection.first(
            "SELECT offline, trust_version, threshold FROM installation WHERE id = 1"
        ) { row in
            Standing(
                isOffline: try row.flag(0),
                version: try row.integer(1),
                threshold: try row.number(2),
                roots: roots
            )
        }
        guard let standing else { throw StoreError.notInitialised("the database is empty") }
        return standing
    }

    /// The list in force; `nil` before the first one.
    static func current(_ connection: any SQLConnection) throws -> CurrentTrust? {
        try connection.first(
            "SELECT version, expires, envelope FROM trust ORDER BY version DESC LIMIT 1",
            [],
            read
        )
    }

    /// The list that a gate which holds `version` needs next; `nil` if it holds the newest.
    ///
    /// A change of roots is never left out: only through it does a gate believe what follows.
    static func next(
        after version: Int64,
        _ connection: any SQLConnection
    ) throws -> CurrentTrust? {
        let step = try connection.first(
            """
            SELECT version, expires, envelope FROM trust WHERE version > ? AND roots_changed = 1
            ORDER BY version LIMIT 1
            """,
            [.integer(version)],
            read
        )
        if let step { return step }
        return try current(connection).flatMap { $0.version > version ? $0 : nil }
    }

    private static func read(_ row: any SQLRow) throws -> CurrentTrust {
        CurrentTrust(
            version: try row.integer(0),
            expires: try row.time(1),
            envelope: try row.blob(2)
        )
    }

    static func list(_ current: CurrentTrust) throws -> TrustList {
        do { return try TrustList(selfSigned: Envelope(json: current.envelope)) } catch {
            throw DatabaseError.corrupt("the stored trust list cannot be read")
        }
    }

    /// What the tables say the next list should be.
    func draft(
        version: Int64,
        roots: [PublicKey],
        threshold: Int,
        at now: Timestamp,
        until expires: Timestamp,
        _ connection: any SQLConnection
    ) throws -> TrustList {
        let keys = try activeKeys(at: now, connection)
        guard keys.count <= StoreLimits.activeKeysMax else {
            throw StoreError.limitReached(.signingKey)
        }
        guard let logBox = try vault.logBoxes(connection).first else {
            throw StoreError.notInitialised("there is no log_box secret")
        }
        return TrustList(
            version: version,
            issued: now,
            expires: expires,
            threshold: threshold,
            roots: roots,
            keys: keys,
            logBox: logBox.publicKey,
            revokedDevices: try revokedDevices(connection)
        )
    }

    /// Puts all changes of this transaction, which began with ``lock(_:)``, into force.
    ///
    /// - Returns: the version of the list that says so; `nil` if it awaits offline signatures.
    @discardableResult
    func publish(at now: Timestamp, _ connection: any SQLConnection) throws -> Int64? {
        let standing = try Self.standing(connection)
        guard !standing.isOffline else { return nil }
        guard let root = try vault.line(.root, event: nil, connection).signers.last?.key else {
            throw StoreError.notInitialised("there is no root key")
        }
        let version = standing.version + 1
        try connection.run(
            """
            UPDATE signing_key SET listed = ?,
                sign_from = CASE WHEN sign_after < 0 THEN NULL ELSE ? + sign_after END
            WHERE listed IS NULL AND exp > ? AND role <> 'root'
            """,
            [.integer(version), .time(now), .time(now)]
        )
        try retireOld(listedBy: version, cutting: true, connection)
        // A new event has no minimum yet: whoever creates it sets that.
        try connection.run(
            """
            UPDATE event SET trust_min = ?, revision = revision + 1 WHERE trust_min > 0
                AND id IN (SELECT event FROM signing_key WHERE listed = ? AND event IS NOT NULL)
            """,
            [.integer(version), .integer(version)]
        )
        let list = try draft(
            version: version,
            roots: [root.publicKey],
            threshold: 1,
            at: now,
            until: now + Self.life,
            connection
        )
        let envelope = Envelope(.trust, payload: list.payload, signedBy: [root])
        try Self.store(list, envelope, rootsChanged: false, connection)
        return version
    }

    static func store(
        _ list: TrustList,
        _ envelope: Envelope,
        rootsChanged: Bool,
        _ connection: any SQLConnection
    ) throws {
        try connection.run(
            "UPDATE installation SET trust_version = ? WHERE id = 1",
            [.integer(list.version)]
        )
        try connection.run(
            """
            INSERT INTO trust(version, issued, expires, envelope, roots_changed)
            VALUES(?, ?, ?, ?, ?)
            """,
            [
                .integer(list.version), .time(list.issued), .time(list.expires),
                .blob(envelope.json), .number(rootsChanged ? 1 : 0),
            ]
        )
    }

    /// Says of keys that a newly listed one relieves when they stop signing.
    ///
    /// - Parameter cutting: also ends a LIVE key once its last token has died.
    func retireOld(
        listedBy version: Int64,
        cutting: Bool,
        _ connection: any SQLConnection
    ) throws {
        let new = try connection.rows(
            """
            SELECT kid, role, event, sign_from FROM signing_key
            WHERE listed = ? AND sign_from IS NOT NULL ORDER BY trust_min
            """,
            [.integer(version)]
        ) { row in
            try Takeover(
                kid: row.integer(0),
                role: row.text(1),
                event: row.idIfAny(2),
                from: row.time(3)
            )
        }
        for takeover in new { try retireOld(takeover, cutting: cutting, connection) }
    }

    /// A key that begins to sign.
    struct Takeover {
        let kid: Int64
        let role: String
        let event: EventID?
        let from: Timestamp
    }

    func retireOld(
        _ takeover: Takeover,
        cutting: Bool,
        _ connection: any SQLConnection
    ) throws {
        let matches = takeover.event == nil ? "event IS NULL" : "event = ?"
        let others = """
            role = ? AND \(matches) AND kid <> ? AND retired IS NULL AND revoked IS NULL
            AND sign_from IS NOT NULL AND sign_from <= ?
            """
        let values: [SQLValue] =
            [.text(takeover.role)] + (takeover.event.map { [.id($0)] } ?? [])
            + [.integer(takeover.kid), .time(takeover.from)]
        if cutting, takeover.role == StoredRole.live.rawValue {
            let end = takeover.from + Self.liveReach
            try connection.run(
                "UPDATE signing_key SET exp = ? WHERE exp > ? AND \(others)",
                [.time(end), .time(end)] + values
            )
        }
        try connection.run(
            "UPDATE signing_key SET retired = ? WHERE \(others)",
            [.time(takeover.from)] + values
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
