import Database
import Encodings
import Foundation
import ManifestFormat
import Platform
import Sodium
package import TicketModel
import TrustFormat

/// Manifests: built when an event has changed, kept as files, signed.
package struct ManifestRepository: Sendable {
    /// A gate warns when its manifest is older than this.
    static let staleAfter = Duration.seconds(15 * 60)
    private static let suffix = ".sqlite"
    private static let temporarySuffix = ".tmp"

    private let database: any Database
    private let keys: KeyRing
    /// `DIR/manifests`.
    private let directory: String

    init(database: any Database, keys: KeyRing, directory: String) {
        self.database = database
        self.keys = keys
        self.directory = directory
    }

    /// Events that have changed since their newest manifest was built, in order of id.
    package func pending() async throws(StoreError) -> [EventID] {
        try await database.snapshot { connection in
            try connection.rows(
                "SELECT id FROM event WHERE revision > built_revision ORDER BY id LIMIT ?",
                [.number(StoreLimits.pageMax)]
            ) { try $0.id(0) }
        }
    }

    /// The newest manifest of an event whose file is there.
    ///
    /// - Throws: `.notFound(.manifest)` before the first was built, or if its file was lost; build
    ///   then.
    package func latest(_ event: EventID) async throws(StoreError) -> ManifestVersion {
        let found = try await stored(event)
        guard let found, FileManager.default.fileExists(atPath: found.path) else {
            throw .notFound(.manifest)
        }
        return found
    }

    private func stored(_ event: EventID) async throws(StoreError) -> ManifestVersion? {
        try await database.snapshot { connection in
            try connection.first(
                """
                SELECT version, created, envelope, bytes, tickets, codes FROM manifest
                WHERE event = ? ORDER BY version DESC LIMIT 1
                """,
                [.id(event)]
            ) { row in
                let version = try row.integer(0)
                return ManifestVersion(
                    event: event,
                    version: version,
                    created: try row.time(1),
                    envelope: try row.blob(2),
                    path: path(event, version),
                    bytes: try row.integer(3),
                    tickets: try row.integer(4),
                    codes: try row.integer(5)
                )
            }
        }
    }

    /// Builds the next version if the event has changed or its file is lost.
    ///
    /// - Returns: the new version; `nil` if the newest one is still true, or if another task or
    ///   process is building this event right now.
    /// - Throws: `.notFound(.event)`, `.file`, `.database`.
    package func build(
        _ event: EventID,
        at now: Timestamp
    ) async throws(StoreError) -> ManifestVersion? {
        let summary = try await database.snapshot { connection in
            let built = try connection.first(
                "SELECT revision, built_revision FROM event WHERE id = ?",
                [.id(event)]
            ) { (revision: try $0.integer(0), built: try $0.integer(1)) }
            guard let built else { throw StoreError.notFound(.event) }
            return built
        }
        if summary.revision == summary.built, let held = try await stored(event),
            FileManager.default.fileExists(atPath: held.path)
        {
            return nil
        }
        try makeFolder(event)
        guard let lock = try FolderLock(folder(event)) else { return nil }
        defer { lock.release() }
        sweep(event)
        let temporary =
            folder(event) + "/" + Hex.encode(Sodium.randomBytes(8)) + Self.temporarySuffix
        let file = ManifestFile(path: temporary)
        do throws(StoreError) {
            let source = try await file.write(event, from: database)
            let sum = try await file.sum()
            return try await publish(temporary, source, sum, at: now)
        } catch {
            unlinkQuietly(temporary)
            throw error
        }
    }

    /// Gives the finished file its number and name, and signs what it holds.
    ///
    /// The rename stands inside the transaction: a crash before the commit leaves a file that no
    /// row names and that the next build replaces.
    private func publish(
        _ temporary: String,
        _ source: ManifestSource,
        _ sum: ManifestFile.Sum,
        at now: Timestamp
    ) async throws(StoreError) -> ManifestVersion? {
        let signers = try await keys.signers(at: now)
        let version = source.version + 1
        let path = path(source.event, version)
        let metadata = ManifestMetadata(
            event: source.event,
            version: version,
            created: now,
            staleAfter: now + Self.staleAfter,
            expires: source.ends + KeyRing.eventGrace,
            content: sum.content.content,
            fileBytes: sum.bytes,
            fileHash: sum.hash,
            trustMin: max(source.trustMin, signers.manifestTrustMin),
            tickets: sum.tickets,
            codes: sum.codes
        )
        let envelope = Envelope(.manifest, payload: metadata.payload, signedBy: [signers.manifest])
        let json = envelope.json
        let isPublished = try await database.transaction { connection in
            let changed = try connection.run(
                """
                UPDATE event SET manifest_version = ?, built_revision = ?
                WHERE id = ? AND manifest_version = ?
                """,
                [
                    .integer(version), .integer(source.revision), .id(source.event),
                    .integer(source.version),
                ]
            )
            // Another build was faster; its version stands and ours is forgotten.
            guard changed == 1 else { return false }
            try connection.run(
                """
                INSERT INTO manifest(event, version, revision, created, bytes, tickets, codes,
                    envelope) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(source.event), .integer(version), .integer(source.revision), .time(now),
                    .integer(sum.bytes), .integer(sum.tickets), .integer(sum.codes), .blob(json),
                ]
            )
            do throws(FileError) { try AtomicFile.rename(temporary, to: path) } catch {
                throw StoreError.file(error.description)
            }
            return true
        }
        guard isPublished else {
            unlinkQuietly(temporary)
            return nil
        }
        removeOld(source.event, newest: version)
        return ManifestVersion(
            event: source.event,
            version: version,
            created: now,
            envelope: json,
            path: path,
            bytes: sum.bytes,
            tickets: sum.tickets,
            codes: sum.codes
        )
    }

    private func folder(_ event: EventID) -> String { "\(directory)/\(event.hex)" }

    private func path(_ event: EventID, _ version: Int64) -> String {
        "\(folder(event))/\(version)\(Self.suffix)"
    }

    private func makeFolder(_ event: EventID) throws(StoreError) {
        let folder = folder(event)
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch { throw .file("\(folder): \(error.localizedDescription)") }
    }

    /// Removes what a killed build left behind; only whoever holds the lock may do so.
    private func sweep(_ event: EventID) {
        let folder = folder(event)
        // A folder that cannot be listed only keeps more files than it should.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(Self.temporarySuffix) {
            unlinkQuietly("\(folder)/\(name)")
        }
    }

    /// Removes files of versions that nobody should ask for any more.
    private func removeOld(_ event: EventID, newest: Int64) {
        let folder = folder(event)
        // A folder that cannot be listed only keeps more files than it should.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(Self.suffix) {
            let isOld = Int64(name.dropLast(Self.suffix.count)).map {
                $0 <= newest - Int64(StoreLimits.manifestsKept)
            }
            if isOld == true { unlinkQuietly("\(folder)/\(name)") }
        }
    }

    private func unlinkQuietly(_ path: String) {
        // A file that is gone already, or cannot be removed, does no harm but take space.
        try? FileManager.default.removeItem(atPath: path)
    }
}
