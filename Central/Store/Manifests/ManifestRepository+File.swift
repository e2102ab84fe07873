import Database
import DatabaseSQLite
import Foundation
import ManifestFormat
import Platform
import Sodium
package import TicketModel
import TrustFormat

extension ManifestRepository {
    /// When a file is worth bringing up to date.
    package enum FileAge: Sendable {
        /// When it does not hold the newest version.
        case older
        /// When so many rows changed since it was made that the way on from it gets long.
        case farBehind
    }

    private struct Renewal: Sendable {
        let fileVersion: Int64
        let version: Int64
        let changes: [ManifestChange]
    }

    /// Makes a file of the newest version out of the file before, and signs that version's metadata
    /// again, with the new file in it: version and content stay.
    ///
    /// Versions that are built meanwhile lead on from the new file.
    ///
    /// - Returns: the newest version; `nil` if the file will do, or if another task or process is
    ///   making files of this event right now.
    package func renewFile(
        _ event: EventID,
        when age: FileAge
    ) async throws(StoreError) -> ManifestVersion? {
        let folder = folder(event)
        guard let lock = try FolderLock(folder.path) else { return nil }
        defer { lock.release() }
        guard let renewal = try await renewal(of: event, when: age) else { return nil }
        folder.sweep()
        let temporary = folder.newTemporary()
        do {
            try Self.copy(folder.file(renewal.fileVersion), to: temporary)
            let file = try SQLiteDatabase.build(temporary)
            try file.writeBlocking { try Self.apply(renewal.changes, to: $0) }
            try file.close()
            try AtomicFile.sync(file: temporary)
            let sum = try ManifestFile.fileSum(temporary)
            return try await takeUp(temporary, sum, renewal, of: event)
        } catch {
            folder.remove(temporary)
            throw StoreError(error)
        }
    }

    private func renewal(
        of event: EventID,
        when age: FileAge
    ) async throws(StoreError) -> Renewal? {
        try await database.snapshot { connection in
            guard let base = try ManifestBase.of(event, connection), !base.needsRebuild,
                let version = try Self.newestVersion(event, connection), version > base.fileVersion
            else { return nil }
            let since: [SQLValue] = [.id(event), .integer(base.fileVersion)]
            if age == .farBehind {
                let rows = try connection.first(
                    "SELECT count(*) FROM manifest_row WHERE event = ? AND version > ?",
                    since
                ) { try $0.integer(0) }
                guard (rows ?? 0) >= StoreLimits.fileBehindRowsMax else { return nil }
            }
            let changes = try connection.rows(
                "SELECT line FROM manifest_row WHERE event = ? AND version > ?",
                since,
                ManifestGrowth.change
            )
            return Renewal(fileVersion: base.fileVersion, version: version, changes: changes)
        }
    }

    static func newestVersion(
        _ event: EventID,
        _ connection: any SQLConnection
    ) throws -> Int64? {
        try connection.first(
            "SELECT manifest_version FROM event WHERE id = ?",
            [.id(event)]
        ) { try $0.integer(0) }
    }

    private static func copy(_ path: String, to copy: String) throws {
        do { try FileManager.default.copyItem(atPath: path, toPath: copy) } catch {
            throw StoreError.file("copy \(path): \(error.localizedDescription)")
        }
    }

    private static func apply(_ changes: [ManifestChange], to file: any SQLConnection) throws {
        for change in changes {
            let key = change.key
            let condition = key.table.keyColumns.map { "\($0) = ?" }.joined(separator: " AND ")
            try file.run(
                "DELETE FROM \(key.table.rawValue) WHERE \(condition)",
                key.values.map(\.sql)
            )
            guard case .put(let row) = change else { continue }
            try file.run(ManifestSchema.insert(into: row.table), row.values.map(\.sql))
        }
    }

    private func takeUp(
        _ temporary: String,
        _ sum: ManifestFile.Sum,
        _ renewal: Renewal,
        of event: EventID
    ) async throws(StoreError) -> ManifestVersion? {
        let folder = folder(event)
        let line = keys.seasonKeys.manifest
        let renewed = try await database.transaction { connection -> ManifestVersion? in
            guard var base = try ManifestBase.of(event, connection), !base.needsRebuild,
                base.fileVersion == renewal.fileVersion,
                let newest = try Self.stored(event, folder, connection)
            else { return nil }
            let keys = line.signers.map(\.key.publicKey)
            // Signed by a key that was revoked since: the next version is on its way.
            let opened = try? ManifestMetadata(Envelope(json: newest.envelope), by: keys)
            guard let held = opened else { return nil }
            // The date stays, so the key must be the one that signed at that time.
            guard let signer = line.anySigner(at: held.created)?.key else { return nil }
            base.fileVersion = renewal.version
            base.bytes = sum.bytes
            base.fileHash = sum.hash
            base.deltaFrom = try Self.forgetOldRows(event, base, connection)
            try base.store(event, connection)
            try connection.run(
                "UPDATE manifest SET envelope = ?, bytes = ? WHERE event = ? AND version = ?",
                [
                    .blob(Self.signed(held.with(base), by: signer)), .integer(base.bytes),
                    .id(event),
                    .integer(newest.version),
                ]
            )
            try Self.rename(temporary, to: folder.file(renewal.version))
            return try Self.stored(event, folder, connection)
        }
        if renewed == nil { folder.remove(temporary) }
        folder.removeOld()
        return renewed
    }

    /// Forgets rows that the file holds and that lie too far back; returns from where deltas reach.
    private static func forgetOldRows(
        _ event: EventID,
        _ base: ManifestBase,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let last = try connection.first(
            """
            SELECT version FROM manifest_row WHERE event = ? AND version <= ?
            ORDER BY version DESC LIMIT 1 OFFSET ?
            """,
            [.id(event), .integer(base.fileVersion), .number(StoreLimits.deltaRowsKept)]
        ) { try $0.integer(0) }
        guard let last else { return base.deltaFrom }
        try connection.run(
            "DELETE FROM manifest_row WHERE event = ? AND version <= ?",
            [.id(event), .integer(last)]
        )
        return max(last, base.deltaFrom)
    }
}

extension ManifestMetadata {
    /// The same version and content, with another file.
    fileprivate func with(_ base: ManifestBase) -> ManifestMetadata {
        ManifestMetadata(
            event: event,
            version: version,
            created: created,
            staleAfter: staleAfter,
            expires: expires,
            content: content,
            fileVersion: base.fileVersion,
            fileBytes: base.bytes,
            fileHash: base.fileHash,
            trustMin: trustMin,
            tickets: tickets,
            codes: codes
        )
    }
}
