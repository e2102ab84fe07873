import CSQLiteHardening
import Database
import GRDB

import enum Database.DatabaseError

/// A compiled statement of one connection.
final class SQLiteStatement: SQLStatement {
    let handle: OpaquePointer
    private let owner: Statement
    private let marks: Int
    /// Tells SQLite to copy what it is given (`SQLITE_TRANSIENT`, a macro that Swift cannot read).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ owner: Statement) {
        self.owner = owner
        handle = owner.sqliteStatement
        marks = Int(sqlite3_bind_parameter_count(handle))
    }

    @discardableResult
    func run(_ values: [SQLValue]) throws -> Int {
        try bind(values)
        return try finish()
    }

    func run(copying row: any SQLRow) throws {
        guard let source = (row as? SQLiteRow)?.handle else {
            try run(row.values)
            return
        }
        reset()
        guard row.count == marks else {
            throw DatabaseError.wrongArgumentCount(expected: marks, given: row.count)
        }
        for column in 0..<Int32(marks) {
            try check(sqlite3_bind_value(handle, column + 1, sqlite3_column_value(source, column)))
        }
        _ = try finish()
    }

    /// Takes the statement back to its start, with new values.
    func bind(_ values: [SQLValue]) throws {
        reset()
        guard values.count == marks else {
            throw DatabaseError.wrongArgumentCount(expected: marks, given: values.count)
        }
        for (offset, value) in values.enumerated() {
            let mark = Int32(offset + 1)
            switch value {
            case .null: try check(sqlite3_bind_null(handle, mark))
            case .integer(let number): try check(sqlite3_bind_int64(handle, mark, number))
            case .real(let number): try check(sqlite3_bind_double(handle, mark, number))
            case .text(var text):
                try check(
                    text.withUTF8 { bytes in
                        // An empty text has no address, and no address would bind NULL.
                        guard let address = bytes.baseAddress else {
                            return sqlite3_bind_text(handle, mark, "", 0, Self.copied)
                        }
                        return address.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                            sqlite3_bind_text(handle, mark, $0, Int32(bytes.count), Self.copied)
                        }
                    }
                )
            case .blob(let bytes):
                if bytes.isEmpty {
                    try check(sqlite3_bind_zeroblob(handle, mark, 0))
                } else {
                    try check(
                        sqlite3_bind_blob(handle, mark, bytes, Int32(bytes.count), Self.copied)
                    )
                }
            }
        }
    }

    /// Moves to the next row; `false` when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = error(code)
            reset()
            throw error
        }
    }

    func reset() {
        // The code it returns repeats the error of the last step, which was thrown then.
        sqlite3_reset(handle)
    }

    private func finish() throws -> Int {
        defer { reset() }
        while try step() {}
        let isReadOnly = sqlite3_stmt_readonly(handle) != 0
        return isReadOnly ? 0 : Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
        return DatabaseError(
            primary: code & 0xff,
            extended: sqlite3_extended_errcode(connection),
            message: message
        )
    }
}

/// The row that a statement stands on.
final class SQLiteRow: SQLRow {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    var count: Int { Int(sqlite3_column_count(handle)) }

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    func integer(_ column: Int) throws -> Int64 {
        try require(SQLITE_INTEGER, column)
        return sqlite3_column_int64(handle, Int32(column))
    }

    func real(_ column: Int) throws -> Double {
        try require(SQLITE_FLOAT, column)
        return sqlite3_column_double(handle, Int32(column))
    }

    func text(_ column: Int) throws -> String {
        try require(SQLITE_TEXT, column)
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        guard let address = sqlite3_column_text(handle, Int32(column)) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
    }

    func blob(_ column: Int) throws -> [UInt8] {
        try require(SQLITE_BLOB, column)
        // The address comes first: asking for it may move the bytes.
        let address = sqlite3_column_blob(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return [UInt8](UnsafeRawBufferPointer(start: address, count: count))
    }

    func value(_ column: Int) throws -> SQLValue {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer(try integer(column))
        case SQLITE_FLOAT: .real(try real(column))
        case SQLITE_TEXT: .text(try text(column))
        case SQLITE_BLOB: .blob(try blob(column))
        default: .null
        }
    }

    private func require(_ type: Int32, _ column: Int) throws {
        guard column >= 0, column < count, sqlite3_column_type(handle, Int32(column)) == type else {
            throw DatabaseError.wrongType(column: column)
        }
    }
}
