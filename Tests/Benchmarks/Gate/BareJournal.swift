import CSQLiteHardening
import Synchronization

/// Durable commits of SQLite itself: the same file settings, but no facts, no decision, no
/// signature.
///
/// Each stores one row of a record's size, and, to write what an admission has to write, a row of
/// the `use` table under a ticket id that is as scattered as real ones.
final class BareJournal: Sendable {
    struct Fault: Error {
        let code: Int32
    }

    private struct Handle {
        // One connection, used by one thread at a time under the mutex around it.
        nonisolated(unsafe) let connection: OpaquePointer
        nonisolated(unsafe) let insert: OpaquePointer
        nonisolated(unsafe) let use: OpaquePointer?
        nonisolated(unsafe) let begin: OpaquePointer
        nonisolated(unsafe) let commit: OpaquePointer
        let row: [UInt8]
        var next: Int64 = 0
    }

    private let handle: Mutex<Handle>

    /// - Parameters:
    ///   - rowBytes: as many as a stored record has.
    ///   - writesUse: whether each commit stores a use as well.
    init(path: String, rowBytes: Int, writesUse: Bool) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let connection = opened else { throw Fault(code: code) }
        for sql in [
            "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-16384",
            "CREATE TABLE record(position INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT",
            """
            CREATE TABLE use(ticket BLOB PRIMARY KEY, entries INT, inside INT, generation INT,
            device TEXT, gate INT, lane INT, time INT) STRICT, WITHOUT ROWID
            """,
        ] {
            let code = sqlite3_exec(connection, sql, nil, nil, nil)
            guard code == SQLITE_OK else { throw Fault(code: code) }
        }
        handle = Mutex(
            Handle(
                connection: connection,
                insert: try Self.prepare("INSERT INTO record VALUES(?,?)", connection),
                use: writesUse
                    ? try Self.prepare(
                        "INSERT INTO use VALUES(?,1,1,0,'ABCDEF',1,1,1798761612345)",
                        connection
                    ) : nil,
                begin: try Self.prepare("BEGIN IMMEDIATE", connection),
                commit: try Self.prepare("COMMIT", connection),
                row: (0..<rowBytes).map { UInt8(truncatingIfNeeded: $0) }
            )
        )
    }

    deinit {
        handle.withLock { handle in
            sqlite3_finalize(handle.insert)
            sqlite3_finalize(handle.use)
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
            if let use = handle.use {
                // Two odd factors scatter the numbers over the whole table, each once.
                var ticket = [0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9].map { factor in
                    (UInt64(handle.next) &+ 1) &* factor
                }
                sqlite3_bind_blob(use, 1, &ticket, 16, unsafeBitCast(-1, to: Copied.self))
                try Self.step(use)
            }
            try Self.step(handle.commit)
            handle.next += 1
        }
    }

    private typealias Copied = sqlite3_destructor_type

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
