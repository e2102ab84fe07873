import Dispatch
import GRDB
import ManifestFormat
import Synchronization
import TicketModel

/// What a manifest file holds, read while it is verified.
struct ManifestContent {
    var meta: [String: String] = [:]
    var access: [ClassNumber: [AccessRow]] = [:]

    /// Parts of the large tables that are hashed side by side.
    private static let shares = 8

    /// Reads the small tables; refuses a schema that is not the format's, letter by letter.
    init(_ database: Database) throws {
        try Self.checkSchema(database)
        try Self.rows(of: .meta, in: database) { values in
            guard case .text(let name) = values[0], case .text(let value) = values[1] else {
                throw ManifestRefusal.row(.meta)
            }
            meta[name] = value
        }
        var count = 0
        try Self.rows(of: .access, in: database) { values in
            count += 1
            guard let row = AccessRow(values), count <= ManifestFile.accessRowsMax else {
                throw ManifestRefusal.row(.access)
            }
            access[row.accessClass, default: []].append(row)
        }
    }

    /// A trigger, a view, an index or one more column is refused.
    static func checkSchema(_ database: Database) throws {
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

    /// Reads every row of a file that nobody writes to, on all cores.
    ///
    /// - Returns: the lane sums, which give the content that `metadata` signs.
    static func sums(
        _ path: String,
        metadata: ManifestMetadata
    ) throws(ManifestRefusal) -> ContentHash {
        let parts = Mutex<[Result<Part, ManifestRefusal>]>([])
        DispatchQueue.concurrentPerform(iterations: shares) { share in
            let part = Result { () throws(ManifestRefusal) in try Self.part(path, share: share) }
            parts.withLock { $0.append(part) }
        }
        var total = Part()
        for part in parts.withLock({ $0 }) {
            let part = try part.get()
            total.content.merge(part.content)
            total.tickets += part.tickets
            total.codes += part.codes
        }
        guard total.tickets == metadata.tickets else { throw .rowCount(.ticket) }
        guard total.codes == metadata.codes else { throw .rowCount(.code) }
        guard total.content.content == metadata.content else { throw .content }
        return total.content
    }

    private struct Part: Sendable {
        var content = ContentHash()
        var tickets: Int64 = 0
        var codes: Int64 = 0
    }

    private static func part(_ path: String, share: Int) throws(ManifestRefusal) -> Part {
        let queue = try ManifestFile.open(path)
        do {
            return try queue.unsafeRead { database in
                var part = Part()
                if share == 0 {
                    for table in [ManifestTable.meta, .accessClass, .access] {
                        try rows(of: table, in: database) {
                            part.content.add(ManifestRow(table, $0))
                        }
                    }
                }
                let width = 256 / shares
                let low: [UInt8] = share == 0 ? [] : [UInt8(share * width)]
                let high = share == shares - 1 ? nil : [UInt8((share + 1) * width)]
                try rows(of: .ticket, from: low, to: high, in: database) { values in
                    guard TicketRow(values) != nil else { throw ManifestRefusal.row(.ticket) }
                    part.content.add(ManifestRow(.ticket, values))
                    part.tickets += 1
                }
                try rows(of: .code, from: low, to: high, in: database) { values in
                    guard CodeRow(values) != nil else { throw ManifestRefusal.row(.code) }
                    part.content.add(ManifestRow(.code, values))
                    part.codes += 1
                }
                return part
            }
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .notReadable(StorageFault(error)) }
    }

    private static func rows(
        of table: ManifestTable,
        in database: Database,
        _ body: ([ManifestValue]) throws -> Void
    ) throws {
        let columns = table.columns.joined(separator: ",")
        try RawStatement("SELECT \(columns) FROM \(table.rawValue)", in: database)
            .forEachRow(body)
    }

    /// Rows whose key lies in a share; a key of another type than BLOB sorts before or after all
    /// blobs, and is in the first share so that it is seen and refused.
    private static func rows(
        of table: ManifestTable,
        from low: [UInt8],
        to high: [UInt8]?,
        in database: Database,
        _ body: ([ManifestValue]) throws -> Void
    ) throws {
        let key = table.columns[0]
        var condition = low.isEmpty ? "1" : "\(key)>=?1"
        if high != nil { condition += " AND \(key)<?2" }
        let columns = table.columns.joined(separator: ",")
        let statement = try RawStatement(
            "SELECT \(columns) FROM \(table.rawValue) WHERE \(condition)",
            in: database
        )
        if !low.isEmpty { statement.bind(1, low) }
        if let high { statement.bind(2, high) }
        try statement.forEachRow(body)
    }
}
