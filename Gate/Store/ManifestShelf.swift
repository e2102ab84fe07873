import GRDB
import Glibc
package import ManifestFormat
import Platform
import Synchronization
package import TicketModel
package import TrustFormat

/// Holds the manifest in service and puts verified new versions in its place while scans go on.
///
/// On disk it is one SQLite file, named by the version that was downloaded. Deltas change it within
/// transactions; which version it holds by now, its `local` table says. Scans use snapshots, see
/// ``ManifestFile``; what changes the file runs one after another.
package final class ManifestShelf: Sendable {
    /// A million tickets take about 200 MB.
    package static let fileBytesMax: Int64 = 2 << 30

    private let files: ManifestFiles
    private let event: EventID
    private let journal: Journal
    private let state = Mutex(State())
    /// Held by whoever changes the file.
    private let changing = Mutex(())

    private struct State {
        var file: ManifestFile?
        var writer: ManifestWriter?
        var barcodeKey: [UInt8]?
        var specimens: [Specimen: String] = [:]
        var trust: TrustList?
        var report = SpecimenReport()
    }

    /// - Parameters:
    ///   - folder: where versions are kept; it must exist.
    ///   - journal: remembers the highest version, so that replacing the files does not reset it.
    package init(folder: String, event: EventID, journal: Journal) {
        files = ManifestFiles(folder: folder)
        self.event = event
        self.journal = journal
    }

    /// The manifest that scans are decided by; one scan uses one.
    package var current: ManifestFile? { state.withLock { $0.file } }

    /// How this gate decides the specimens of ``current``.
    package var specimens: SpecimenReport { state.withLock { $0.report } }

    /// The event's key for static codes: with it, the specimen that has one can be checked too.
    package func use(barcodeKey: [UInt8]) {
        let held = state.withLock { state in
            state.barcodeKey = barcodeKey
            return state
        }
        guard let file = held.file, let trust = held.trust else { return }
        do throws(ManifestRefusal) {
            let report = try report(file, held.specimens, trust)
            state.withLock { $0.report = report }
        } catch {
            // A manifest that cannot be read tells so with every scan.
        }
    }

    /// Takes the stored manifest into service after a start; `nil` if none is stored.
    ///
    /// Every row is read again: a file that was damaged while the gate was off must not decide.
    ///
    /// - Throws: `ManifestRefusal` if the newest one stored cannot be believed any more. The gate
    ///   then has none until it has synced: an older version would be a rollback.
    package func restore(trust: TrustList) throws(ManifestRefusal) -> ManifestFile? {
        try alone { () throws(ManifestRefusal) -> ManifestFile? in
            guard let path = files.newest else { return nil }
            let verifier = ManifestVerifier(trust: trust, event: event)
            let writer = try ManifestWriter(path)
            let local = try writer.local()
            let metadata = try verifier.metadata(local.envelope, highest: try highest())
            let sums = try verifier.sums(path, metadata)
            guard sums == local.content else { throw .content }
            return try putInService(writer, metadata, verifier)
        }
    }

    /// Checks metadata that central offers; `nil` if that version is in service already.
    package func offered(
        _ envelope: Envelope,
        trust: TrustList
    ) throws(ManifestRefusal) -> ManifestMetadata? {
        let metadata = try ManifestVerifier(trust: trust, event: event)
            .metadata(envelope, highest: try highest())
        guard let current, current.metadata.version == metadata.version else { return metadata }
        guard current.metadata.content == metadata.content else {
            throw .versionReused(metadata.version)
        }
        return nil
    }

    /// Where a download is to be written.
    package var downloadPath: String { files.downloadPath }

    /// Verifies the download and puts it in the place of the manifest in service.
    ///
    /// Blocks for as long as a million rows take to hash: not to be called where scans wait.
    ///
    /// - Parameters:
    ///   - envelope: the metadata that names the file.
    ///   - delta: leads on from the file, if the metadata is of a later version than it holds.
    /// - Throws: `ManifestRefusal`; then the download is gone and the old manifest still in
    ///   service.
    @discardableResult
    package func install(
        _ envelope: Envelope,
        delta: ManifestDelta? = nil,
        trust: TrustList
    ) throws(ManifestRefusal) -> ManifestFile {
        try alone { () throws(ManifestRefusal) -> ManifestFile in
            do throws(ManifestRefusal) {
                let verifier = ManifestVerifier(trust: trust, event: event)
                let (version, metadata) = try prepare(envelope, delta, verifier)
                let path = try files.keepDownload(as: version)
                return try putInService(try ManifestWriter(path), metadata, verifier)
            } catch {
                files.removeDownload()
                throw error
            }
        }
    }

    /// Makes the download a whole, sealed file that may come into service.
    private func prepare(
        _ envelope: Envelope,
        _ delta: ManifestDelta?,
        _ verifier: ManifestVerifier
    ) throws(ManifestRefusal) -> (version: Int64, metadata: ManifestMetadata) {
        let path = files.downloadPath
        let highest = try highest()
        let named = try verifier.metadata(envelope, highest: delta == nil ? highest : 0)
        try verifier.received(path, named)
        var metadata = named
        let writer = try ManifestWriter(path)
        if let delta {
            metadata = try verifier.metadata(delta.envelope, highest: highest)
            guard metadata.version >= named.version else { throw .wrongDelta }
            try writer.change(delta.changes)
        } else if named.fileVersion != named.version {
            throw .wrongDelta
        }
        let sums = try verifier.sums(path, metadata)
        // The reader is gone when this returns: it would keep the log from being emptied.
        try examine(path, metadata, verifier)
        try writer.seal(delta?.envelope ?? envelope, sums)
        try writer.close()
        return (metadata.version, metadata)
    }

    /// Applies a delta to the manifest in service; scans go on by the version before until it is
    /// there as a whole.
    ///
    /// - Throws: `ManifestRefusal`; then the manifest is as it was.
    @discardableResult
    package func apply(
        _ delta: ManifestDelta,
        trust: TrustList
    ) throws(ManifestRefusal) -> ManifestFile {
        try alone { () throws(ManifestRefusal) -> ManifestFile in
            let verifier = ManifestVerifier(trust: trust, event: event)
            let metadata = try verifier.metadata(delta.envelope, highest: try highest())
            let held = state.withLock { ($0.file, $0.writer) }
            guard let file = held.0, let writer = held.1 else { throw .nothingHeld }
            try writer.apply(delta, metadata: metadata, held: file.metadata) {
                database throws(ManifestRefusal) in
                let (file, codes) = try verifier.manifest(database, metadata)
                try approve(try report(file, codes, trust))
            }
            let applied = try putInService(writer, metadata, verifier)
            // Readers of the version before may still hold the log; then the next delta tries.
            guard try writer.checkpoint() else { return applied }
            return try putInService(writer, metadata, verifier)
        }
    }

    private func report(
        _ file: ManifestFile,
        _ codes: [Specimen: String],
        _ trust: TrustList
    ) throws(ManifestRefusal) -> SpecimenReport {
        let barcodeKey = state.withLock { $0.barcodeKey }
        do throws(StorageFault) {
            return try SpecimenReport(file, codes: codes, trust: trust, barcodeKey: barcodeKey)
        } catch { throw .notReadable(error) }
    }

    private func examine(
        _ path: String,
        _ metadata: ManifestMetadata,
        _ verifier: ManifestVerifier
    ) throws(ManifestRefusal) {
        let (file, codes) = try verifier.manifest(try ManifestFile.open(path), metadata)
        try approve(try report(file, codes, verifier.trust))
    }

    private func approve(_ report: SpecimenReport) throws(ManifestRefusal) {
        if let (specimen, verdict) = report.wrong { throw .specimen(specimen, verdict) }
    }

    private func putInService(
        _ writer: ManifestWriter,
        _ metadata: ManifestMetadata,
        _ verifier: ManifestVerifier
    ) throws(ManifestRefusal) -> ManifestFile {
        let (file, codes) = try verifier.manifest(try ManifestFile.open(writer.path), metadata)
        let report = try report(file, codes, verifier.trust)
        try approve(report)
        do throws(StorageFault) {
            try journal.raiseManifestVersion(metadata.version, of: event)
        } catch { throw .storage(error) }
        state.withLock { state in
            state.file = file
            state.writer = writer
            state.specimens = codes
            state.trust = verifier.trust
            state.report = report
        }
        files.removeAll(but: writer.path)
        return file
    }

    private func highest() throws(ManifestRefusal) -> Int64 {
        do throws(StorageFault) {
            return try journal.manifestVersion(of: event)
        } catch { throw .storage(error) }
    }

    /// One change at a time, however many ask.
    private func alone<Value>(
        _ work: () throws(ManifestRefusal) -> Value
    ) throws(ManifestRefusal) -> Value {
        try changing.withLock { _ throws(ManifestRefusal) in try work() }
    }
}
