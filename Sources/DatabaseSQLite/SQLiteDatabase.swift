package import Database
import GRDB

package import protocol Database.Database
package import enum Database.DatabaseError

/// SQLite behind the `Database` port: connections, pools and transactions are GRDB's.
package final class SQLiteDatabase: Database {
    /// Statements wait at most this long for another writer.
    package static let busyTimeoutSeconds = 10.0
    package static let readersMax = 4
    /// Memory for pages of the one writer, whose keys are random and touch the whole file.
    private static let writerCacheKiB = 64 << 10
    private static let readerCacheKiB = 8 << 10

    package let dialect = SQLDialect.sqlite
    private let engine: any DatabaseWriter

    private init(_ engine: any DatabaseWriter) {
        self.engine = engine
    }

    /// Opens or creates a file that survives power loss: WAL, every commit synced.
    package static func open(_ path: String) throws(DatabaseError) -> SQLiteDatabase {
        try mapped {
            var configuration = Self.configuration
            configuration.maximumReaderCount = readersMax
            configuration.prepareDatabase {
                try $0.execute(sql: "PRAGMA cache_size = -\(readerCacheKiB)")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB relaxes the setting when it turns WAL on; a commit here must outlive the power.
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL")
                try $0.execute(sql: "PRAGMA cache_size = -\(writerCacheKiB)")
            }
            return SQLiteDatabase(pool)
        }
    }

    /// A database that lives as long as this object.
    package static func inMemory() throws(DatabaseError) -> SQLiteDatabase {
        try mapped { SQLiteDatabase(try DatabaseQueue(configuration: configuration)) }
    }

    /// Creates a file to be handed out when finished: pages of 4096 bytes, no journal beside it.
    ///
    /// A crash leaves a broken file: build under a temporary name, sync, then rename.
    package static func build(_ path: String) throws(DatabaseError) -> SQLiteDatabase {
        try mapped {
            var configuration = Self.configuration
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: """
                        PRAGMA page_size = 4096;
                        PRAGMA journal_mode = OFF;
                        PRAGMA synchronous = OFF;
                        PRAGMA locking_mode = EXCLUSIVE;
                        PRAGMA cache_size = -65536
                        """
                )
            }
            return SQLiteDatabase(try DatabaseQueue(path: path, configuration: configuration))
        }
    }

    /// Opens an existing file without ever writing to it.
    package static func openReadOnly(_ path: String) throws(DatabaseError) -> SQLiteDatabase {
        try mapped {
            var configuration = Self.configuration
            configuration.readonly = true
            return SQLiteDatabase(try DatabaseQueue(path: path, configuration: configuration))
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        return configuration
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        do {
            return try await engine.read { try body(SQLiteConnection($0)) }
        } catch let error as GRDB.DatabaseError { throw DatabaseError(error) }
    }

    @discardableResult
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        do {
            return try await engine.write { try body(SQLiteConnection($0)) }
        } catch let error as GRDB.DatabaseError { throw DatabaseError(error) }
    }

    /// As `write`, but holds the calling thread: for a file that is filled while another database
    /// is being read.
    package func writeBlocking<Value>(
        _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        do {
            return try engine.write { try body(SQLiteConnection($0)) }
        } catch let error as GRDB.DatabaseError { throw DatabaseError(error) }
    }

    /// Copies one snapshot into a new file; writers go on meanwhile.
    ///
    /// Holds the calling thread while it copies.
    package func copy(to path: String) throws(DatabaseError) {
        try Self.mapped {
            let target = try DatabaseQueue(path: path)
            try engine.backup(to: target)
            try target.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try target.close()
        }
    }

    /// As `read`, but holds the calling thread, and takes no snapshot of its own: for a file that
    /// does not change and is read while another database is being written.
    package func readBlocking<Value>(
        _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        do {
            return try engine.unsafeRead { try body(SQLiteConnection($0)) }
        } catch let error as GRDB.DatabaseError { throw DatabaseError(error) }
    }

    package func close() throws {
        try Self.mapped { try engine.close() }
    }

    private static func mapped<Value>(_ body: () throws -> Value) throws(DatabaseError) -> Value {
        do { return try body() } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        } catch let error as DatabaseError { throw error } catch {
            throw .other(code: 0, message: String(describing: error))
        }
    }
}
