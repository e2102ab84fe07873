import Glibc
import Platform

/// The manifest files in a gate's folder: `<version>.sqlite`, or `<version>-<n>.sqlite` where that
/// name is taken, with SQLite's log and index beside it.
struct ManifestFiles: Sendable {
    private static let suffix = ".sqlite"
    private static let besides = ["", "-wal", "-shm", "-journal"]

    let folder: String

    var downloadPath: String { "\(folder)/download.tmp" }

    /// The file that was put into service last.
    var newest: String? { names.max { Self.order($0) < Self.order($1) }.map { "\(folder)/\($0)" } }

    /// Gives the finished download its name; it is on disk before it has one.
    func keepDownload(as version: Int64) throws(ManifestRefusal) -> String {
        var name = "\(version)\(Self.suffix)"
        let taken = Set(names)
        var number = 1
        // A version that is downloaded again must not take the name of the file in use.
        while taken.contains(name) {
            name = "\(version)-\(number)\(Self.suffix)"
            number += 1
        }
        let path = "\(folder)/\(name)"
        do throws(FileError) {
            try AtomicFile.sync(file: downloadPath)
            try AtomicFile.rename(downloadPath, to: path)
        } catch { throw .file(error.description) }
        return path
    }

    func removeDownload() {
        for beside in Self.besides { unlink(downloadPath + beside) }
    }

    /// Removes what is not in service any more; who still reads an old file keeps it until the end.
    func removeAll(but kept: String) {
        for name in names where "\(folder)/\(name)" != kept {
            for beside in Self.besides { unlink("\(folder)/\(name)\(beside)") }
        }
    }

    private static func order(_ name: String) -> (Int64, Int64) {
        let parts = name.dropLast(suffix.count).split(separator: "-")
        let numbers = parts.compactMap { Int64($0) }
        return (numbers.first ?? -1, numbers.count > 1 ? numbers[1] : 0)
    }

    private var names: [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(Self.suffix), Self.order(name).0 > 0 { names.append(name) }
        }
        return names
    }
}
