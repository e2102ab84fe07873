import GRDB
import Synchronization

/// Moves committed records from the write-ahead log into the database file, beside the commits
/// instead of within them: a guest who happens to be the thousandth must not wait for that.
final class Checkpointer: Sendable {
    /// Records after which the log is worth moving; about three pages each.
    static let recordsBetween = 400
    /// Pages of the log at which a commit moves it itself, should this fall behind for long.
    static let pagesMax = 16_384

    private let database: DatabaseQueue
    private let writer: DatabasePool
    private let state = Mutex(State())

    private struct State {
        var records = 0
        var isRunning = false
    }

    /// - Parameter writer: the journal at `path`, through which records are committed.
    init(path: String, writer: DatabasePool) throws {
        self.writer = writer
        var configuration = Configuration()
        configuration.label = "journal checkpoint"
        database = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Counts records that were committed; starts moving when there are enough.
    func count(_ records: Int) {
        let isDue = state.withLock { state in
            state.records += records
            guard state.records >= Self.recordsBetween, !state.isRunning else { return false }
            state.records = 0
            state.isRunning = true
            return true
        }
        guard isDue else { return }
        database.asyncWriteWithoutTransaction { database in
            // Passive: takes what it can get without holding anyone up. What fails now, because
            // the disk is full perhaps, is tried again later; the records are durable already.
            try? database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
            self.finish()
        }
    }

    /// Moves the few records that came meanwhile, with no commit beside it: only a log that is
    /// moved whole starts again from its beginning, and writing over old pages is cheaper than
    /// growing.
    private func finish() {
        writer.asyncWriteWithoutTransaction { database in
            // What it cannot move now stays in the log, and the next turn moves it.
            try? database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
            self.state.withLock { $0.isRunning = false }
        }
    }

    func close() throws {
        try database.close()
    }
}
