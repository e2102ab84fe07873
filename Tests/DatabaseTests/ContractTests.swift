import Database
import Testing

@Suite("What every engine behind the Database port does")
struct ContractTests {
    private static let table = "CREATE TABLE thing(id BIGINT PRIMARY KEY, name TEXT NOT NULL)"

    private struct Stopped: Error, Equatable {}

    @Test("values of every kind come back as they went in", arguments: Engine.allCases)
    func values(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let sent: [SQLValue] = [
                .null, .integer(.min), .integer(.max), .real(0.1), .text(""), .text("Ünïcode 🎟"),
                .blob([]), .blob([0, 255, 0]),
            ]
            let dialect = database.dialect
            try await database.write { connection in
                try connection.run(
                    dialect.fill(
                        "CREATE TABLE v(a TEXT, b BIGINT, c BIGINT, d DOUBLE PRECISION, e TEXT, "
                            + "f TEXT, g {BLOB}, h {BLOB})"
                    )
                )
                try connection.run("INSERT INTO v VALUES(?, ?, ?, ?, ?, ?, ?, ?)", sent)
            }
            let found = try await database.read {
                try $0.first("SELECT * FROM v") { try $0.values }
            }
            #expect(found == sent)
        }
    }

    @Test("SQL in a value stays a value", arguments: Engine.allCases)
    func injection(_ engine: Engine) async throws {
        let evil = "'); DROP TABLE thing; --"
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.run("INSERT INTO thing VALUES(?, ?)", [.integer(1), .text(evil)])
            }
            let name = try await database.read { connection in
                try connection.first("SELECT name FROM thing WHERE name = ?", [.text(evil)]) {
                    try $0.text(0)
                }
            }
            #expect(name == evil)
        }
    }

    @Test("a transaction that throws leaves nothing behind", arguments: Engine.allCases)
    func rollback(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { try $0.run(Self.table) }
            await #expect(throws: Stopped()) {
                try await database.write { connection in
                    try connection.run("INSERT INTO thing VALUES(1, 'lost')")
                    throw Stopped()
                }
            }
            let count = try await database.read { connection in
                try connection.first("SELECT count(*) FROM thing") { try $0.integer(0) }
            }
            #expect(count == 0)
        }
    }

    @Test(
        "a taken key is told as such, and the transaction can be given up",
        arguments: Engine.allCases
    )
    func uniqueness(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.run("INSERT INTO thing VALUES(1, 'first')")
            }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write {
                    try $0.run("INSERT INTO thing VALUES(1, 'second')", [])
                }
            }
            guard case .uniqueViolation = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("foreign keys, missing values and checks are enforced", arguments: Engine.allCases)
    func constraints(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.run(
                    "CREATE TABLE part(thing BIGINT NOT NULL REFERENCES thing(id), "
                        + "size BIGINT NOT NULL CHECK(size > 0))"
                )
                try connection.run("INSERT INTO thing VALUES(1, 'whole')")
            }
            await #expect(throws: DatabaseError.foreignKeyViolation) {
                try await database.write { try $0.run("INSERT INTO part VALUES(2, 1)", []) }
            }
            let missing = await #expect(throws: DatabaseError.self) {
                try await database.write { try $0.run("INSERT INTO part VALUES(1, NULL)", []) }
            }
            guard case .notNullViolation = missing else {
                Issue.record("\(String(describing: missing))")
                return
            }
            let small = await #expect(throws: DatabaseError.self) {
                try await database.write { try $0.run("INSERT INTO part VALUES(1, 0)", []) }
            }
            guard case .checkViolation = small else {
                Issue.record("\(String(describing: small))")
                return
            }
        }
    }

    @Test(
        "a wrong number of values and a wrong type are errors, not guesses",
        arguments: Engine.allCases
    )
    func mistakes(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.run("INSERT INTO thing VALUES(1, 'text')")
            }
            await #expect(throws: DatabaseError.wrongArgumentCount(expected: 1, given: 2)) {
                try await database.read {
                    try $0.rows("SELECT ?", [.integer(1), .integer(2)]) { _ in }.count
                }
            }
            await #expect(throws: DatabaseError.wrongType(column: 0)) {
                try await database.read {
                    try $0.first("SELECT name FROM thing") { try $0.integer(0) }
                }
            }
            await #expect(throws: DatabaseError.wrongType(column: 7)) {
                try await database.read {
                    try $0.first("SELECT name FROM thing") { try $0.integer(7) }
                }
            }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { try $0.rows("SELEKT", []) { _ in }.count }
            }
            guard case .badStatement = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("a snapshot cannot write", arguments: Engine.allCases)
    func readOnly(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { try $0.run(Self.table) }
            await #expect(throws: DatabaseError.readOnly) {
                try await database.read { try $0.run("INSERT INTO thing VALUES(1, 'x')", []) }
            }
        }
    }

    @Test("changed rows are counted, also in batches and on conflict", arguments: Engine.allCases)
    func counts(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                let insert = "INSERT INTO thing VALUES(?, ?) ON CONFLICT DO NOTHING"
                let added = try connection.runBatch(
                    insert,
                    (0..<1000).map { [.integer(Int64($0 % 900)), .text("n\($0)")] }
                )
                #expect(added == 900)
                let changed = try connection.run(
                    "UPDATE thing SET name = 'low' WHERE id < ?",
                    [.integer(10)]
                )
                #expect(changed == 10)
                #expect(try connection.run("SELECT 1", []) == 0)
            }
        }
    }

    @Test("a statement can run again while its rows are being read", arguments: Engine.allCases)
    func nesting(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.runBatch(
                    "INSERT INTO thing VALUES(?, 'n')",
                    (0..<3).map { [.integer($0)] }
                )
            }
            let pairs = try await database.read { connection in
                let sql = "SELECT id FROM thing ORDER BY id"
                var pairs = 0
                try connection.forEachRow(sql, []) { _ in
                    try connection.forEachRow(sql, []) { _ in pairs += 1 }
                }
                return pairs
            }
            #expect(pairs == 9)
        }
    }

    @Test(
        "reading can stop in the middle and the statement is free again",
        arguments: Engine.allCases
    )
    func stopping(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run(Self.table)
                try connection.runBatch(
                    "INSERT INTO thing VALUES(?, 'n')",
                    (0..<100).map { [.integer($0)] }
                )
            }
            await #expect(throws: Stopped()) {
                try await database.read { connection in
                    try connection.forEachRow("SELECT id FROM thing ORDER BY id", []) { row in
                        if try row.integer(0) == 5 { throw Stopped() }
                    }
                }
            }
            let all = try await database.read { connection in
                try connection.rows("SELECT id FROM thing ORDER BY id") { try $0.integer(0) }
            }
            #expect(all == Array(0..<100))
        }
    }

    @Test("two writers take turns and none is lost", arguments: Engine.allCases)
    func writers(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { connection in
                try connection.run("CREATE TABLE counter(n BIGINT NOT NULL)")
                try connection.run("INSERT INTO counter VALUES(0)")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await database.write { connection in
                            let n = try connection.first("SELECT n FROM counter") {
                                try $0.integer(0)
                            }
                            let next = SQLValue.integer((n ?? 0) + 1)
                            try connection.run("UPDATE counter SET n = ?", [next])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let n = try await database.read {
                try $0.first("SELECT n FROM counter") { try $0.integer(0) }
            }
            #expect(n == 50)
        }
    }

    @Test("rows are copied from one database to another", arguments: Engine.allCases)
    func copying(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let found = try await database.write { connection in
                try connection.run(Self.table)
                try connection.run("CREATE TABLE twin(id BIGINT PRIMARY KEY, name TEXT)")
                try connection.run("INSERT INTO thing VALUES(7, 'seven')")
                let insert = try connection.prepare("INSERT INTO twin VALUES(?, ?)")
                try connection.forEachRow("SELECT id, name FROM thing", []) {
                    try insert.run(copying: $0)
                }
                return try connection.first("SELECT id, name FROM twin") { try $0.values }
            }
            #expect(found == [.integer(7), .text("seven")])
        }
    }
}
