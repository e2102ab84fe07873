import GRDB
import Glibc
package import ManifestFormat
import Platform
import Sodium
package import TicketModel
package import TrustFormat

/// Checks a manifest file in the order of PROTOCOL 5.3, so that each step stands on the one before.
package struct ManifestVerifier: Sendable {
    let trust: TrustList
    private let event: EventID

    package init(trust: TrustList, event: EventID) {
        self.trust = trust
        self.event = event
    }

    /// The metadata, if a key believed it at its date.
    ///
    /// - Parameter highest: the highest version this gate ever held for the event.
    package func metadata(
        _ envelope: Envelope,
        highest: Int64
    ) throws(ManifestRefusal) -> ManifestMetadata {
        let metadata: ManifestMetadata
        do {
            let all = trust.keys.filter { $0.role == .manifest }.map(\.key)
            metadata = try ManifestMetadata(envelope, by: all)
        } catch { throw .envelope(error) }
        // The date that decides which keys may sign stands inside what they signed: the signature
        // is checked again with only those.
        let usable = trust.keys(for: .manifest, at: metadata.created)
        // A fault here can only be the key: all else was sound a moment ago.
        guard let believed = try? ManifestMetadata(envelope, by: usable), believed == metadata
        else { throw .keyNotUsable }
        guard metadata.event == event else { throw .otherEvent(metadata.event) }
        guard metadata.version >= highest else {
            throw .rollback(held: highest, offered: metadata.version)
        }
        guard metadata.trustMin <= trust.version else {
            throw .trustTooOld(needed: metadata.trustMin)
        }
        guard metadata.schema == ManifestSchema.version else {
            throw .schemaVersion(metadata.schema)
        }
        guard metadata.fileBytes <= ManifestShelf.fileBytesMax else {
            throw .tooLarge(metadata.fileBytes)
        }
        return metadata
    }

    /// Checks a file that `metadata` describes, with every row of it, and opens it: for tools, who
    /// have no shelf to put it on.
    package func file(
        _ path: String,
        metadata: ManifestMetadata
    ) throws(ManifestRefusal) -> ManifestFile {
        // Rows of an earlier version would give another content: say what is missing instead.
        guard metadata.fileVersion == metadata.version else { throw .wrongDelta }
        try received(path, metadata)
        _ = try sums(path, metadata)
        return try manifest(try ManifestFile.open(path), metadata).file
    }

    /// Checks a file as it came from outside: its bytes are those that were signed, and it holds
    /// the tables of the format and nothing that could run.
    func received(_ path: String, _ metadata: ManifestMetadata) throws(ManifestRefusal) {
        try Self.checkHash(path, metadata)
        _ = try content(try ManifestFile.open(path))
    }

    /// Checks every row of a file that nobody writes to, and gives its lane sums.
    func sums(_ path: String, _ metadata: ManifestMetadata) throws(ManifestRefusal) -> ContentHash {
        try ManifestContent.sums(path, metadata: metadata)
    }

    /// The manifest that a connection sees, and the codes of its specimens.
    func manifest(
        _ database: DatabaseQueue,
        _ metadata: ManifestMetadata
    ) throws(ManifestRefusal) -> (file: ManifestFile, specimens: [Specimen: String]) {
        let content = try content(database)
        guard content.meta[GatePolicy.MetaKey.event.rawValue] == event.hex else {
            throw .otherEvent(metadata.event)
        }
        guard let policy = GatePolicy(meta: content.meta) else { throw .policy }
        let file = try ManifestFile(
            metadata: metadata,
            policy: policy,
            eventName: content.meta[GatePolicy.MetaKey.eventName.rawValue] ?? "",
            access: content.access,
            database: database
        )
        var specimens: [Specimen: String] = [:]
        for specimen in Specimen.allCases { specimens[specimen] = content.meta[specimen.metaKey] }
        return (file, specimens)
    }

    private func content(_ database: DatabaseQueue) throws(ManifestRefusal) -> ManifestContent {
        do {
            return try database.unsafeRead { try ManifestContent($0) }
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .notReadable(StorageFault(error)) }
    }

    private static func checkHash(
        _ path: String,
        _ metadata: ManifestMetadata
    ) throws(ManifestRefusal) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var hasher = Hash.Hasher()
        var size: Int64 = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 {
                guard errno == EINTR else { throw .file(String(cString: strerror(errno))) }
                continue
            }
            if count == 0 { break }
            // Bytes 18 and 19 say 2 for a file in WAL mode, which SQLite would write beside.
            if size == 0, count >= 20, chunk[18] == 2 || chunk[19] == 2 {
                throw .schemaText("write-ahead log")
            }
            chunk.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            size += Int64(count)
            guard size <= metadata.fileBytes else { break }
        }
        guard size == metadata.fileBytes else {
            throw .fileSize(expected: metadata.fileBytes, found: size)
        }
        guard hasher.finish() == metadata.fileHash else { throw .fileHash }
    }
}
