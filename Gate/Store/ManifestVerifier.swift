import GRDB
import Glibc
package import ManifestFormat
import Platform
import Sodium
package import TicketModel
package import TrustFormat

/// Checks a manifest file in the order of PROTOCOL 5.3, so that each step stands on the one before.
package struct ManifestVerifier: Sendable {
    private let trust: TrustList
    private let event: EventID

    /// How much of the content is looked at.
    package enum Depth: Sendable {
        /// Every row: for a file that came from outside.
        case content
        /// The file's own hash only: for a file whose rows this gate has checked before it stored
        /// it. The hash is signed and covers every byte, so equal bytes hold equal rows.
        case fileHash
    }

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

    /// Checks the file that `metadata` describes, and opens it.
    package func file(
        _ path: String,
        metadata: ManifestMetadata,
        depth: Depth
    ) throws(ManifestRefusal) -> ManifestFile {
        try Self.checkHash(path, metadata)
        let database = try ManifestFile.open(path)
        let content: ManifestContent
        do {
            content = try database.unsafeRead { database in
                try ManifestContent(database, metadata: metadata, isHashed: depth == .content)
            }
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .notReadable(StorageFault(error)) }
        guard content.meta[GatePolicy.MetaKey.event.rawValue] == event.hex else {
            throw .otherEvent(metadata.event)
        }
        guard let policy = GatePolicy(meta: content.meta) else { throw .policy }
        return try ManifestFile(
            metadata: metadata,
            policy: policy,
            eventName: content.meta[GatePolicy.MetaKey.eventName.rawValue] ?? "",
            access: content.access,
            database: database
        )
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

/// What a file holds, read once while it is verified.
private struct ManifestContent {
    var meta: [String: String] = [:]
    var access: [ClassNumber: [AccessRow]] = [:]

    init(_ database: Database, metadata: ManifestMetadata, isHashed: Bool) throws {
        try Self.checkSchema(database)
        var hash = ContentHash()
        for table in ManifestTable.allCases {
            guard isHashed || table == .meta || table == .access else { continue }
            var count: Int64 = 0
            let columns = table.columns.joined(separator: ",")
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT \(columns) FROM \(table.rawValue)"
            )
            while let row = try rows.next() {
                count += 1
                let values = row.manifestValues
                if isHashed { hash.add(ManifestRow(table, values)) }
                try keep(values, of: table, count: count)
            }
            if isHashed, table == .ticket, count != metadata.tickets {
                throw ManifestRefusal.rowCount(.ticket)
            }
            if isHashed, table == .code, count != metadata.codes {
                throw ManifestRefusal.rowCount(.code)
            }
        }
        guard !isHashed || hash.content == metadata.content else { throw ManifestRefusal.content }
    }

    private mutating func keep(
        _ values: [ManifestValue],
        of table: ManifestTable,
        count: Int64
    ) throws {
        switch table {
        case .meta:
            guard case .text(let name) = values[0], case .text(let value) = values[1] else {
                throw ManifestRefusal.row(.meta)
            }
            meta[name] = value
        case .accessClass: break
        case .access:
            guard let row = AccessRow(values), count <= ManifestFile.accessRowsMax else {
                throw ManifestRefusal.row(.access)
            }
            access[row.accessClass, default: []].append(row)
        case .ticket:
            guard TicketRow(values) != nil else { throw ManifestRefusal.row(.ticket) }
        case .code:
            guard CodeRow(values) != nil else { throw ManifestRefusal.row(.code) }
        }
    }

    /// The schema, letter by letter: a trigger, a view, an index or one more column is refused.
    private static func checkSchema(_ database: Database) throws {
        var expected = Dictionary(uniqueKeysWithValues: ManifestSchema.tables)
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema"
        )
        while let row = try rows.next() {
            let name = row.text(1) ?? ""
            guard row.text(0) == "table", row.text(2) == name, let sql = expected[name],
                row.text(3) == sql
            else { throw ManifestRefusal.schemaText(name) }
            expected[name] = nil
        }
        if let missing = expected.keys.min() { throw ManifestRefusal.schemaText(missing) }
    }
}
