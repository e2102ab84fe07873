import Database
import Testing

@Suite("Schemas grow step by step")
struct MigratorTests {
    private let one = Migration("one", ["CREATE TABLE a(x {BLOB} PRIMARY KEY){CLUSTERED}"])
    private let two = Migration("two", ["ALTER TABLE a ADD COLUMN y TEXT"])

    @Test("every step is done once, in order", arguments: Engine.allCases)
    func growing(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let first = try await Migrator([one]).migrate(database)
            #expect(first == ["one"])
            let second = try await Migrator([one, two]).migrate(database)
            #expect(second == ["two"])
            let third = try await Migrator([one, two]).migrate(database)
            #expect(third.isEmpty)
            try await database.write {
                try $0.run("INSERT INTO a VALUES(?, ?)", [.blob([1]), .text("y")])
            }
        }
    }

    @Test(
        "a database that a newer program has changed is refused, untouched",
        arguments: Engine.allCases
    )
    func newer(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Migrator([one, two]).migrate(database)
            await #expect(throws: MigrationError.newerSchema("two")) {
                try await Migrator([one]).migrate(database)
            }
        }
    }

    @Test("a database of another program is refused", arguments: Engine.allCases)
    func foreign(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Migrator([two.renamed, one]).migrate(database)
            await #expect(throws: MigrationError.foreignSchema("other")) {
                try await Migrator([one, two]).migrate(database)
            }
        }
    }

    @Test("a step that fails undoes the steps before it", arguments: Engine.allCases)
    func failing(_ engine: Engine) async throws {
        let broken = Migration("broken", ["CREATE TABLE b(x BIGINT)", "NONSENSE"])
        try await engine.withDatabase { database in
            await #expect(throws: DatabaseError.self) {
                try await Migrator([one, broken]).migrate(database)
            }
            let done = try await Migrator([one]).migrate(database)
            #expect(done == ["one"])
        }
    }
}

extension Migration {
    fileprivate var renamed: Migration { Migration("other", ["CREATE TABLE z(x BIGINT)"]) }
}
