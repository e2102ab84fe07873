import Encodings
import Foundation
import Sodium
import TicketModel

/// Where the manifest files of one event stand, by their versions.
struct ManifestFolder: Sendable {
    private static let suffix = ".sqlite"
    private static let temporarySuffix = ".tmp"

    let path: String

    init(_ event: EventID, in directory: String) {
        path = "\(directory)/\(event.hex)"
    }

    func file(_ version: Int64) -> String { "\(path)/\(version)\(Self.suffix)" }

    func hasFile(_ version: Int64) -> Bool {
        version > 0 && FileManager.default.fileExists(atPath: file(version))
    }

    /// A name that nobody else uses.
    func newTemporary() -> String {
        path + "/" + Hex.encode(Sodium.randomBytes(8)) + Self.temporarySuffix
    }

    func make() throws(StoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch { throw .file("\(path): \(error.localizedDescription)") }
    }

    /// Removes what a killed build left behind; only whoever holds the lock may do so.
    func sweep() {
        for name in names where name.hasSuffix(Self.temporarySuffix) { remove("\(path)/\(name)") }
    }

    /// Removes files that nobody should ask for any more.
    func removeOld() {
        let versions = names.compactMap { name in
            name.hasSuffix(Self.suffix) ? Int64(name.dropLast(Self.suffix.count)) : nil
        }
        for version in versions.sorted().dropLast(StoreLimits.manifestsKept) {
            remove(file(version))
        }
    }

    func remove(_ path: String) {
        // A file that is gone already, or cannot be removed, does no harm but take space.
        try? FileManager.default.removeItem(atPath: path)
    }

    private var names: [String] {
        // A folder that cannot be listed only keeps more files than it should.
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }
}
