import CSQLiteHardening
package import EntryLogFormat
import GRDB
package import GateLogic
package import TicketModel

/// The gate's own memory: signed records, the uses they add up to, and what central has said
/// (PROTOCOL 9.2).
///
/// One SQLite file in WAL mode with `synchronous=FULL`: what a transaction has committed survives a
/// power cut. Nothing is ever deleted here; ``Settlement`` is the only writer of records.
package final class Journal: Sendable {
    /// The largest file unless the caller sets less: 30 million records.
    package static let bytesMax: Int64 = 32 << 30
    private static let pageBytes: Int64 = 4096
    private static let busyTimeout = 5.0
    /// Pages that the writer keeps at hand: uses lie scattered, each guest's on another page.
    private static let cacheBytes = 16 << 20

    let database: DatabasePool
    let checkpointer: Checkpointer

    /// Opens or creates the journal at `path`.
    ///
    /// - Parameter bytesMax: the file grows no further; then writes fail with
    ///   ``StorageFault/diskFull``, as they do on a full disk.
    package init(path: String, bytesMax: Int64 = Journal.bytesMax) throws(StorageFault) {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(Self.busyTimeout)
        configuration.prepareDatabase { database in
            guard stile_sqlite3_set_defensive(database.sqliteConnection) == SQLITE_OK else {
                throw StorageFault.other(SQLITE_ERROR, "defensive mode is not available")
            }
            try database.execute(sql: "PRAGMA trusted_schema=OFF")
        }
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                // GRDB opens pools with NORMAL, which may lose the last commits in a power cut.
                try database.execute(sql: "PRAGMA synchronous=FULL")
                try database.execute(sql: "PRAGMA cache_size=-\(Self.cacheBytes >> 10)")
                try database.execute(sql: "PRAGMA max_page_count=\(bytesMax / Self.pageBytes)")
                try database.execute(sql: "PRAGMA wal_autocheckpoint=\(Checkpointer.pagesMax)")
            }
            let isNewer = try database.read { try JournalSchema.migrator.hasBeenSuperseded($0) }
            guard !isNewer else { throw StorageFault.newerSchema }
            try JournalSchema.migrator.migrate(database)
            checkpointer = try Checkpointer(path: path, writer: database)
        } catch { throw StorageFault(error) }
    }

    /// Reads a consistent state while scans go on being written.
    func reading<Value>(_ read: (Database) throws -> Value) throws(StorageFault) -> Value {
        do { return try database.read(read) } catch { throw StorageFault(error) }
    }

    /// Writes in one durable transaction, between those of scans.
    func writing<Value>(_ write: (Database) throws -> Value) throws(StorageFault) -> Value {
        do { return try database.write(write) } catch { throw StorageFault(error) }
    }

    /// Closes the file; every later call fails.
    package func close() throws(StorageFault) {
        do {
            // The last connection to close moves what is left of the log.
            try checkpointer.close()
            try database.close()
        } catch { throw StorageFault(error) }
    }

    /// The settings that durability rests on, as SQLite reports them.
    package func durability() throws(StorageFault) -> (journalMode: String, synchronous: Int) {
        do {
            return try database.writeWithoutTransaction { database in
                (
                    try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                    try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
                )
            }
        } catch { throw StorageFault(error) }
    }

    /// What is known about the use of one ticket.
    package func uses(of ticket: TicketID) throws(StorageFault) -> TicketUse {
        try reading { try UseTable.use(of: ticket, in: $0).use }
    }

    /// Where the log of an epoch stands.
    package func chain(of epoch: UInt32) throws(StorageFault) -> LogChain {
        try reading { try RecordTable.chain(of: epoch, in: $0) }
    }
}

/// The tables of the journal; migrations are only ever added.
enum JournalSchema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 records, uses, state") { database in
            try database.execute(
                sql: """
                    CREATE TABLE record(
                        position INTEGER PRIMARY KEY,
                        payload BLOB NOT NULL,
                        sig BLOB NOT NULL,
                        link BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE epoch(
                        number INTEGER PRIMARY KEY,
                        device TEXT NOT NULL,
                        key BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE use(
                        ticket BLOB PRIMARY KEY,
                        entries INTEGER NOT NULL,
                        inside INTEGER NOT NULL,
                        generation INTEGER NOT NULL,
                        device TEXT,
                        gate INTEGER,
                        lane INTEGER,
                        time INTEGER
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE receipt(
                        epoch INTEGER PRIMARY KEY,
                        next INTEGER NOT NULL,
                        head BLOB NOT NULL,
                        envelope BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE manifest_version(
                        event BLOB PRIMARY KEY,
                        version INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE state(
                        name TEXT PRIMARY KEY,
                        value BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        }
        migrator.registerMigration("2 movements, endings, closed logs") { database in
            try database.execute(
                sql: """
                    ALTER TABLE record ADD COLUMN before INTEGER;
                    ALTER TABLE use ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE use ADD COLUMN latest INTEGER;
                    CREATE TABLE ending(
                        position INTEGER PRIMARY KEY,
                        bits INTEGER NOT NULL
                    ) STRICT;
                    ALTER TABLE epoch ADD COLUMN closed TEXT;
                    """
            )
            try MovementChain.link(database)
        }
        return migrator
    }()
}
