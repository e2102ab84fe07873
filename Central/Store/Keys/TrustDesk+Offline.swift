import Database
import Sodium
import TicketModel
import TrustFormat

/// Offline roots: proposals go out, signed lists come back.
extension TrustDesk {
    /// Lists that people sign by hand live this long.
    static let offlineLife = Duration.seconds(400 * 86_400)

    /// The next list, for the root keys to sign.
    ///
    /// Where the root is still online and offline ones are to follow, its own signature is on it.
    ///
    /// - Throws: `.trustRefused(.rootIsOnline)` where central signs its lists itself.
    func proposal(
        at now: Timestamp,
        life: Duration,
        _ connection: any SQLConnection
    ) throws -> TrustProposal {
        let standing = try Self.standing(connection)
        let root = try vault.line(.root, event: nil, connection).signers.last?.key
        if let root, standing.roots == [root.publicKey] {
            throw StoreError.trustRefused(.rootIsOnline)
        }
        let list = try draft(
            version: standing.version + 1,
            roots: standing.roots,
            threshold: standing.threshold,
            at: now,
            until: now + life,
            connection
        )
        let next = Envelope(.trust, payload: list.payload, signedBy: root.map { [$0] } ?? [])
        let current = try Self.current(connection).map { try Envelope(json: $0.envelope) }
        do throws(TrustProposal.Fault) {
            return try TrustProposal(current: current, next: next)
        } catch { throw DatabaseError.corrupt("the stored trust list cannot be read") }
    }

    /// Takes a signed list into force.
    ///
    /// - Throws: `.trustRefused` with the reason; then nothing has changed.
    func install(
        _ envelope: Envelope,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> TrustList {
        try Self.lock(connection)
        let standing = try Self.standing(connection)
        let current = try Self.current(connection).map { try Self.list($0) }
        let next = try Self.opened(envelope, after: current, standing)
        try check(next, standing, at: now, connection)
        let rootsChanged = current.map { Set($0.roots) != Set(next.roots) } ?? false
        try Self.store(next, envelope, rootsChanged: rootsChanged, connection)
        for key in next.keys {
            try connection.run(
                """
                UPDATE signing_key SET listed = ?,
                    sign_from = CASE WHEN sign_after < 0 THEN NULL ELSE ? + sign_after END
                WHERE kid = ? AND listed IS NULL
                """,
                [.integer(next.version), .time(now), .number(key.key.keyID.number)]
            )
        }
        try retireOld(listedBy: next.version, cutting: false, connection)
        try connection.run(
            """
            UPDATE event SET trust_min = ?, revision = revision + 1
            WHERE id IN (SELECT event FROM signing_key WHERE listed = ? AND event IS NOT NULL)
            """,
            [.integer(next.version), .integer(next.version)]
        )
        // From here on central cannot sign lists: its own root key has no say any more.
        try connection.run("UPDATE installation SET offline = 1 WHERE id = 1", [])
        try connection.run("DELETE FROM signing_key WHERE role = 'root'", [])
        return next
    }

    private static func opened(
        _ envelope: Envelope,
        after current: TrustList?,
        _ standing: Standing
    ) throws -> TrustList {
        do {
            let claimed = try TrustList.claimed(by: envelope)
            guard claimed.version == standing.version + 1 else {
                throw StoreError.trustRefused(
                    .version(expected: standing.version + 1, found: claimed.version)
                )
            }
            guard Set(claimed.roots) == Set(standing.roots),
                claimed.threshold == standing.threshold
            else { throw StoreError.trustRefused(.otherRoots) }
            if let current { return try TrustList(envelope, after: current) }
            return try TrustList(envelope, pinnedTo: TrustList.rootHash(of: standing.roots))
        } catch let error as EnvelopeError { throw StoreError.trustRefused(.envelope(error)) }
    }

    /// Holds what came back against the tables: a list that is older than a revocation, or that
    /// somebody else drew up, is not for this installation.
    private func check(
        _ next: TrustList,
        _ standing: Standing,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        guard next.expires > now else {
            throw StoreError.trustRefused(.expired(next.expires))
        }
        let wanted = try draft(
            version: next.version,
            roots: standing.roots,
            threshold: standing.threshold,
            at: min(now, next.issued),
            until: next.expires,
            connection
        )
        guard next.logBox == wanted.logBox else { throw StoreError.trustRefused(.otherLogBox) }
        let known = Dictionary(wanted.keys.map { ($0.key, $0) }) { first, _ in first }
        for key in next.keys {
            let id = key.key.keyID
            guard let own = known[key.key], own.role == key.role, own.event == key.event,
                own.notBefore == key.notBefore, key.expires <= own.expires
            else { throw StoreError.trustRefused(.foreignKey(id)) }
            guard own.revoked == key.revoked else {
                throw StoreError.trustRefused(.missesRevokedKey(id))
            }
        }
        let named = Set(next.keys.map { $0.key.keyID.number })
        let listed = try connection.rows(
            "SELECT kid FROM signing_key WHERE listed IS NOT NULL AND exp > ? AND role <> 'root'",
            [.time(now)]
        ) { try $0.number(0, as: UInt32.self) }
        for kid in listed where !named.contains(kid) {
            throw StoreError.trustRefused(.missesKey(KeyID(kid)))
        }
        let revoked = Set(next.revokedDevices)
        for device in wanted.revokedDevices where !revoked.contains(device) {
            throw StoreError.trustRefused(.missesRevokedDevice(device.device))
        }
    }

    /// Says which roots the next list is to name.
    ///
    /// - Throws: `.invalid` for an impossible threshold or central's own root among them.
    func setRoots(
        _ roots: [PublicKey],
        threshold: Int,
        _ connection: any SQLConnection
    ) throws {
        try Self.checkRoots(roots, threshold: threshold)
        if let own = try vault.line(.root, event: nil, connection).signers.last?.key.publicKey,
            roots.contains(own)
        {
            throw StoreError.invalid([
                InvalidValue("/roots", "must not name the root key that central holds itself")
            ])
        }
        try Self.lock(connection)
        try connection.run("DELETE FROM root")
        try connection.runBatch("INSERT INTO root(pub) VALUES(?)", roots.map { [.blob($0.bytes)] })
        try connection.run(
            "UPDATE installation SET threshold = ? WHERE id = 1",
            [.number(threshold)]
        )
    }

    static func checkRoots(_ roots: [PublicKey], threshold: Int) throws(StoreError) {
        var checker = Checker()
        checker.require(
            (1...Envelope.signaturesMax / 2).contains(roots.count),
            "/roots",
            "must be 1 to \(Envelope.signaturesMax / 2) keys"
        )
        checker.require(Set(roots).count == roots.count, "/roots", "must all be different")
        checker.require(
            (1...max(1, roots.count)).contains(threshold),
            "/threshold",
            "must be from 1 to the number of roots"
        )
        try checker.finish()
    }
}
