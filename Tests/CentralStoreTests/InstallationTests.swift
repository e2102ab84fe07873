import CentralStore
import Database
import DatabaseSQLite
import Encodings
import Foundation
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("A data directory")
struct InstallationTests {
    @Test("is made once, gives one administrator's key, and opens again")
    func initialise() async throws {
        try await withFolder { folder in
            let made = try await CentralData.initialise(directory: folder, at: noon)
            let central = try await CentralData.open(directory: folder, at: noon)
            let bearer = try await central.apiKeys.authenticate(made.adminKey.text, at: noon)
            #expect(bearer?.scopes == .admin)
            #expect(central.keys.rootHash == made.rootHash)
            try central.close()
            await #expect(throws: StoreError.alreadyInitialised(folder)) {
                try await CentralData.initialise(directory: folder, at: noon)
            }
            let again = try await CentralData.open(directory: folder, at: noon)
            #expect(again.keys.rootHash == made.rootHash)
        }
    }

    @Test("keeps its master key from everybody else")
    func permissions() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let path = "\(folder)/\(MasterKey.fileName)"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test("does not open without a database, with another master key, or with a broken one")
    func wrongKey() async throws {
        try await withFolder { folder in
            await #expect(throws: StoreError.notInitialised(folder)) {
                try await CentralData.open(directory: folder, at: noon)
            }
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let other = try #require(SecretKey(bytes: Sodium.randomBytes(32)))
            await #expect(throws: StoreError.wrongMasterKey) {
                try await CentralData.open(directory: folder, masterKey: other, at: noon)
            }
            let path = "\(folder)/\(MasterKey.fileName)"
            try "not a key".write(toFile: path, atomically: true, encoding: .utf8)
            await #expect(throws: StoreError.wrongMasterKey) {
                try await CentralData.open(directory: folder, at: noon)
            }
        }
    }

    @Test("uses a master key that is kept elsewhere, and then writes none")
    func foreignMasterKey() async throws {
        try await withFolder { folder in
            let text = Base64.encodeURL(Sodium.randomBytes(32))
            let key = try MasterKey.parse(text + "\n")
            _ = try await CentralData.initialise(directory: folder, masterKey: key, at: noon)
            let path = "\(folder)/\(MasterKey.fileName)"
            #expect(!FileManager.default.fileExists(atPath: path))
            let central = try await CentralData.open(directory: folder, masterKey: key, at: noon)
            try central.close()
        }
    }

    @Test("can be made again after an attempt that was cut short")
    func interrupted() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            let left = "\(folder)/\(CentralData.databaseName).new"
            let half = try SQLiteDatabase.open(left)
            try await half.write { try $0.run("CREATE TABLE half(a BIGINT)") }
            try half.close()
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let central = try await CentralData.open(directory: folder, at: noon)
            let none = try await central.events.list(limit: 10).items
            #expect(none.isEmpty)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!names.contains { $0.contains(".new") })
        }
    }

    @Test("of a newer program is refused and left alone")
    func newerSchema() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let path = "\(folder)/\(CentralData.databaseName)"
            let database = try SQLiteDatabase.open(path)
            try await database.write {
                try $0.run("INSERT INTO schema_migration VALUES(99, 'from tomorrow')", [])
            }
            try database.close()
            await #expect(throws: StoreError.foreignSchema("from tomorrow")) {
                try await CentralData.open(directory: folder, at: noon)
            }
        }
    }

    @Test("holds no key in clear")
    func sealed() async throws {
        try await withFolder { folder in
            let made = try await CentralData.initialise(directory: folder, at: noon)
            let central = try await CentralData.open(directory: folder, at: noon)
            let (event, tickets) = try await central.concert(tickets: 1)
            let issued = try #require(tickets.first)
            let keys = try await central.keys.eventKeys(event)
            try central.close()
            let path = "\(folder)/\(CentralData.databaseName)"
            let bytes = try Data(contentsOf: URL(filePath: path))
            let secrets: [[UInt8]] = [
                keys.live.seed, keys.paper.seed, keys.barcodeKey,
                Array(made.adminKey.text.utf8), Array(issued.credentials.ownCode.text.utf8),
                Array(issued.credentials.link.utf8),
            ]
            for secret in secrets { #expect(bytes.range(of: Data(secret)) == nil) }
        }
    }
}
