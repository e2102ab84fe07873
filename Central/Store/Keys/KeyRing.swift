import Database
package import Sodium
import Synchronization
package import TicketModel
import TrustFormat

/// The private keys of central, and what it signs with them.
///
/// Keys of events are read once and then kept in memory; they never change under their event.
package final class KeyRing: Sendable {
    /// Keys that central signs with are renewed when less than this is left.
    static let seasonRenewal = Duration.seconds(30 * 86_400)
    static let seasonLife = Duration.seconds(400 * 86_400)
    static let rootLife = Duration.seconds(20 * 365 * 86_400)
    /// Keys and manifests of an event stay good this long after its end.
    package static let eventGrace = Duration.seconds(12 * 3600)

    let database: any Database
    let vault: KeyVault
    private let season: Mutex<SeasonKeys>
    private let events = Mutex<[EventID: EventKeys]>([:])

    private init(_ database: any Database, _ vault: KeyVault, _ season: SeasonKeys) {
        self.database = database
        self.vault = vault
        self.season = Mutex(season)
    }

    var seasonKeys: SeasonKeys { season.withLock { $0 } }
    var issuer: TrustIssuer {
        let keys = seasonKeys
        return TrustIssuer(root: keys.root, logBox: keys.logBox.publicKey)
    }

    /// Fingerprint of the root keys, which devices pin at enrolment.
    package var rootHash: [UInt8] { TrustList.rootHash(of: [seasonKeys.root.publicKey]) }
    /// The key that verifies receipts.
    package var receiptKey: PublicKey { seasonKeys.receipt.publicKey }
    /// Opens evidence that gates sealed to central.
    package var logBox: BoxKey { seasonKeys.logBox }

    /// Draws all keys of a new installation.
    static func create(
        _ vault: KeyVault,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.run(
            "INSERT INTO installation(id, created, trust_version) VALUES(1, ?, 0)",
            [.time(now)]
        )
        let version = try TrustIssuer.nextVersion(connection)
        for role in StoredRole.season {
            try vault.addKey(
                role,
                event: nil,
                from: now.wholeSecond,
                until: now + (role == .root ? rootLife : seasonLife),
                trustMin: version,
                connection
            )
        }
        for role in SecretRole.season { try vault.addSecret(role, event: nil, connection) }
        let keys = try load(vault, connection)
        try TrustIssuer(root: keys.root, logBox: keys.logBox.publicKey)
            .issue(version: version, at: now, connection)
    }

    /// Opens the keys, and renews those that run out soon.
    static func open(
        _ database: any Database,
        _ vault: KeyVault,
        at now: Timestamp
    ) async throws(StoreError) -> KeyRing {
        let season = try await database.transaction { connection in
            try renew(vault, at: now, connection)
            return try load(vault, connection)
        }
        return KeyRing(database, vault, season)
    }

    private static func renew(
        _ vault: KeyVault,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        let ending = try StoredRole.season.filter { role in
            guard role != .root, let held = try vault.key(role, event: nil, connection) else {
                return false
            }
            return held.expires < now + seasonRenewal
        }
        guard !ending.isEmpty else { return }
        let version = try TrustIssuer.nextVersion(connection)
        for role in ending {
            try vault.addKey(
                role,
                event: nil,
                from: now.wholeSecond,
                until: now + seasonLife,
                trustMin: version,
                connection
            )
        }
        let keys = try load(vault, connection)
        try TrustIssuer(root: keys.root, logBox: keys.logBox.publicKey)
            .issue(version: version, at: now, connection)
    }

    private static func load(
        _ vault: KeyVault,
        _ connection: any SQLConnection
    ) throws -> SeasonKeys {
        func key(_ role: StoredRole) throws -> (key: SigningKey, trustMin: Int64) {
            guard let found = try vault.key(role, event: nil, connection) else {
                throw StoreError.notInitialised("there is no \(role.rawValue) key")
            }
            return (found.key, found.trustMin)
        }
        func secret(_ role: SecretRole) throws -> [UInt8] {
            guard let found = try vault.secret(role, event: nil, connection) else {
                throw StoreError.notInitialised("there is no \(role.rawValue) secret")
            }
            return found
        }
        guard let logBox = BoxKey(seed: try secret(.logBox)) else {
            throw StoreError.wrongMasterKey
        }
        let manifest = try key(.manifest)
        return SeasonKeys(
            root: try key(.root).key,
            manifest: manifest.key,
            fresh: try key(.fresh).key,
            deviceCA: try key(.deviceCA).key,
            receipt: try key(.receipt).key,
            logBox: logBox,
            codeSecret: try secret(.code),
            linkSecret: try secret(.link),
            manifestTrustMin: manifest.trustMin
        )
    }

    /// Draws the keys of a new event, within the transaction that creates it; returns the first
    /// trust list that vouches for them.
    func createEventKeys(
        _ event: EventID,
        ends: Timestamp,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let version = try TrustIssuer.nextVersion(connection)
        for role in StoredRole.ofEvent {
            try vault.addKey(
                role,
                event: event,
                from: now.wholeSecond,
                until: ends + Self.eventGrace,
                trustMin: version,
                connection
            )
        }
        try vault.addSecret(.barcode, event: event, connection)
        try vault.addSecret(.wallet, event: event, connection)
        try issuer.issue(version: version, at: now, connection)
        return version
    }

    /// Moves the end of an event's keys; returns the trust list that says so.
    func extendEventKeys(
        _ event: EventID,
        ends: Timestamp,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let version = try TrustIssuer.nextVersion(connection)
        try connection.run(
            "UPDATE signing_key SET exp = ?, trust_min = ? WHERE event = ? AND revoked IS NULL",
            [.time(ends + Self.eventGrace), .integer(version), .id(event)]
        )
        try issuer.issue(version: version, at: now, connection)
        return version
    }

    /// The keys that sign for an event at `now`.
    package func eventKeys(
        _ event: EventID,
        at now: Timestamp
    ) async throws(StoreError) -> EventKeys {
        if let keys = events.withLock({ $0[event] }) { return keys }
        let vault = vault
        let keys = try await database.snapshot { connection -> EventKeys? in
            guard let live = try vault.key(.live, event: event, connection),
                let paper = try vault.key(.paper, event: event, connection),
                let cred = try vault.key(.cred, event: event, connection),
                let barcodeKey = try vault.secret(.barcode, event: event, connection)
            else { return nil }
            return EventKeys(
                event: event,
                live: live.key,
                paper: paper.key,
                cred: cred.key,
                barcodeKey: barcodeKey
            )
        }
        guard let keys else { throw .notFound(.event) }
        events.withLock { $0[event] = keys }
        return keys
    }

    /// The keys of an event for callers that sign nothing with a rotating key.
    package func eventKeys(_ event: EventID) async throws(StoreError) -> EventKeys {
        try await eventKeys(event, at: Timestamp(milliseconds: 0))
    }
}

extension Timestamp {
    /// The last whole second, so that a token dated in the same second is not older than its key.
    var wholeSecond: Timestamp {
        let rest = milliseconds % 1000
        return Timestamp(milliseconds: milliseconds - (rest < 0 ? rest + 1000 : rest))
    }
}
