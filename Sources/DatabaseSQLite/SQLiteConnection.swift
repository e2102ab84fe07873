import CSQLiteHardening
import Database
import GRDB

import enum Database.DatabaseError

/// One GRDB connection as the port sees it.
///
/// Statements come from GRDB's cache; values go in and out through SQLite's own calls, because a
/// manifest moves a million rows and must not make a `Data` of every column.
struct SQLiteConnection: SQLConnection {
    let dialect = SQLDialect.sqlite
    private let connection: GRDB.Database

    init(_ connection: GRDB.Database) {
        self.connection = connection
    }

    func forEachRow(
        _ sql: String,
        _ values: [SQLValue],
        _ body: (any SQLRow) throws -> Void
    ) throws {
        let statement = try statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        let row = SQLiteRow(statement.handle)
        while try statement.step() { try body(row) }
    }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try statement(sql).run(values)
    }

    func prepare(_ sql: String) throws -> any SQLStatement {
        try statement(sql)
    }

    private func statement(_ sql: String) throws -> SQLiteStatement {
        do {
            let cached = try connection.cachedStatement(sql: sql)
            // A statement whose rows are being read must not be started again by what reads them.
            let isBusy = sqlite3_stmt_busy(cached.sqliteStatement) != 0
            return SQLiteStatement(isBusy ? try connection.makeStatement(sql: sql) : cached)
        } catch let error as GRDB.DatabaseError { throw DatabaseError(error) }
    }
}
