import CSQLiteHardening
import Synchronization

/// Durable commits of SQLite itself: the same file settings and one row of a record's size each,
/// but no facts, no decision, no signature, no use.
final class BareJournal: Sendable {
    struct Fault: Error {
        let code: Int32
    }

    private struct Handle {
        // One connection, used by one thread at a time under the mutex around it.
        nonisolated(unsafe) let connection: OpaquePointer
        nonisolated(unsafe) let insert: OpaquePointer
        nonisolated(unsafe) let begin: OpaquePointer
        nonisolated(unsafe) let commit: OpaquePointer
        let row: [UInt8]
        var next: Int64 = 0
    }

    private let handle: Mutex<Handle>

    /// - Parameter rowBytes: as many as a stored record has.
    init(path: String, rowBytes: Int) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let connection = opened else { throw Fault(code: code) }
        for sql in [
            "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
            "CREATE TABLE record(position INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT",
        ] {
            let code = sqlite3_exec(connection, sql, nil, nil, nil)
            guard code == SQLITE_OK else { throw Fault(code: code) }
        }
        handle = Mutex(
            Handle(
                connection: connection,
                insert: try Self.prepare("INSERT INTO record VALUES(?,?)", connection),
                begin: try Self.prepare("BEGIN IMMEDIATE", connection),
                commit: try Self.prepare("COMMIT", connection),
                row: (0..<rowBytes).map { UInt8(truncatingIfNeeded: $0) }
            )
        )
    }

    deinit {
        handle.withLock { handle in
            sqlite3_finalize(handle.insert)
            sqlite3_finalize(handle.begin)
            sqlite3_finalize(handle.commit)
            sqlite3_close_v2(handle.connection)
        }
    }

    /// Stores one row and waits until it is on the disk.
    func commit() throws {
        try handle.withLock { handle in
            try Self.step(handle.begin)
            sqlite3_bind_int64(handle.insert, 1, handle.next)
            // The row outlives the step, so SQLite need not copy it.
            sqlite3_bind_blob(handle.insert, 2, handle.row, Int32(handle.row.count), nil)
            try Self.step(handle.insert)
            try Self.step(handle.commit)
            handle.next += 1
        }
    }

    private static func prepare(
        _ sql: String,
        _ connection: OpaquePointer
    ) throws -> OpaquePointer {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw Fault(code: code) }
        return statement
    }

    private static func step(_ statement: OpaquePointer) throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw Fault(code: code) }
    }
}
