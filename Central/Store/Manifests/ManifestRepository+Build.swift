import Database
import DatabaseSQLite
import ManifestFormat
import Platform
import TicketModel

extension ManifestRepository {
    enum Growth: Sendable {
        case grown(ManifestVersion)
        /// Another build was faster.
        case current
        /// Too much has changed, or the file is gone.
        case needsRebuild
    }

    /// Makes the next version out of the newest one and what was touched since.
    ///
    /// One transaction reads, compares and publishes: nothing can change in between, and a crash
    /// leaves the version before.
    func grow(_ event: EventID, at now: Timestamp) async throws(StoreError) -> Growth {
        let codes = try await specimenCodes(event)
        let signers = try await keys.signers(at: now)
        let folder = folder(event)
        return try await database.transaction { central in
            guard let base = try ManifestBase.of(event, central), !base.needsRebuild,
                folder.hasFile(base.fileVersion)
            else { return .needsRebuild }
            let isBuilt = try central.first(
                "SELECT 1 FROM event WHERE id = ? AND revision = built_revision",
                [.id(event)]
            ) { _ in true }
            if isBuilt != nil { return .current }
            let touched = try central.first(
                "SELECT count(*) FROM manifest_change WHERE event = ?",
                [.id(event)]
            ) { try $0.integer(0) }
            guard (touched ?? 0) <= StoreLimits.deltaChangesMax else { return .needsRebuild }
            let source = try ManifestSource(event, codes, central)
            let file = try SQLiteDatabase.openReadOnly(folder.file(base.fileVersion))
            defer {
                // Nothing was written, so nothing can be lost by a failing close.
                try? file.close()
            }
            return try file.readBlocking { file in
                var growth = ManifestGrowth(source, from: base, central, file: file)
                try growth.run()
                try growth.store(version: source.version + 1)
                let built = try publish(source, growth.base, by: signers, at: now, central)
                return built.map { .grown($0) } ?? .current
            }
        }
    }

    /// Writes the whole manifest anew, under the next version; no delta leads to it.
    func rebuild(_ event: EventID, at now: Timestamp) async throws(StoreError) -> ManifestVersion? {
        let folder = folder(event)
        try folder.make()
        guard let lock = try FolderLock(folder.path) else { return nil }
        defer { lock.release() }
        folder.sweep()
        let codes = try await specimenCodes(event)
        let signers = try await keys.signers(at: now)
        // What is touched from here on is noted, and is in the next version at the latest.
        try await database.transaction { try ManifestBase.begin(event, $0) }
        let temporary = folder.newTemporary()
        let file = ManifestFile(path: temporary)
        do throws(StoreError) {
            let source = try await file.write(event, codes, from: database)
            let sum = try await file.sum()
            let base = ManifestBase(
                fileVersion: source.version + 1,
                bytes: sum.bytes,
                fileHash: sum.hash,
                content: sum.content,
                tickets: sum.tickets,
                codes: sum.codes,
                deltaFrom: source.version + 1,
                needsRebuild: false
            )
            // The rename stands inside the transaction: a crash before the commit leaves a file
            // that no row names and that the next build replaces.
            let built = try await database.transaction { connection -> ManifestVersion? in
                guard
                    let built = try publish(source, base, by: signers, at: now, connection)
                else { return nil }
                try base.store(event, connection)
                try connection.run("DELETE FROM manifest_row WHERE event = ?", [.id(event)])
                try Self.rename(temporary, to: built.path)
                return built
            }
            if built == nil { folder.remove(temporary) }
            folder.removeOld()
            return built
        } catch {
            folder.remove(temporary)
            throw error
        }
    }

    static func rename(_ temporary: String, to path: String) throws {
        do throws(FileError) { try AtomicFile.rename(temporary, to: path) } catch {
            throw StoreError.file(error.description)
        }
    }
}
