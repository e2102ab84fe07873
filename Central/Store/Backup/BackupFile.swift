import Encodings
import Foundation
import Sodium
import TicketModel

/// The one file of a backup: a title, a list of what follows, its seal, then all files in a row.
///
/// The seal is a keyed hash over the list, under a key made from the master key; the list holds
/// the hash of every file. So whoever opens it knows that it is whole, and made with this key.
struct BackupFile {
    static let title = "stile-backup 1"
    /// Bytes of the list: tens of thousands of manifests fit.
    static let listBytesMax = 16 << 20
    static let chunkBytes = 1 << 20
    private static let keyContext = Array("st1/backup-key\0".utf8)
    private static let context = Array("st1/backup\0".utf8)

    /// A file inside.
    struct Entry: Hashable, Sendable {
        let name: String
        let bytes: Int64
        let hash: [UInt8]
    }

    /// What stands before the files.
    struct List: Hashable, Sendable {
        let created: Timestamp
        let entries: [Entry]

        var json: [UInt8] {
            JSONValue.object([
                .init("v", .integer(1)),
                .init("created", .integer(created.milliseconds)),
                .init(
                    "files",
                    .array(
                        entries.map {
                            .object([
                                .init("name", .string($0.name)), .init("size", .integer($0.bytes)),
                                .init("hash", .string(Hex.encode($0.hash))),
                            ])
                        }
                    )
                ),
            ]).encoded
        }

        init(created: Timestamp, entries: [Entry]) {
            self.created = created
            self.entries = entries
        }

        init(json: [UInt8]) throws(BackupFault) {
            do {
                let fields = try JSONFields(
                    JSONReader.read(json, bytesMax: BackupFile.listBytesMax)
                )
                try fields.requireVersion1()
                created = Timestamp(milliseconds: try fields.integer("created"))
                entries = try fields.array("files").map { value in
                    let entry = try JSONFields(value)
                    let bytes = try entry.integer("size")
                    guard bytes >= 0 else { throw BackupFault.notABackup }
                    return Entry(
                        name: try entry.parsed("name") { BackupFile.isName($0) ? $0 : nil },
                        bytes: bytes,
                        hash: try entry.parsed("hash") { Hex.decode($0) }
                    )
                }
            } catch { throw .notABackup }
        }
    }

    /// Names that a backup may hold: no file may land anywhere else.
    static func isName(_ name: String) -> Bool {
        if name == CentralData.databaseName || name == CentralData.settingsName { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == CentralData.manifestsName,
            EventID(hex: String(parts[1])) != nil, parts[2].hasSuffix(".sqlite")
        else { return false }
        let version = parts[2].dropLast(".sqlite".count)
        return !version.isEmpty && version.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    static func seal(of list: [UInt8], by masterKey: SecretKey) -> [UInt8] {
        let key = Hash.b2(32, keyContext, key: masterKey.bytes)
        return Hash.b2(32, context, list, key: key)
    }

    /// Size and hash of a file on disk.
    static func entry(_ name: String, at path: String) throws -> Entry {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        defer {
            // Nothing was written: a failing close loses nothing.
            try? handle.close()
        }
        var hasher = Hash.Hasher()
        var bytes: Int64 = 0
        while let chunk = try handle.read(upToCount: chunkBytes), !chunk.isEmpty {
            hasher.update([UInt8](chunk))
            bytes += Int64(chunk.count)
        }
        return Entry(name: name, bytes: bytes, hash: hasher.finish())
    }
}

/// Why a backup cannot be used.
package enum BackupFault: Error, Hashable, Sendable {
    /// The file is no backup of this version, or is cut short.
    case notABackup
    /// The list of files was altered, or another master key made it.
    case wrongSeal
    /// A file inside is not the one that was backed up.
    case altered(String)
    /// The database inside is broken.
    case brokenDatabase(String)
    /// The folder to restore into is not empty.
    case notEmpty(String)
    /// What an attempt that was cut short has left stands in the way.
    case leftover(String)
    /// There is such a file already; it was left alone.
    case exists(String)
}
