import Database
import DatabaseSQLite
import Glibc
import ManifestFormat
import Platform
import Sodium
import TicketModel

/// Writes the rows of one snapshot into a manifest file, and hashes what the file then holds.
struct ManifestFile: Sendable {
    /// Parts that are hashed side by side; each reads its share of the two large tables.
    private static let shares = 8
    private static let chunkBytes = 1 << 20

    let path: String

    /// What the metadata says of a finished file.
    struct Sum: Hashable, Sendable {
        var content = ContentHash()
        var tickets: Int64 = 0
        var codes: Int64 = 0
        var bytes: Int64 = 0
        var hash: [UInt8] = []
    }

    /// Copies an event out of central's tables: one snapshot, in bounded memory.
    ///
    /// Rows come in the order of their keys, so pages fill from left to right and nothing has to be
    /// moved.
    func write(
        _ event: EventID,
        _ codes: SpecimenCodes,
        from source: any Database
    ) async throws(StoreError) -> ManifestSource {
        let file: SQLiteDatabase
        do { file = try SQLiteDatabase.build(path) } catch { throw .database(error) }
        let described: ManifestSource
        do {
            described = try await source.read { central in
                let described = try ManifestSource(event, codes, central)
                try file.writeBlocking { try described.copy(from: central, to: $0) }
                return described
            }
        } catch {
            // The file is thrown away; what went wrong first is what counts.
            try? file.close()
            throw StoreError(error)
        }
        do { try file.close() } catch { throw StoreError(error) }
        do { try AtomicFile.sync(file: path) } catch { throw .file(error.description) }
        return described
    }

    /// Reads the finished file again and sums it up, on all cores.
    func sum() async throws(StoreError) -> Sum {
        let path = path
        do {
            return try await withThrowingTaskGroup(of: Sum.self) { group in
                group.addTask { try Self.fileSum(path) }
                for share in 0..<Self.shares {
                    group.addTask { try await Self.rowSum(path, share: share) }
                }
                var total = Sum()
                for try await part in group {
                    total.content.merge(part.content)
                    total.tickets += part.tickets
                    total.codes += part.codes
                    total.bytes += part.bytes
                    total.hash += part.hash
                }
                return total
            }
        } catch { throw StoreError(error) }
    }

    private static func rowSum(_ path: String, share: Int) async throws -> Sum {
        let file = try SQLiteDatabase.openReadOnly(path)
        defer {
            // Nothing was written, so nothing can be lost by a failing close.
            try? file.close()
        }
        return try await file.read { connection in
            var sum = Sum()
            if share == 0 {
                for table in [ManifestTable.meta, .accessClass, .access] {
                    try add(table, "", [], to: &sum.content, connection)
                }
            }
            sum.tickets = try add(.ticket, share: share, to: &sum.content, connection)
            sum.codes = try add(.code, share: share, to: &sum.content, connection)
            return sum
        }
    }

    /// Adds the rows whose key starts within a share of all first bytes.
    private static func add(
        _ table: ManifestTable,
        share: Int,
        to content: inout ContentHash,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let width = 256 / shares
        let key = table.columns[0]
        let low = SQLValue.blob(share == 0 ? [] : [UInt8(share * width)])
        guard share < shares - 1 else {
            return try add(table, "WHERE \(key) >= ?", [low], to: &content, connection)
        }
        let high = SQLValue.blob([UInt8((share + 1) * width)])
        let bounds = "WHERE \(key) >= ? AND \(key) < ?"
        return try add(table, bounds, [low, high], to: &content, connection)
    }

    @discardableResult
    private static func add(
        _ table: ManifestTable,
        _ condition: String,
        _ values: [SQLValue],
        to content: inout ContentHash,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        let columns = table.columns.joined(separator: ",")
        var count: Int64 = 0
        try connection.forEachRow(
            "SELECT \(columns) FROM \(table.rawValue) \(condition)",
            values
        ) { row in
            content.add(ManifestRow(table, try row.manifestValues))
            count += 1
        }
        return count
    }

    /// Size and hash of the finished file.
    static func fileSum(_ path: String) throws -> Sum {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError.file("open \(path)") }
        defer { close(descriptor) }
        var hasher = Hash.Hasher()
        var sum = Sum()
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = read(descriptor, chunk.baseAddress, chunk.count)
            if count < 0 {
                guard errno == EINTR else { throw StoreError.file("read \(path)") }
                continue
            }
            if count == 0 { break }
            hasher.update(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            sum.bytes += Int64(count)
        }
        sum.hash = hasher.finish()
        return sum
    }
}
