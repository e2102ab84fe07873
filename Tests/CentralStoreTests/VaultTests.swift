import Database
import DatabaseSQLite
import Sodium
import Synchronization
import Testing
import TicketModel

@testable import CentralStore

@Suite("Drawing and sealing keys")
struct VaultTests {
    private func vault(drawing seeds: [[UInt8]]) throws -> (KeyVault, Drawer) {
        let masterKey = try #require(SecretKey(bytes: [UInt8](repeating: 9, count: 32)))
        let drawer = Drawer(seeds)
        return (KeyVault(masterKey: masterKey) { drawer.next() }, drawer)
    }

    private func seed(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private func add(
        _ role: StoredRole,
        _ vault: KeyVault,
        _ connection: any SQLConnection
    ) throws {
        try vault.addKey(
            role,
            event: nil,
            from: noon,
            until: noon + 60,
            connection
        )
    }

    @Test("a seed whose key id is taken is thrown away and another is drawn")
    func drawAgain() async throws {
        let (vault, drawer) = try vault(drawing: [seed(1), seed(1), seed(1), seed(2)])
        let database = try SQLiteDatabase.inMemory()
        try await Migrator(Schema.migrations).migrate(database)
        let (first, second) = try await database.write { connection in
            try add(.manifest, vault, connection)
            try add(.receipt, vault, connection)
            return (
                try vault.line(.manifest, event: nil, connection).signers.last?.key.seed,
                try vault.line(.receipt, event: nil, connection).signers.last?.key.seed
            )
        }
        #expect(first == seed(1) && second == seed(2))
        #expect(drawer.left == 0)
    }

    @Test("a source that only repeats itself is an error, not an endless loop")
    func broken() async throws {
        let (vault, _) = try vault(drawing: [])
        let database = try SQLiteDatabase.inMemory()
        try await Migrator(Schema.migrations).migrate(database)
        await #expect(throws: StoreError.limitReached(.signingKey)) {
            try await database.write { connection in
                try add(.manifest, vault, connection)
                try add(.receipt, vault, connection)
            }
        }
    }

    @Test("a sealed key put under another role does not open")
    func context() async throws {
        let (vault, _) = try vault(drawing: [seed(1)])
        let database = try SQLiteDatabase.inMemory()
        try await Migrator(Schema.migrations).migrate(database)
        await #expect(throws: StoreError.wrongMasterKey) {
            try await database.write { connection in
                try add(.manifest, vault, connection)
                try connection.run("UPDATE signing_key SET role = 'receipt'", [])
                _ = try vault.line(.receipt, event: nil, connection)
            }
        }
    }
}

/// Hands out seeds in order, then the same one for ever.
private final class Drawer: Sendable {
    private let seeds: Mutex<[[UInt8]]>

    init(_ seeds: [[UInt8]]) {
        self.seeds = Mutex(seeds)
    }

    var left: Int { seeds.withLock(\.count) }

    func next() -> [UInt8] {
        seeds.withLock { $0.isEmpty ? [UInt8](repeating: 7, count: 32) : $0.removeFirst() }
    }
}
