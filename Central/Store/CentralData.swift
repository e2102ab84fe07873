package import Database
import DatabaseSQLite
import Foundation
import Platform
package import Sodium
package import TicketModel

/// Central's data directory, opened.
///
///     DIR/master.key         seals the private keys; may be kept elsewhere
///     DIR/central.sqlite     everything else
///     DIR/manifests/<event>/<version>.sqlite
package final class CentralData: Sendable {
    package static let databaseName = "central.sqlite"
    package static let manifestsName = "manifests"
    /// Settings that `serve` reads, if they are there.
    package static let settingsName = "central.yaml"

    package let directory: String
    package let database: any Database
    package let keys: KeyRing
    package let events: EventRepository
    package let tickets: TicketRepository
    package let barcodes: BarcodeRepository
    package let apiKeys: APIKeyRepository
    package let idempotency: IdempotencyStore
    package let devices: DeviceRepository
    package let logs: LogRepository
    package let manifests: ManifestRepository

    private init(directory: String, database: any Database, keys: KeyRing) {
        self.directory = directory
        self.database = database
        self.keys = keys
        events = EventRepository(database: database, keys: keys)
        tickets = TicketRepository(database: database, keys: keys)
        barcodes = BarcodeRepository(database: database, keys: keys, tickets: tickets)
        apiKeys = APIKeyRepository(database: database)
        idempotency = IdempotencyStore(database: database)
        devices = DeviceRepository(database: database, keys: keys)
        logs = LogRepository(database: database, keys: keys)
        manifests = ManifestRepository(
            database: database,
            keys: keys,
            directory: "\(directory)/\(Self.manifestsName)"
        )
    }

    /// What a new installation is told once.
    package struct Initialised: Sendable {
        package let adminKey: CreatedAPIKey
        /// What devices pin.
        package let rootHash: [UInt8]
    }

    /// Makes a data directory: keys, database and the first administrator's API key.
    ///
    /// The database gets its name last, so an attempt that was cut short can be repeated.
    ///
    /// - Parameters:
    ///   - masterKey: `nil` uses `DIR/master.key`, and draws it if there is none.
    ///   - roots: root keys that are kept offline; `nil` draws an online root.
    /// - Throws: `StoreError.alreadyInitialised` if there is a database; it is left alone.
    package static func initialise(
        directory: String,
        masterKey: SecretKey? = nil,
        roots: RootSet? = nil,
        at now: Timestamp
    ) async throws(StoreError) -> Initialised {
        if let roots { try TrustDesk.checkRoots(roots.keys, threshold: roots.threshold) }
        let path = "\(directory)/\(databaseName)"
        let files = FileManager.default
        guard !files.fileExists(atPath: path) else { throw .alreadyInitialised(directory) }
        do {
            try files.createDirectory(
                atPath: "\(directory)/\(manifestsName)",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch { throw .file("\(directory): \(error.localizedDescription)") }
        let temporary = path + ".new"
        for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: temporary + suffix) {
            do { try files.removeItem(atPath: temporary + suffix) } catch {
                throw .file("\(temporary): \(error.localizedDescription)")
            }
        }
        let key: SecretKey
        if let masterKey { key = masterKey } else { key = try ownMasterKey(in: directory) }
        let made = try await fill(temporary, KeyVault(masterKey: key), roots, at: now)
        do {
            try AtomicFile.sync(file: temporary)
            try AtomicFile.rename(temporary, to: path)
        } catch { throw .file(error.description) }
        return made
    }

    private static func fill(
        _ path: String,
        _ vault: KeyVault,
        _ roots: RootSet?,
        at now: Timestamp
    ) async throws(StoreError) -> Initialised {
        do {
            let database = try SQLiteDatabase.open(path)
            try await Migrator(Schema.migrations).migrate(database)
            try await database.write { try KeyRing.create(vault, offline: roots, at: now, $0) }
            let keys = try await KeyRing.open(database, vault, at: now)
            let adminKey = try await APIKeyRepository(database: database)
                .create(name: "first administrator", scopes: .admin, at: now)
            try database.close()
            return Initialised(adminKey: adminKey, rootHash: keys.rootHash)
        } catch { throw StoreError(error) }
    }

    private static func ownMasterKey(in directory: String) throws(StoreError) -> SecretKey {
        let path = "\(directory)/\(MasterKey.fileName)"
        if FileManager.default.fileExists(atPath: path) { return try MasterKey.read(file: path) }
        return try MasterKey.create(file: path)
    }

    /// Opens a data directory that ``initialise(directory:masterKey:at:)`` made, and brings its
    /// schema up to date.
    ///
    /// - Parameter masterKey: `nil` reads `DIR/master.key`.
    package static func open(
        directory: String,
        masterKey: SecretKey? = nil,
        at now: Timestamp
    ) async throws(StoreError) -> CentralData {
        let path = "\(directory)/\(databaseName)"
        guard FileManager.default.fileExists(atPath: path) else { throw .notInitialised(directory) }
        if let masterKey {
            return try await open(directory, KeyVault(masterKey: masterKey), at: now)
        }
        let key = try MasterKey.read(file: "\(directory)/\(MasterKey.fileName)")
        do throws(StoreError) {
            return try await open(directory, KeyVault(masterKey: key), at: now)
        } catch {
            // A change of the master key may have been cut short after everything was sealed anew.
            let next = "\(directory)/\(MasterKeyChange.nextName)"
            guard error == .wrongMasterKey, FileManager.default.fileExists(atPath: next) else {
                throw error
            }
            let newKey = try MasterKey.read(file: next)
            let data = try await open(directory, KeyVault(masterKey: newKey), at: now)
            try MasterKeyChange.take(next, in: directory)
            return data
        }
    }

    private static func open(
        _ directory: String,
        _ vault: KeyVault,
        at now: Timestamp
    ) async throws(StoreError) -> CentralData {
        let path = "\(directory)/\(databaseName)"
        do {
            let database = try SQLiteDatabase.open(path)
            try await Migrator(Schema.migrations).migrate(database)
            let keys = try await KeyRing.open(database, vault, at: now)
            return CentralData(directory: directory, database: database, keys: keys)
        } catch { throw StoreError(error) }
    }

    /// Writes the master key where only its owner may read it; for whoever asks to keep it apart.
    ///
    /// - Throws: `.backup(.exists)` if there is such a file.
    package func writeMasterKey(to path: String) throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: path) else { throw .backup(.exists(path)) }
        try MasterKey.write(keys.vault.masterKey, to: path)
    }

    /// Ends all connections; call once, when nothing uses the parts any more.
    package func close() throws(StoreError) {
        do { try database.close() } catch { throw StoreError(error) }
    }
}
