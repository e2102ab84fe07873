import CSQLiteHardening
import GRDB
import ManifestFormat
import Synchronization
import TrustFormat

/// The one connection that changes the manifest in service, while scans read snapshots of it.
///
/// The file is in WAL mode: a change is there as a whole or not at all, also after a power cut, and
/// a reader that began before it sees nothing of it. What the file holds is told by its `local`
/// table: the signed metadata and the lane sums, changed in the same transaction as the rows.
final class ManifestWriter: Sendable {
    /// Pages of this many bytes may be changed before they reach the write-ahead log.
    private static let cacheBytes = 64 << 20
    /// Changed rows in the write-ahead log from which on they are moved into the file.
    private static let rowsLoggedMax = 1000

    let path: String
    private let database: DatabaseQueue
    private let rowsLogged = Mutex(0)

    /// Opens a file whose schema has been checked, and puts it into WAL mode.
    init(_ path: String) throws(ManifestRefusal) {
        self.path = path
        var configuration = Configuration()
        configuration.label = "manifest writer"
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            guard stile_sqlite3_set_defensive(database.sqliteConnection) == SQLITE_OK else {
                throw StorageFault.other(SQLITE_ERROR, "defensive mode is not available")
            }
            try database.execute(
                sql: """
                    PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;
                    PRAGMA cache_size=-\(Self.cacheBytes >> 10); PRAGMA synchronous=FULL;
                    PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0
                    """
            )
        }
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
        } catch { throw .notReadable(StorageFault(error)) }
    }

    /// What the file says it holds.
    struct Local: Sendable {
        let envelope: Envelope
        let content: ContentHash
    }

    private enum Name {
        static let metadata = "metadata"
        static let state = "state"
    }

    func local() throws(ManifestRefusal) -> Local {
        let stored: (json: [UInt8]?, state: [UInt8]?)
        do {
            stored = try database.unsafeRead { database in
                try ManifestContent.checkSchema(database)
                return (
                    try Self.local(Name.metadata, database), try Self.local(Name.state, database)
                )
            }
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .notReadable(StorageFault(error)) }
        guard let json = stored.json, let content = stored.state.flatMap(ContentHash.init(state:))
        else { throw .local }
        do throws(EnvelopeError) {
            return Local(envelope: try Envelope(json: json), content: content)
        } catch { throw .envelope(error) }
    }

    private static func local(_ name: String, _ database: Database) throws -> [UInt8]? {
        try Row.fetchOne(database, sql: "SELECT v FROM local WHERE k=?", arguments: [name])?
            .bytes(0)
    }

    /// Brings a file that is not in service yet to a later version, without regard to its sums.
    func change(_ changes: [ManifestChange]) throws(ManifestRefusal) {
        try writing { database in
            for change in changes { _ = try Self.make(change, in: database) }
        }
    }

    /// Notes what the file holds, once all of it was checked.
    func seal(_ envelope: Envelope, _ content: ContentHash) throws(ManifestRefusal) {
        try writing { try Self.note(envelope, content, in: $0) }
    }

    /// Applies a delta in one transaction, if it gives what was signed.
    ///
    /// - Parameters:
    ///   - metadata: of the version that the delta leads to, believed.
    ///   - held: of the version that the file holds.
    ///   - approve: asked before the commit; reads the new version through the connection it gets.
    /// - Throws: `ManifestRefusal`; then the file is as it was.
    func apply(
        _ delta: ManifestDelta,
        metadata: ManifestMetadata,
        held: ManifestMetadata,
        approve: (DatabaseQueue) throws(ManifestRefusal) -> Void
    ) throws(ManifestRefusal) {
        let start = try local().content
        do throws(ManifestRefusal) {
            try doing { database in
                var content = start
                try database.execute(sql: "BEGIN IMMEDIATE")
                var rows: [ManifestTable: Int64] = [.ticket: held.tickets, .code: held.codes]
                for change in delta.changes {
                    let old = try Self.make(change, in: database)
                    if let old { content.remove(old) }
                    var isThere = false
                    if case .put(let new) = change {
                        content.add(new)
                        isThere = true
                    }
                    rows[change.key.table, default: 0] += (isThere ? 1 : 0) - (old == nil ? 0 : 1)
                }
                guard rows[.ticket] == metadata.tickets else {
                    throw ManifestRefusal.rowCount(.ticket)
                }
                guard rows[.code] == metadata.codes else { throw ManifestRefusal.rowCount(.code) }
                guard content.content == metadata.content else { throw ManifestRefusal.content }
                try Self.note(delta.envelope, content, in: database)
            }
            try approve(database)
            try doing { try $0.execute(sql: "COMMIT") }
            rowsLogged.withLock { $0 += delta.changes.count + 1 }
        } catch {
            // Some faults have ended the transaction already; the first fault is the one to tell.
            try? database.writeWithoutTransaction { database in
                if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
            }
            throw error
        }
    }

    /// Makes one change; gives the row that was there.
    private static func make(
        _ change: ManifestChange,
        in database: Database
    ) throws -> ManifestRow? {
        let key = change.key
        let table = key.table
        let condition = table.keyColumns.map { "\($0)=?" }.joined(separator: " AND ")
        let columns = table.columns.joined(separator: ",")
        let select = try RawStatement(
            "SELECT \(columns) FROM \(table.rawValue) WHERE \(condition)",
            in: database
        )
        for (index, value) in key.values.enumerated() { select.bind(Int32(index + 1), value) }
        let old = try select.row().map { ManifestRow(table, $0) }
        switch change {
        case .put(let row) where row == old: break
        case .put(let row):
            let insert = ManifestSchema.insert(into: table).dropFirst("INSERT".count)
            let statement = try RawStatement("INSERT OR REPLACE\(insert)", in: database)
            for (index, value) in row.values.enumerated() {
                statement.bind(Int32(index + 1), value)
            }
            try statement.run()
        case .delete where old == nil: break
        case .delete:
            let statement = try RawStatement(
                "DELETE FROM \(table.rawValue) WHERE \(condition)",
                in: database
            )
            for (index, value) in key.values.enumerated() {
                statement.bind(Int32(index + 1), value)
            }
            try statement.run()
        }
        return old
    }

    private static func note(
        _ envelope: Envelope,
        _ content: ContentHash,
        in database: Database
    ) throws {
        for (name, bytes) in [(Name.metadata, envelope.json), (Name.state, content.state)] {
            try database.execute(
                sql: "INSERT OR REPLACE INTO local(k,v) VALUES(?,?)",
                arguments: [name, bytes.databaseBlob]
            )
        }
    }

    /// Moves what the write-ahead log holds into the file, as far as readers allow it.
    ///
    /// - Returns: whether the log was long enough and everything was moved: a reader that opens now
    ///   reads the file alone, and the log can start anew.
    func checkpoint() throws(ManifestRefusal) -> Bool {
        guard rowsLogged.withLock({ $0 >= Self.rowsLoggedMax }) else { return false }
        let isWhole = try doing { try Self.isWholeAfter("PASSIVE", in: $0) }
        if isWhole { rowsLogged.withLock { $0 = 0 } }
        return isWhole
    }

    /// Ends the connection and leaves one file, complete in itself.
    func close() throws(ManifestRefusal) {
        _ = try doing { try Self.isWholeAfter("TRUNCATE", in: $0) }
        do { try database.close() } catch { throw .storage(StorageFault(error)) }
    }

    private static func isWholeAfter(_ mode: String, in database: Database) throws -> Bool {
        let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(\(mode))")
        return row?.integer(1) == row?.integer(2)
    }

    private func writing(_ work: (Database) throws -> Void) throws(ManifestRefusal) {
        try doing { database in
            try database.inTransaction(.immediate) {
                try work(database)
                return .commit
            }
        }
    }

    private func doing<Value>(_ work: (Database) throws -> Value) throws(ManifestRefusal) -> Value {
        do {
            return try database.writeWithoutTransaction(work)
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .storage(StorageFault(error)) }
    }
}
