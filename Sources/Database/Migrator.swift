/// One step of a schema; once shipped it never changes.
package struct Migration: Sendable {
    package let name: String
    /// Statements with the hooks of ``SQLDialect/fill(_:)``.
    package let statements: [String]

    package init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }
}

/// Why a database's schema cannot be used.
package enum MigrationError: Error, Hashable, Sendable {
    /// A newer program has been here: this one must not touch the data.
    case newerSchema(String)
    /// The steps done are not the steps known, in their order.
    case foreignSchema(String)
}

/// Brings a schema up to date: each step once, in order, all new ones in one transaction.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        self.migrations = migrations
    }

    /// Does what is missing and returns the names of the steps done now.
    ///
    /// - Throws: `MigrationError` before anything is changed, or `DatabaseError`.
    @discardableResult
    package func migrate(_ database: some Database) async throws -> [String] {
        try await database.write { try migrate($0) }
    }

    private func migrate(_ connection: any SQLConnection) throws -> [String] {
        try connection.run(
            "CREATE TABLE IF NOT EXISTS schema_migration("
                + "position BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)"
        )
        let done = try connection.rows("SELECT name FROM schema_migration ORDER BY position") {
            try $0.text(0)
        }
        for (known, name) in zip(migrations, done) where known.name != name {
            throw MigrationError.foreignSchema(name)
        }
        if done.count > migrations.count {
            throw MigrationError.newerSchema(done[migrations.count])
        }
        for (position, migration) in migrations.enumerated().dropFirst(done.count) {
            for statement in migration.statements {
                try connection.run(connection.dialect.fill(statement))
            }
            try connection.run(
                "INSERT INTO schema_migration(position, name) VALUES(?, ?)",
                [.number(position), .text(migration.name)]
            )
        }
        return migrations.dropFirst(done.count).map(\.name)
    }
}
