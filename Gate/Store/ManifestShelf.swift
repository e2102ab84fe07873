import Glibc
package import ManifestFormat
import Platform
import Synchronization
package import TicketModel
package import TrustFormat

/// Holds the manifest in service and puts verified new ones in its place while scans go on.
///
/// On disk a version is two files, `<version>.sqlite` and its signed `<version>.json`. The second
/// is written last, so that a crash at any instant leaves whole versions only.
package final class ManifestShelf: Sendable {
    /// A million tickets take about 100 MB.
    package static let fileBytesMax: Int64 = 2 << 30

    private let folder: String
    private let event: EventID
    private let journal: Journal
    private let inService = Mutex<ManifestFile?>(nil)

    /// - Parameters:
    ///   - folder: where versions are kept; it must exist.
    ///   - journal: remembers the highest version, so that replacing the files does not reset it.
    package init(folder: String, event: EventID, journal: Journal) {
        self.folder = folder
        self.event = event
        self.journal = journal
    }

    /// The manifest that scans are decided by; one scan uses one.
    package var current: ManifestFile? { inService.withLock { $0 } }

    /// Takes the stored manifest into service after a start; `nil` if none is stored.
    ///
    /// - Throws: `ManifestRefusal` if the newest one stored cannot be believed any more. The gate
    ///   then has none until it has synced: an older version would be a rollback.
    package func restore(trust: TrustList) throws(ManifestRefusal) -> ManifestFile? {
        guard let version = storedVersions().max() else { return nil }
        let verifier = ManifestVerifier(trust: trust, event: event)
        let metadata = try verifier.metadata(
            try envelope(at: metadataPath(version)),
            highest: try highest()
        )
        let file = try verifier.file(filePath(version), metadata: metadata, depth: .fileHash)
        try putInService(file)
        return file
    }

    /// Checks metadata that central offers; `nil` if that version is in service already.
    package func offered(
        _ envelope: Envelope,
        trust: TrustList
    ) throws(ManifestRefusal) -> ManifestMetadata? {
        let metadata = try ManifestVerifier(trust: trust, event: event)
            .metadata(envelope, highest: try highest())
        guard let current, current.metadata.version == metadata.version else { return metadata }
        guard current.metadata.fileHash == metadata.fileHash else {
            throw .versionReused(metadata.version)
        }
        return nil
    }

    /// Where a download is to be written.
    package var downloadPath: String { "\(folder)/download.tmp" }

    /// Verifies the download and puts it in the place of the manifest in service.
    ///
    /// Blocks for as long as a million rows take to hash: not to be called where scans wait.
    ///
    /// - Throws: `ManifestRefusal`; then the download is gone and the old manifest still in
    ///   service.
    @discardableResult
    package func install(
        _ envelope: Envelope,
        trust: TrustList
    ) throws(ManifestRefusal) -> ManifestFile {
        do throws(ManifestRefusal) {
            let verifier = ManifestVerifier(trust: trust, event: event)
            let metadata = try verifier.metadata(envelope, highest: try highest())
            _ = try verifier.file(downloadPath, metadata: metadata, depth: .content)
            try store(metadata.version, envelope)
            // Opened again by its final name, under which SQLite knows it from now on.
            let file = try verifier.file(
                filePath(metadata.version),
                metadata: metadata,
                depth: .fileHash
            )
            try putInService(file)
            return file
        } catch {
            unlink(downloadPath)
            throw error
        }
    }

    private func store(_ version: Int64, _ envelope: Envelope) throws(ManifestRefusal) {
        do throws(FileError) {
            try AtomicFile.sync(file: downloadPath)
            try AtomicFile.rename(downloadPath, to: filePath(version))
            try AtomicFile.write(envelope.json, to: metadataPath(version), mode: 0o600)
        } catch { throw .file(error.description) }
    }

    private func putInService(_ file: ManifestFile) throws(ManifestRefusal) {
        do throws(StorageFault) {
            try journal.raiseManifestVersion(file.metadata.version, of: event)
        } catch { throw .storage(error) }
        inService.withLock { $0 = file }
        for version in storedVersions() where version < file.metadata.version {
            unlink(metadataPath(version))
            unlink(filePath(version))
        }
    }

    private func highest() throws(ManifestRefusal) -> Int64 {
        do throws(StorageFault) {
            return try journal.manifestVersion(of: event)
        } catch { throw .storage(error) }
    }

    private func envelope(at path: String) throws(ManifestRefusal) -> Envelope {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try AtomicFile.read(path, bytesMax: 1 << 20)
        } catch { throw .file(error.description) }
        do throws(EnvelopeError) {
            return try Envelope(json: bytes)
        } catch { throw .envelope(error) }
    }

    private func filePath(_ version: Int64) -> String { "\(folder)/\(version).sqlite" }
    private func metadataPath(_ version: Int64) -> String { "\(folder)/\(version).json" }

    private func storedVersions() -> [Int64] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var versions: [Int64] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".json"), let version = Int64(name.dropLast(5)) else { continue }
            versions.append(version)
        }
        return versions
    }
}
