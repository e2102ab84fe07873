import Database
import Sodium
package import TicketModel
import TrustFormat

extension KeyRing {
    /// All keys that have not run out, or all of one event, in the order in which they were drawn.
    ///
    /// At most a few more than ``StoreLimits/activeKeysMax``, or those of one event.
    package func list(
        event: EventID?,
        at now: Timestamp
    ) async throws(StoreError) -> [StoredKey] {
        let keys = try await database.snapshot { try Self.listed(event: event, at: now, $0) }
        return event == nil ? keys.filter { now < $0.expires } : keys
    }

    /// The trust list in force, and what awaits signature.
    package func trustStanding(at now: Timestamp) async throws(StoreError) -> TrustStanding {
        let desk = desk
        return try await database.snapshot { connection in
            let standing = try TrustDesk.standing(connection)
            let current = try TrustDesk.current(connection).map { try TrustDesk.list($0) }
            let next = try desk.draft(
                version: standing.version + 1,
                roots: standing.roots,
                threshold: standing.threshold,
                at: now,
                until: now + TrustDesk.life,
                connection
            )
            return TrustStanding(
                list: current,
                isOffline: standing.isOffline,
                roots: RootSet(keys: standing.roots, threshold: standing.threshold),
                pending: TrustChange.changes(from: current, to: next)
            )
        }
    }

    static func listed(
        event: EventID?,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> [StoredKey] {
        let keys = try keys(event: event, connection)
        let lines = Dictionary(grouping: keys.filter { $0.revoked == nil }, by: Line.init)
        let signing = Set(lines.values.compactMap { chosen($0, at: now) })
        return keys.map { key in
            StoredKey(key, standing: standing(key, signs: signing.contains(key.id), at: now))
        }
    }

    private struct Line: Hashable {
        let role: KeyRole
        let event: EventID?

        init(_ key: StoredKey) {
            role = key.role
            event = key.event
        }
    }

    /// The one of a line that ``SignerLine/signer(at:)`` would choose.
    private static func chosen(_ line: [StoredKey], at now: Timestamp) -> KeyID? {
        SignerChoice.choose(
            line.map {
                .init(
                    value: $0.id,
                    expires: $0.expires,
                    isListed: $0.listed != nil,
                    from: $0.signsFrom
                )
            },
            at: now
        )
    }

    private static func standing(
        _ key: StoredKey,
        signs: Bool,
        at now: Timestamp
    ) -> StoredKey.Standing {
        if key.revoked != nil { return .revoked }
        if now >= key.expires { return .expired }
        if key.listed == nil { return .awaitsSignature }
        if signs { return .signs }
        guard let start = key.signsFrom else { return .reserve }
        return now < start ? .announced : .retired
    }

    /// The rows of `signing_key` besides roots; their standing is not known yet.
    static func keys(
        event: EventID?,
        _ connection: any SQLConnection
    ) throws -> [StoredKey] {
        try connection.rows(
            """
            SELECT pub, role, event, nbf, exp, revoked, listed, sign_from FROM signing_key
            WHERE role <> 'root' \(event == nil ? "" : "AND event = ?") ORDER BY trust_min, kid
            """,
            event.map { [.id($0)] } ?? []
        ) { row in
            StoredKey(
                key: try row.parsed(0, try row.blob(0)) { PublicKey(bytes: $0) },
                role: try row.parsed(1, try row.text(1)) { StoredRole(rawValue: $0)?.role },
                event: try row.idIfAny(2),
                notBefore: try row.time(3),
                expires: try row.time(4),
                revoked: try row.timeIfAny(5),
                listed: try row.integerIfAny(6),
                signsFrom: try row.timeIfAny(7),
                standing: .retired
            )
        }
    }
}

extension StoredKey {
    init(_ key: StoredKey, standing: Standing) {
        self.init(
            key: key.key,
            role: key.role,
            event: key.event,
            notBefore: key.notBefore,
            expires: key.expires,
            revoked: key.revoked,
            listed: key.listed,
            signsFrom: key.signsFrom,
            standing: standing
        )
    }
}
