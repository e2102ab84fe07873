import Database
import Encodings
import Sodium
package import TicketModel

/// API keys: only their hashes are kept.
package struct APIKeyRepository: Sendable {
    /// Every key's text starts so, for people and for leak scanners.
    package static let prefix = "stile_"
    private static let context = Array("st1/apikey\0".utf8)

    private let database: any Database

    init(database: any Database) {
        self.database = database
    }

    /// Draws a key; its text is in the answer and nowhere else.
    ///
    /// - Parameter expires: `nil` for a key that lasts until it is revoked.
    package func create(
        name: String,
        scopes: Scopes,
        expires: Timestamp? = nil,
        at now: Timestamp
    ) async throws(StoreError) -> CreatedAPIKey {
        try await database.transaction { connection in
            try Self.create(
                name: name,
                scopes: scopes,
                device: nil,
                expires: expires,
                at: now,
                connection
            )
        }
    }

    static func create(
        name: String,
        scopes: Scopes,
        device: DeviceName?,
        expires: Timestamp?,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> CreatedAPIKey {
        var checker = Checker()
        checker.name(name, "/name")
        let known: Scopes = [.admin, .issue, .read, .gate]
        let isKnown = !scopes.isEmpty && known.isSuperset(of: scopes)
        checker.require(isKnown, "/scopes", "must name known scopes")
        if let expires { checker.require(expires > now, "/expires", "must be in the future") }
        try checker.finish()
        let held = try connection.first("SELECT count(*) FROM api_key") { try $0.integer(0) }
        guard (held ?? 0) < StoreLimits.apiKeysMax else { throw StoreError.limitReached(.apiKey) }
        let text = prefix + Base64.encodeURL(Sodium.randomBytes(32))
        let info = APIKeyInfo(
            id: try EventRepository.randomID(),
            name: name,
            scopes: scopes,
            device: device,
            created: now,
            expires: expires,
            revoked: nil
        )
        try connection.run(
            """
            INSERT INTO api_key(hash, id, name, scopes, device, created, expires)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .blob(hash(of: text)), .id(info.id), .text(name), .number(scopes.rawValue),
                .optional(device?.text), .time(now), .optional(expires),
            ]
        )
        return CreatedAPIKey(info: info, text: text)
    }

    /// Who bears this key; `nil` for an unknown, revoked or expired one.
    package func authenticate(
        _ text: String,
        at now: Timestamp
    ) async throws(StoreError) -> APIKeyInfo? {
        // A key has one length, and nobody makes us hash a megabyte.
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + 43 else {
            return nil
        }
        let hash = Self.hash(of: text)
        let found = try await database.snapshot { connection in
            try connection.first(
                "SELECT \(Self.columns) FROM api_key WHERE hash = ?",
                [.blob(hash)],
                Self.info
            )
        }
        guard let found, found.revoked == nil else { return nil }
        if let expires = found.expires, now >= expires { return nil }
        return found
    }

    /// Keys in order of id, revoked ones too.
    package func list(
        after cursor: APIKeyID? = nil,
        limit: Int
    ) async throws(StoreError) -> Page<APIKeyInfo, APIKeyID> {
        let limit = min(max(1, limit), StoreLimits.pageMax)
        return try await database.snapshot { connection in
            let found = try connection.rows(
                "SELECT \(Self.columns) FROM api_key WHERE id > ? ORDER BY id LIMIT ?",
                [.blob(cursor?.bytes ?? []), .number(limit + 1)],
                Self.info
            )
            return Page(found, limit: limit) { $0.id }
        }
    }

    /// Makes a key useless from now on; revoking it again keeps the first instant.
    ///
    /// - Throws: `.notFound(.apiKey)`.
    package func revoke(_ id: APIKeyID, at now: Timestamp) async throws(StoreError) {
        try await database.transaction { connection in
            let changed = try connection.run(
                "UPDATE api_key SET revoked = coalesce(revoked, ?) WHERE id = ?",
                [.time(now), .id(id)]
            )
            guard changed == 1 else { throw StoreError.notFound(.apiKey) }
        }
    }

    private static let columns = "id, name, scopes, device, created, expires, revoked"

    private static func info(_ row: any SQLRow) throws -> APIKeyInfo {
        APIKeyInfo(
            id: try row.id(0),
            name: try row.text(1),
            scopes: Scopes(rawValue: try row.number(2)),
            device: try row.textIfAny(3).map { text in
                try row.parsed(3, text) { DeviceName($0) }
            },
            created: try row.time(4),
            expires: try row.timeIfAny(5),
            revoked: try row.timeIfAny(6)
        )
    }

    private static func hash(of text: String) -> [UInt8] {
        Hash.b2(32, context, Array(text.utf8))
    }
}
