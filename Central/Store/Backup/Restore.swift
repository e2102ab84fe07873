import Database
import DatabaseSQLite
import Encodings
import Foundation
import Glibc
import Platform
package import Sodium
package import TicketModel

/// Makes a data directory out of a backup.
package struct Restore: Sendable {
    /// How far version numbers jump: more than central can have given out since the backup.
    package enum Advance: Hashable, Sendable {
        /// A thousand, and ten for every second since the backup.
        case bySeconds
        case by(Int64)
        /// Not at all: only where nothing was served since, as when a machine is replaced.
        case none

        func jump(since created: Timestamp, at now: Timestamp) -> Int64 {
            switch self {
            case .bySeconds:
                1000 + 10 * max(0, (now.milliseconds - created.milliseconds) / 1000)
            case .by(let jump): jump
            case .none: 0
            }
        }
    }

    package struct Outcome: Hashable, Sendable {
        package let created: Timestamp
        package let files: Int
        package let jump: Int64
        /// The trust list in force now; `nil` if offline roots must sign the next one first.
        package let trust: Int64?
        package let events: Int
    }

    let path: String
    let masterKey: SecretKey

    package init(path: String, masterKey: SecretKey) {
        self.path = path
        self.masterKey = masterKey
    }

    /// Checks everything first; the directory gets its name last.
    ///
    /// - Parameter keepsKey: writes the master key to `DIR/master.key`.
    /// - Throws: `.backup` with the reason; `.wrongMasterKey`; then there is no directory.
    package func run(
        into directory: String,
        advance: Advance,
        keepsKey: Bool,
        at now: Timestamp
    ) async throws(StoreError) -> Outcome {
        let files = FileManager.default
        var directory = directory
        // A slash at the end would put the folder that is filled into the one that is to be made.
        while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        // A folder that cannot be listed is not there, or not ours: making it will tell.
        let present = (try? files.contentsOfDirectory(atPath: directory)) ?? []
        guard present.isEmpty else { throw .backup(.notEmpty(directory)) }
        let temporary = "\(directory).restoring"
        guard !files.fileExists(atPath: temporary) else { throw .backup(.leftover(temporary)) }
        do {
            let outcome = try await fill(temporary, advance, keepsKey: keepsKey, at: now)
            // Only ever removes an empty folder.
            if files.fileExists(atPath: directory), rmdir(directory) != 0 {
                throw BackupFault.notEmpty(directory)
            }
            try AtomicFile.rename(temporary, to: directory)
            return outcome
        } catch {
            // What was unpacked in vain only takes space.
            try? files.removeItem(atPath: temporary)
            switch error {
            case let error as BackupFault: throw .backup(error)
            case let error as FileError: throw .file(error.description)
            case let error as CocoaError: throw .file(error.localizedDescription)
            default: throw StoreError(error)
            }
        }
    }

    private func fill(
        _ directory: String,
        _ advance: Advance,
        keepsKey: Bool,
        at now: Timestamp
    ) async throws -> Outcome {
        let list = try unpack(into: directory, withManifests: advance == .none)
        if keepsKey {
            try MasterKey.write(masterKey, to: "\(directory)/\(MasterKey.fileName)")
        }
        try await check("\(directory)/\(CentralData.databaseName)")
        let data = try await CentralData.open(
            directory: directory,
            masterKey: masterKey,
            at: now
        )
        let jump = advance.jump(since: list.created, at: now)
        let trust = try await data.advance(by: jump, at: now)
        let events = try await data.database.snapshot { connection in
            try connection.first("SELECT count(*) FROM event") { try $0.number(0, as: Int.self) }
        }
        try data.close()
        return Outcome(
            created: list.created,
            files: list.entries.count,
            jump: jump,
            trust: trust,
            events: events ?? 0
        )
    }

    private func check(_ path: String) async throws {
        let database = try SQLiteDatabase.open(path)
        let words = try await database.read { connection in
            try connection.rows("PRAGMA quick_check") { try $0.text(0) }
        }
        try database.close()
        guard words == ["ok"] else {
            throw BackupFault.brokenDatabase(words.first ?? "no answer")
        }
    }

    /// Reads the list, holds it against its seal, then writes every file and checks its hash.
    private func unpack(
        into directory: String,
        withManifests: Bool
    ) throws -> BackupFile.List {
        let input = try FileHandle(forReadingFrom: URL(filePath: path))
        defer {
            // Nothing was written: a failing close loses nothing.
            try? input.close()
        }
        var reader = BackupReader(input)
        guard try reader.line(bytesMax: 64) == Array(BackupFile.title.utf8) else {
            throw BackupFault.notABackup
        }
        let json = try reader.line(bytesMax: BackupFile.listBytesMax)
        let seal = try reader.bytes(32)
        guard Sodium.isEqual(seal, BackupFile.seal(of: json, by: masterKey)) else {
            throw BackupFault.wrongSeal
        }
        let list = try BackupFile.List(json: json)
        try FileManager.default.createDirectory(
            atPath: "\(directory)/\(CentralData.manifestsName)",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for entry in list.entries {
            let isManifest = entry.name.contains("/")
            let target = isManifest && !withManifests ? nil : "\(directory)/\(entry.name)"
            if isManifest, let target {
                try FileManager.default.createDirectory(
                    atPath: String(
                        target.prefix(upTo: target.lastIndex(of: "/") ?? target.endIndex)
                    ),
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            }
            try reader.copy(entry, to: target)
        }
        guard try reader.isAtEnd(),
            list.entries.contains(where: { $0.name == CentralData.databaseName })
        else { throw BackupFault.notABackup }
        return list
    }
}

/// Reads a backup from front to back.
private struct BackupReader {
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    private mutating func fill() throws -> Bool {
        guard let chunk = try handle.read(upToCount: BackupFile.chunkBytes), !chunk.isEmpty else {
            return false
        }
        buffer = buffer[start...] + [UInt8](chunk)
        start = 0
        return true
    }

    mutating func line(bytesMax: Int) throws -> [UInt8] {
        while true {
            if let end = buffer[start...].firstIndex(of: 0x0A) {
                let line = Array(buffer[start..<end])
                start = end + 1
                return line
            }
            guard buffer.count - start <= bytesMax, try fill() else {
                throw BackupFault.notABackup
            }
        }
    }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count - start < count {
            guard try fill() else { throw BackupFault.notABackup }
        }
        let bytes = Array(buffer[start..<start + count])
        start += count
        return bytes
    }

    mutating func isAtEnd() throws -> Bool {
        guard buffer.count == start else { return false }
        return try !fill()
    }

    /// Writes one file, or, without a path, only checks it.
    mutating func copy(_ entry: BackupFile.Entry, to path: String?) throws {
        var output: FileHandle?
        if let path {
            try AtomicFile.write([], to: path, mode: 0o600)
            output = try FileHandle(forWritingTo: URL(filePath: path))
        }
        var hasher = Hash.Hasher()
        var left = entry.bytes
        while left > 0 {
            if buffer.count == start, try !fill() { throw BackupFault.notABackup }
            let count = Int(min(left, Int64(buffer.count - start)))
            let piece = Array(buffer[start..<start + count])
            start += count
            left -= Int64(count)
            hasher.update(piece)
            try output?.write(contentsOf: piece)
        }
        try output?.synchronize()
        try output?.close()
        guard hasher.finish() == entry.hash else { throw BackupFault.altered(entry.name) }
    }
}
