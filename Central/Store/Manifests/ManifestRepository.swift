import Database
import ManifestFormat
import Platform
import Sodium
package import TicketModel
import TrustFormat

/// Manifests: built when an event has changed, kept as files, signed.
///
/// The first version is written as a whole. Later ones grow out of the one before by the rows that
/// were touched, and leave the file alone: metadata names the version that the file holds, and the
/// delta from there leads on. Now and then the file is brought up to date.
package struct ManifestRepository: Sendable {
    /// A gate warns when its manifest is older than this.
    static let staleAfter = Duration.seconds(15 * 60)

    let database: any Database
    let keys: KeyRing
    /// `DIR/manifests`.
    private let directory: String

    init(database: any Database, keys: KeyRing, directory: String) {
        self.database = database
        self.keys = keys
        self.directory = directory
    }

    func folder(_ event: EventID) -> ManifestFolder { ManifestFolder(event, in: directory) }

    /// Events that have changed since their newest manifest was built, in order of id; not those
    /// whose keys await signature, for nobody has tickets of them.
    package func pending() async throws(StoreError) -> [EventID] {
        try await database.snapshot { connection in
            try connection.rows(
                """
                SELECT id FROM event WHERE revision > built_revision AND trust_min > 0
                ORDER BY id LIMIT ?
                """,
                [.number(StoreLimits.pageMax)]
            ) { try $0.id(0) }
        }
    }

    /// The newest manifest of an event whose file is there.
    ///
    /// - Throws: `.notFound(.manifest)` before the first was built, or if its file was lost; build
    ///   then.
    package func latest(_ event: EventID) async throws(StoreError) -> ManifestVersion {
        let folder = folder(event)
        let found = try await database.snapshot { try Self.stored(event, folder, $0) }
        guard let found, folder.hasFile(found.fileVersion) else { throw .notFound(.manifest) }
        return found
    }

    static func stored(
        _ event: EventID,
        _ folder: ManifestFolder,
        _ connection: any SQLConnection
    ) throws -> ManifestVersion? {
        let base = try ManifestBase.of(event, connection)
        return try connection.first(
            """
            SELECT version, created, envelope, bytes, tickets, codes FROM manifest
            WHERE event = ? ORDER BY version DESC LIMIT 1
            """,
            [.id(event)]
        ) { row in
            let version = try row.integer(0)
            // Versions of an earlier program are whole files.
            let isGrown = base.map { $0.fileVersion > 0 } ?? false
            let fileVersion = isGrown ? base?.fileVersion ?? version : version
            return ManifestVersion(
                event: event,
                version: version,
                created: try row.time(1),
                envelope: try row.blob(2),
                fileVersion: fileVersion,
                path: folder.file(fileVersion),
                bytes: isGrown ? base?.bytes ?? 0 : try row.integer(3),
                tickets: try row.integer(4),
                codes: try row.integer(5)
            )
        }
    }

    /// Builds the next version if the event has changed or its file is lost.
    ///
    /// - Parameter wish: with `.any` a version costs as much as what has changed.
    /// - Returns: the newest version, if this call has changed anything; `nil` if all was true
    ///   already, or if another task or process is building this event right now.
    /// - Throws: `.notFound(.event)`, `.file`, `.database`.
    package func build(
        _ event: EventID,
        at now: Timestamp,
        file wish: ManifestFileWish = .newest
    ) async throws(StoreError) -> ManifestVersion? {
        var built: ManifestVersion?
        switch try await standing(event) {
        case .needsRebuild: return try await rebuild(event, at: now)
        case .current: break
        case .changed:
            switch try await grow(event, at: now) {
            case .grown(let version): built = version
            case .current: break
            case .needsRebuild: return try await rebuild(event, at: now)
            }
        }
        guard wish == .newest else { return built }
        return try await renewFile(event, when: .older) ?? built
    }

    private enum Standing: Sendable {
        case current, changed, needsRebuild
    }

    private func standing(_ event: EventID) async throws(StoreError) -> Standing {
        let folder = folder(event)
        return try await database.snapshot { connection in
            let revisions = try connection.first(
                "SELECT revision, built_revision FROM event WHERE id = ?",
                [.id(event)]
            ) { (newest: try $0.integer(0), built: try $0.integer(1)) }
            guard let revisions else { throw StoreError.notFound(.event) }
            let isChanged = revisions.newest != revisions.built
            guard let base = try ManifestBase.of(event, connection) else {
                // Built by an earlier program: true as long as nothing changes.
                let stored = try Self.stored(event, folder, connection)
                let isWhole = stored.map { folder.hasFile($0.fileVersion) } ?? false
                return isChanged || !isWhole ? .needsRebuild : .current
            }
            if base.needsRebuild || !folder.hasFile(base.fileVersion) { return .needsRebuild }
            return isChanged ? .changed : .current
        }
    }

    func specimenCodes(_ event: EventID) async throws(StoreError) -> SpecimenCodes {
        SpecimenCodes(
            keys: try await keys.eventKeys(event),
            codes: TicketCodes(keys.seasonKeys)
        )
    }

    /// Signs what `base` holds as `version` and makes it the newest.
    ///
    /// - Returns: `nil` if another build was faster; then nothing was written.
    func publish(
        _ source: ManifestSource,
        _ base: ManifestBase,
        by signers: SeasonSigners,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> ManifestVersion? {
        let version = source.version + 1
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
        guard changed == 1 else { return nil }
        let metadata = metadata(source, base, signers, version: version, created: now)
        let built = ManifestVersion(
            event: source.event,
            version: version,
            created: now,
            envelope: Self.signed(metadata, by: signers.manifest),
            fileVersion: base.fileVersion,
            path: folder(source.event).file(base.fileVersion),
            bytes: base.bytes,
            tickets: base.tickets - Int64(source.specimens.tickets.count),
            codes: base.codes - Int64(source.specimens.codes.count)
        )
        try connection.run(
            """
            INSERT INTO manifest(event, version, revision, created, bytes, tickets, codes,
                envelope) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(source.event), .integer(version), .integer(source.revision), .time(now),
                .integer(base.bytes), .integer(built.tickets), .integer(built.codes),
                .blob(built.envelope),
            ]
        )
        try connection.run(
            "DELETE FROM manifest WHERE event = ? AND version <= ?",
            [.id(source.event), .integer(version - StoreLimits.manifestVersionsKept)]
        )
        return built
    }

    private func metadata(
        _ source: ManifestSource,
        _ base: ManifestBase,
        _ signers: SeasonSigners,
        version: Int64,
        created: Timestamp
    ) -> ManifestMetadata {
        ManifestMetadata(
            event: source.event,
            version: version,
            created: created,
            staleAfter: created + Self.staleAfter,
            expires: source.ends + KeyRing.eventGrace,
            content: base.content.content,
            fileVersion: base.fileVersion,
            fileBytes: base.bytes,
            fileHash: base.fileHash,
            trustMin: max(source.trustMin, signers.manifestTrustMin),
            tickets: base.tickets,
            codes: base.codes
        )
    }

    static func signed(_ metadata: ManifestMetadata, by key: SigningKey) -> [UInt8] {
        Envelope(.manifest, payload: metadata.payload, signedBy: [key]).json
    }
}
