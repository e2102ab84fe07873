import DatabaseSQLite
import Foundation
import Platform
import Sodium
package import TicketModel

/// Writes everything that a data directory holds, besides the master key, into one file.
///
/// The database is copied from one snapshot, so servers and gates go on meanwhile.
package struct Backup: Sendable {
    private let data: CentralData

    package init(of data: CentralData) {
        self.data = data
    }

    package struct Outcome: Hashable, Sendable {
        package let files: Int
        package let bytes: Int64
    }

    /// - Throws: `.backup(.exists)` if there is such a file; `.file`; `.database`.
    package func write(to path: String, at now: Timestamp) async throws(StoreError) -> Outcome {
        guard !FileManager.default.fileExists(atPath: path) else { throw .backup(.exists(path)) }
        guard let database = data.database as? SQLiteDatabase else {
            throw .file("only SQLite databases are backed up: use the tools of the server")
        }
        let copy = "\(path).\(ProcessInfo.processInfo.processIdentifier).db"
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
        defer {
            for leftover in [copy, temporary] {
                // Leftovers take space and do no other harm.
                try? FileManager.default.removeItem(atPath: leftover)
            }
        }
        do {
            // Made first, so that nobody else may read what is copied into it.
            try AtomicFile.write([], to: copy, mode: 0o600)
            try database.copy(to: copy)
            var sources = [(CentralData.databaseName, copy)]
            let settings = "\(data.directory)/\(CentralData.settingsName)"
            if FileManager.default.fileExists(atPath: settings) {
                sources.append((CentralData.settingsName, settings))
            }
            sources += manifests()
            let list = BackupFile.List(
                created: now,
                entries: try sources.map { try BackupFile.entry($0.0, at: $0.1) }
            )
            try Self.write(list, sources.map(\.1), to: temporary, sealedBy: data.keys.vault)
            try AtomicFile.sync(file: temporary)
            try AtomicFile.rename(temporary, to: path)
            return Outcome(
                files: list.entries.count,
                bytes: list.entries.reduce(0) { $0 + $1.bytes }
            )
        } catch let error as FileError { throw .file(error.description) } catch let error
            as CocoaError
        { throw .file(error.localizedDescription) } catch { throw StoreError(error) }
    }

    /// Manifest files never change once they have their name; which are missing is built anew.
    private func manifests() -> [(String, String)] {
        let root = "\(data.directory)/\(CentralData.manifestsName)"
        // A folder that cannot be listed has nothing that could not be built anew.
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        return names.sorted().compactMap { name in
            let inside = "\(CentralData.manifestsName)/\(name)"
            return BackupFile.isName(inside) ? (inside, "\(root)/\(name)") : nil
        }
    }

    private static func write(
        _ list: BackupFile.List,
        _ paths: [String],
        to target: String,
        sealedBy vault: KeyVault
    ) throws {
        let json = list.json
        let seal = BackupFile.seal(of: json, by: vault.masterKey)
        let head = Array("\(BackupFile.title)\n".utf8) + json + [0x0A] + seal
        try AtomicFile.write(head, to: target, mode: 0o600)
        let output = try FileHandle(forWritingTo: URL(filePath: target))
        try output.seekToEnd()
        for (entry, path) in zip(list.entries, paths) {
            let input = try FileHandle(forReadingFrom: URL(filePath: path))
            var left = entry.bytes
            while left > 0 {
                let wanted = Int(min(left, Int64(BackupFile.chunkBytes)))
                guard let chunk = try input.read(upToCount: wanted), !chunk.isEmpty else {
                    throw StoreError.file("\(path) became shorter while it was read")
                }
                try output.write(contentsOf: chunk)
                left -= Int64(chunk.count)
            }
            try input.close()
        }
        try output.close()
    }
}
