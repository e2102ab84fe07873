import CSQLiteHardening
import GRDB
import ManifestFormat

/// A prepared statement for the four that run for every guest, without the values and rows that
/// GRDB makes on the way: those cost more than SQLite's own work (measured by bench-gate).
///
/// The statement itself is GRDB's, which keeps it prepared with its connection.
struct RawStatement {
    private let owner: Statement
    private let statement: OpaquePointer
    private let connection: OpaquePointer?

    init(_ sql: String, in database: Database) throws {
        owner = try database.cachedStatement(sql: sql)
        statement = owner.sqliteStatement
        connection = database.sqliteConnection
        sqlite3_reset(statement)
    }

    /// SQLite copies what is bound: the bytes need not outlive the call.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ index: Int32, _ number: Int64?) {
        if let number {
            sqlite3_bind_int64(statement, index, number)
        } else {
            sqlite3_bind_null(statement, index)
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), Self.copied)
    }

    func bind(_ index: Int32, _ text: String?) {
        guard let text else {
            sqlite3_bind_null(statement, index)
            return
        }
        sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), Self.copied)
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        defer { sqlite3_reset(statement) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw fault }
    }

    /// The first row, as the manifest format knows values; a REAL counts as NULL, which no row may
    /// hold.
    func row() throws -> [ManifestValue]? {
        defer { sqlite3_reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return nil
        case SQLITE_ROW: return (0..<sqlite3_column_count(statement)).map(value)
        default: throw fault
        }
    }

    /// Hands over every row in its order.
    func forEachRow(_ body: ([ManifestValue]) throws -> Void) throws {
        defer { sqlite3_reset(statement) }
        let count = sqlite3_column_count(statement)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return
            case SQLITE_ROW: try body((0..<count).map(value))
            default: throw fault
            }
        }
    }

    func bind(_ index: Int32, _ value: ManifestValue) {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): bind(index, number)
        case .text(let text): bind(index, text)
        case .blob(let bytes): bind(index, bytes)
        }
    }

    private func value(_ column: Int32) -> ManifestValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            let count = Int(sqlite3_column_bytes(statement, column))
            let bytes = UnsafeBufferPointer(
                start: sqlite3_column_text(statement, column),
                count: count
            )
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            return .blob(
                [UInt8](
                    UnsafeRawBufferPointer(
                        start: sqlite3_column_blob(statement, column),
                        count: count
                    )
                )
            )
        default: return .null
        }
    }

    private var fault: StorageFault {
        StorageFault(
            DatabaseError(resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)))
        )
    }
}
