/// A database that repositories write portable SQL against: the one port, an engine behind it.
///
/// Closures are synchronous and may run on any thread; what they capture must be `Sendable`. An
/// error that a closure throws rolls its transaction back and comes out unchanged.
package protocol Database: Sendable {
    var dialect: SQLDialect { get }

    /// Runs `body` on one unchanging snapshot; writing fails with `DatabaseError.readOnly`.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value

    /// Runs `body` in one transaction, alone among writers; durable once this returns.
    @discardableResult
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value

    /// Ends all connections; later calls fail with `DatabaseError.closed`.
    func close() throws
}

/// One connection inside a transaction; valid only within the closure that it was given to.
///
/// Marks in SQL are `?`, filled from left to right.
package protocol SQLConnection {
    var dialect: SQLDialect { get }

    /// Calls `body` for every row while the engine finds them, in bounded memory.
    func forEachRow(
        _ sql: String,
        _ values: [SQLValue],
        _ body: (any SQLRow) throws -> Void
    ) throws

    /// Runs a statement and says how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws -> Int

    /// A statement that is compiled once and run many times.
    func prepare(_ sql: String) throws -> any SQLStatement
}

/// A compiled statement; valid as long as its connection.
package protocol SQLStatement {
    @discardableResult
    func run(_ values: [SQLValue]) throws -> Int

    /// Runs it with the columns of a row of the same or another database.
    func run(copying row: any SQLRow) throws
}

/// A row under the cursor; valid only within the closure that it was given to.
///
/// Columns count from 0. A column of another type throws `DatabaseError.wrongType`.
package protocol SQLRow {
    var count: Int { get }
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) throws -> Int64
    func real(_ column: Int) throws -> Double
    func text(_ column: Int) throws -> String
    func blob(_ column: Int) throws -> [UInt8]
    func value(_ column: Int) throws -> SQLValue
}
