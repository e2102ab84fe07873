import Database
package import Sodium
import Synchronization
package import TicketModel
import TrustFormat

/// The private keys of central, and what it signs with them.
///
/// Opened keys are kept in memory; every use first asks the database whether keys have changed, so
/// that all processes sign with a new key, and none with a revoked one, from the same instant on.
package final class KeyRing: Sendable {
    /// Keys that central signs with are renewed when less than this is left.
    static let seasonRenewal = Duration.seconds(30 * 86_400)
    static let seasonLife = Duration.seconds(400 * 86_400)
    /// Statements about devices live for long, and the key that signed them must outlive them.
    static let deviceCALife = seasonLife + DeviceRepository.statementLife
    static let rootLife = Duration.seconds(20 * 365 * 86_400)
    /// Keys and manifests of an event stay good this long after its end.
    package static let eventGrace = Duration.seconds(12 * 3600)

    let database: any Database
    let vault: KeyVault
    private let held: Mutex<Held>

    private struct Held {
        var revision: Int64
        var season: SeasonKeys
        var events: [EventID: EventKeyBook] = [:]
    }

    private init(_ database: any Database, _ vault: KeyVault, _ held: Held) {
        self.database = database
        self.vault = vault
        self.held = Mutex(held)
    }

    var desk: TrustDesk { TrustDesk(vault: vault) }
    /// As they were last read, for what never changes; to sign, ask ``signers(at:)``.
    var seasonKeys: SeasonKeys { held.withLock { $0.season } }

    /// Fingerprint of the root keys, which devices pin at enrolment; as it was last read.
    package var rootHash: [UInt8] { TrustList.rootHash(of: seasonKeys.roots) }
    /// The key that verifies the newest receipts; as it was last read.
    package var receiptKey: PublicKey {
        let newest = seasonKeys.receipt.anySigner(at: Timestamp(milliseconds: .max))
        guard let newest else { preconditionFailure("keys without a receipt key are not opened") }
        return newest.key.publicKey
    }
    /// Opens evidence that gates sealed to central; as it was last read.
    package var logBox: BoxKey {
        guard let first = seasonKeys.logBoxes.first else {
            preconditionFailure("keys without a log box are not opened")
        }
        return first
    }

    /// Opens evidence that was sealed to this or to an earlier key of central.
    package func openEvidence(_ sealed: [UInt8]) -> [UInt8]? {
        for box in seasonKeys.logBoxes {
            if let opened = box.open(sealed) { return opened }
        }
        return nil
    }

    /// Draws all keys of a new installation.
    ///
    /// - Parameter offline: the roots that are kept elsewhere; `nil` draws an online root.
    static func create(
        _ vault: KeyVault,
        offline: RootSet?,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.run(
            """
            INSERT INTO installation(id, created, trust_version, offline, threshold)
            VALUES(1, ?, 0, ?, ?)
            """,
            [.time(now), .number(offline == nil ? 0 : 1), .number(offline?.threshold ?? 1)]
        )
        let desk = TrustDesk(vault: vault)
        if let offline {
            try desk.setRoots(offline.keys, threshold: offline.threshold, connection)
        } else {
            try vault.addKey(
                .root,
                event: nil,
                from: now.wholeSecond,
                until: now + rootLife,
                connection
            )
            try connection.run(
                "INSERT INTO root(pub) SELECT pub FROM signing_key WHERE role = 'root'"
            )
        }
        for role in StoredRole.season {
            try addSeasonKey(role, vault, start: .afterListing(.zero), at: now, connection)
            // One ceremony gives a second key too, which can step in without another ceremony.
            if offline != nil {
                try addSeasonKey(role, vault, start: .inReserve, at: now, connection)
            }
        }
        for role in SecretRole.season where role != .logBox {
            try vault.addSecret(role, event: nil, connection)
        }
        try vault.replaceLogBox(from: now, until: now + seasonLife, connection)
        try desk.publish(at: now, connection)
    }

    @discardableResult
    static func addSeasonKey(
        _ role: StoredRole,
        _ vault: KeyVault,
        start: SignStart,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> KeyID {
        try vault.addKey(
            role,
            event: nil,
            from: now.wholeSecond,
            until: now + (role == .deviceCA ? deviceCALife : seasonLife),
            start: start,
            connection
        )
    }

    /// Opens the keys, draws those that are missing, and renews those that run out soon.
    static func open(
        _ database: any Database,
        _ vault: KeyVault,
        at now: Timestamp
    ) async throws(StoreError) -> KeyRing {
        let held = try await database.transaction { connection in
            try renew(vault, at: now, connection)
            return Held(
                revision: try TrustDesk.revision(connection),
                season: try loadSeason(vault, connection)
            )
        }
        return KeyRing(database, vault, held)
    }

    private static func loadSeason(
        _ vault: KeyVault,
        _ connection: any SQLConnection
    ) throws -> SeasonKeys {
        func line(_ role: StoredRole) throws -> SignerLine {
            let line = try vault.line(role, event: nil, connection)
            guard !line.signers.isEmpty else {
                throw StoreError.notInitialised("there is no \(role.rawValue) key")
            }
            return line
        }
        func secret(_ role: SecretRole) throws -> [UInt8] {
            guard let found = try vault.secret(role, event: nil, connection) else {
                throw StoreError.notInitialised("there is no \(role.rawValue) secret")
            }
            return found
        }
        let boxes = try vault.logBoxes(connection)
        guard !boxes.isEmpty else {
            throw StoreError.notInitialised("there is no log_box secret")
        }
        let current = try TrustDesk.current(connection)
        let wanted = try TrustDesk.standing(connection).roots
        return SeasonKeys(
            manifest: try line(.manifest),
            fresh: try line(.fresh),
            deviceCA: try line(.deviceCA),
            receipt: try line(.receipt),
            logBoxes: boxes,
            codeSecret: try secret(.code),
            linkSecret: try secret(.link),
            roots: try current.map { try TrustDesk.list($0).roots } ?? wanted
        )
    }

    /// The keys that central signs its own statements with at `now`.
    func signers(at now: Timestamp) async throws(StoreError) -> SeasonSigners {
        try await refresh()
        let season = seasonKeys
        func signer(_ line: SignerLine) throws(StoreError) -> Signer {
            guard let signer = line.anySigner(at: now) else {
                throw .notInitialised("a key is missing")
            }
            return signer
        }
        let manifest = try signer(season.manifest)
        return SeasonSigners(
            manifest: manifest.key,
            fresh: try signer(season.fresh).key,
            deviceCA: try signer(season.deviceCA).key,
            receipt: try signer(season.receipt).key,
            manifestTrustMin: manifest.listed ?? 0
        )
    }

    /// Reads the keys again if anybody has changed them.
    func refresh() async throws(StoreError) {
        _ = try await book(of: nil)
    }

    /// The keys that sign for an event at `now`.
    ///
    /// - Throws: `.notFound(.event)`; `.keysAwaitSignature` while no trust list in force names
    ///   them, so that nobody gets a code which every gate would refuse.
    package func eventKeys(
        _ event: EventID,
        at now: Timestamp
    ) async throws(StoreError) -> EventKeys {
        guard let book = try await book(of: event) else { throw .notFound(.event) }
        guard let keys = book.keys(at: now) else { throw .keysAwaitSignature }
        return keys
    }

    /// The keys of an event for what bears the date of its first issue, as PAPER tokens do: the one
    /// that took over last or will next, so that the same print comes out again.
    ///
    /// - Throws: as ``eventKeys(_:at:)``.
    package func eventKeys(_ event: EventID) async throws(StoreError) -> EventKeys {
        try await eventKeys(event, at: Timestamp(milliseconds: .max))
    }

    /// The key that hashes an event's static codes; 32 bytes.
    package func barcodeKey(of event: EventID) async throws(StoreError) -> [UInt8] {
        guard let book = try await book(of: event) else { throw .notFound(.event) }
        return book.barcodeKey
    }

    /// The keys of an event as they stand now, from memory unless they have changed.
    private func book(of event: EventID?) async throws(StoreError) -> EventKeyBook? {
        let known = held.withLock { held in
            (held.revision, event.flatMap { held.events[$0] })
        }
        let vault = vault
        let found = try await database.snapshot { connection in
            let revision = try TrustDesk.revision(connection)
            if revision == known.0, known.1 != nil || event == nil {
                return (revision: revision, season: SeasonKeys?.none, book: known.1)
            }
            return (
                revision: revision,
                season: revision == known.0 ? nil : try Self.loadSeason(vault, connection),
                book: try event.flatMap { try Self.loadBook($0, vault, connection) }
            )
        }
        held.withLock { held in
            // Somebody who read later may have been faster.
            guard found.revision >= held.revision else { return }
            if found.revision > held.revision, let season = found.season {
                held.revision = found.revision
                held.season = season
                held.events = [:]
            }
            if let event, let book = found.book { held.events[event] = book }
        }
        return found.book
    }

    private static func loadBook(
        _ event: EventID,
        _ vault: KeyVault,
        _ connection: any SQLConnection
    ) throws -> EventKeyBook? {
        guard let barcodeKey = try vault.secret(.barcode, event: event, connection) else {
            return nil
        }
        return EventKeyBook(
            event: event,
            live: try vault.line(.live, event: event, connection),
            paper: try vault.line(.paper, event: event, connection),
            cred: try vault.line(.cred, event: event, connection),
            barcodeKey: barcodeKey
        )
    }
}

/// Root keys, and how many of them must sign.
package struct RootSet: Hashable, Sendable {
    package let keys: [PublicKey]
    package let threshold: Int

    package init(keys: [PublicKey], threshold: Int) {
        self.keys = keys
        self.threshold = threshold
    }
}

extension Timestamp {
    /// The last whole second, so that a token dated in the same second is not older than its key.
    var wholeSecond: Timestamp {
        let rest = milliseconds % 1000
        return Timestamp(milliseconds: milliseconds - (rest < 0 ? rest + 1000 : rest))
    }
}
