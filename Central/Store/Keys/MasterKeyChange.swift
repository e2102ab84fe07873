import Database
import DatabaseSQLite
import Foundation
import Platform
package import Sodium
package import TicketModel

/// Seals all private keys under another master key.
///
/// One transaction seals everything anew. Where the key lies in `DIR/master.key`, the new one is
/// laid beside it first and takes its place afterwards; `CentralData.open` finishes what a crash
/// in between has left.
package enum MasterKeyChange {
    /// The new key, before it takes the old one's place.
    static let nextName = "master.key.next"

    /// What was done.
    package struct Outcome: Hashable, Sendable {
        package let keys: Int
        /// Whether `DIR/master.key` was replaced; if not, the key comes from elsewhere and has to
        /// be exchanged there.
        package let replacedFile: Bool
    }

    /// Changes the master key; no server may run meanwhile.
    ///
    /// - Parameters:
    ///   - old: `nil` reads `DIR/master.key`.
    ///   - newKeyFile: holds the new key; it is drawn and written there if there is no such file.
    /// - Throws: `.inService`; `.wrongMasterKey`; `.invalid` if both keys are the same.
    package static func run(
        directory: String,
        old: SecretKey?,
        newKeyFile: String,
        at now: Timestamp
    ) async throws(StoreError) -> Outcome {
        // Opening proves the old key, and finishes a change that was cut short.
        let data = try await CentralData.open(directory: directory, masterKey: old, at: now)
        let lock = try DataLock(directory, alone: true)
        defer { lock.release() }
        let usesFile = old == nil
        let new =
            FileManager.default.fileExists(atPath: newKeyFile)
            ? try MasterKey.read(file: newKeyFile) : try MasterKey.create(file: newKeyFile)
        let vault = data.keys.vault
        guard new.bytes != vault.masterKey.bytes else {
            throw .invalid([InvalidValue("/new-master-key", "is the key that is in use")])
        }
        let next = "\(directory)/\(nextName)"
        if usesFile { try MasterKey.write(new, to: next) }
        let keys = try await data.database.transaction { connection in
            try TrustDesk.lock(connection)
            return try vault.reseal(under: KeyVault(masterKey: new), connection)
        }
        try data.close()
        if usesFile { try take(next, in: directory) }
        return Outcome(keys: keys, replacedFile: usesFile)
    }

    /// Puts the new key in the old one's place.
    static func take(_ next: String, in directory: String) throws(StoreError) {
        do throws(FileError) {
            try AtomicFile.rename(next, to: "\(directory)/\(MasterKey.fileName)")
        } catch { throw .file(error.description) }
    }
}

extension KeyVault {
    /// Seals every key and secret anew.
    ///
    /// - Returns: how many there were.
    func reseal(under other: KeyVault, _ connection: any SQLConnection) throws -> Int {
        let keys = try connection.rows("SELECT kid, role, sealed FROM signing_key") { row in
            (kid: try row.integer(0), role: try row.text(1), sealed: try row.blob(2))
        }
        for key in keys {
            let name = KeyID(UInt32(truncatingIfNeeded: key.kid)).bytes
            guard let secret = open(key.sealed, key.role, name) else {
                throw StoreError.wrongMasterKey
            }
            try connection.run(
                "UPDATE signing_key SET sealed = ? WHERE kid = ?",
                [.blob(other.seal(secret, key.role, name)), .integer(key.kid)]
            )
        }
        let secrets = try connection.rows("SELECT role, event, sealed FROM secret") { row in
            (role: try row.text(0), name: try row.blob(1), sealed: try row.blob(2))
        }
        for item in secrets {
            guard let secret = open(item.sealed, item.role, item.name) else {
                throw StoreError.wrongMasterKey
            }
            try connection.run(
                "UPDATE secret SET sealed = ? WHERE role = ? AND event = ?",
                [
                    .blob(other.seal(secret, item.role, item.name)), .text(item.role),
                    .blob(item.name),
                ]
            )
        }
        return keys.count + secrets.count
    }
}
