import Database
import DatabaseSQLite
import Foundation
import Testing

@Suite("SQLite files")
struct FileTests {
    @Test("every commit is synced to disk, and readers do not wait for writers")
    func durability() async throws {
        try await withFolder { folder in
            let database = try SQLiteDatabase.open("\(folder)/a.sqlite")
            let (synchronous, journal) = try await database.write { connection in
                (
                    try connection.first("PRAGMA synchronous") { try $0.integer(0) },
                    try connection.first("PRAGMA journal_mode") { try $0.text(0) }
                )
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    @Test("what was written is there after closing and opening again")
    func reopening() async throws {
        try await withFolder { folder in
            let path = "\(folder)/a.sqlite"
            let first = try SQLiteDatabase.open(path)
            try await first.write { try $0.run("CREATE TABLE kept(a BIGINT)") }
            try first.close()
            await #expect(throws: DatabaseError.self) {
                try await first.read { try $0.rows("SELECT * FROM kept") { _ in }.count }
            }
            let second = try SQLiteDatabase.open(path)
            let count = try await second.read { try $0.rows("SELECT * FROM kept") { _ in }.count }
            #expect(count == 0)
        }
    }

    @Test("a file that is no database is refused and left alone")
    func notADatabase() async throws {
        try await withFolder { folder in
            let path = "\(folder)/letter.txt"
            let letter = String(repeating: "Dear guest, ", count: 1000)
            try letter.write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: DatabaseError.self) { try SQLiteDatabase.open(path) }
            guard case .corrupt = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == letter)
        }
    }

    @Test("a missing folder is an error that names the cause")
    func missingFolder() {
        let error = #expect(throws: DatabaseError.self) {
            try SQLiteDatabase.open("/nonexistent/folder/a.sqlite")
        }
        guard case .cannotOpen = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a file opened for reading is not written")
    func readOnly() async throws {
        try await withFolder { folder in
            let path = "\(folder)/a.sqlite"
            let made = try SQLiteDatabase.build(path)
            try await made.write { try $0.run("CREATE TABLE kept(a BIGINT)") }
            try made.close()
            let opened = try SQLiteDatabase.openReadOnly(path)
            await #expect(throws: DatabaseError.readOnly) {
                try await opened.write { try $0.run("INSERT INTO kept VALUES(1)", []) }
            }
        }
    }

    @Test("a finished file stands alone, without journal or log beside it")
    func building() async throws {
        try await withFolder { folder in
            let made = try SQLiteDatabase.build("\(folder)/a.sqlite")
            try await made.write { try $0.run("CREATE TABLE kept(a BIGINT)") }
            try made.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names == ["a.sqlite"])
            let opened = try SQLiteDatabase.openReadOnly("\(folder)/a.sqlite")
            let size = try await opened.read {
                try $0.first("PRAGMA page_size") { try $0.integer(0) }
            }
            #expect(size == 4096)
        }
    }
}
