package import AdmissionRules
import CSQLiteHardening
import GRDB
package import ManifestFormat
import Sodium
package import TicketModel
package import TokenFormat

/// An open manifest: read-only, hardened, verified, and the same for as long as anyone holds it.
///
/// Opening does no more than a hostile file can survive; ``ManifestVerifier`` decides whether it is
/// believed.
package final class ManifestFile: Sendable {
    /// Access rows that are kept in memory; a manifest with more is refused.
    package static let accessRowsMax = 200_000

    package let metadata: ManifestMetadata
    package let facts: ManifestFacts
    package let eventName: String
    private let database: DatabaseQueue
    private let access: [ClassNumber: [AccessRow]]

    init(
        metadata: ManifestMetadata,
        policy: GatePolicy,
        eventName: String,
        access: [ClassNumber: [AccessRow]],
        database: DatabaseQueue
    ) {
        self.metadata = metadata
        self.eventName = eventName
        self.access = access
        self.database = database
        facts = ManifestFacts(
            version: metadata.version,
            staleAfter: metadata.staleAfter,
            expires: metadata.expires,
            policy: policy
        )
    }

    /// Opens a file so that nothing in it can run or write.
    static func open(_ path: String) throws(ManifestRefusal) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "manifest"
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            guard stile_sqlite3_set_defensive(database.sqliteConnection) == SQLITE_OK else {
                throw StorageFault.other(SQLITE_ERROR, "defensive mode is not available")
            }
            try database.execute(
                sql: "PRAGMA trusted_schema=OFF; PRAGMA query_only=ON; PRAGMA cell_size_check=ON"
            )
        }
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            // One read transaction for as long as the file is open: the file never changes, so
            // there is nothing to lock and unlock for every scan.
            try database.unsafeRead { try $0.execute(sql: "BEGIN") }
            return database
        } catch { throw .notReadable(StorageFault(error)) }
    }

    /// The access rows of a class; none for a class that is not listed.
    package func access(of accessClass: ClassNumber) -> [AccessRow] {
        access[accessClass] ?? []
    }

    /// What a proof depends on, to be fetched before it is checked.
    package func proofFacts(for code: ScannedCode) throws(StorageFault) -> ProofFacts {
        guard case .token(let token) = code, token.fields.type == .holder else {
            return ProofFacts(imports: facts.policy.imports)
        }
        let bound = try ticket(token.fields.ticket)?.holder
        return ProofFacts(
            holder: bound.flatMap { PublicKey(bytes: $0) },
            imports: facts.policy.imports
        )
    }

    /// The rows that concern one credential.
    ///
    /// - Parameter barcodeNames: under which names a static code may be listed, see ``Proof``.
    package func facts(
        for credential: Credential,
        barcodeNames: [[UInt8]] = []
    ) throws(StorageFault) -> Facts {
        var facts = Facts(manifest: self.facts)
        do {
            try database.unsafeRead { database in
                let named: TicketID?
                switch credential {
                case .unproven: return
                case .token(let token): named = token.fields.ticket
                case .ownCode, .imported:
                    facts.code = try Self.code(barcodeNames, in: database)
                    named = facts.code?.ticket
                }
                guard let named else { return }
                facts.ticket = try Self.ticket(named, in: database)
            }
        } catch { throw StorageFault(error) }
        if let ticket = facts.ticket {
            facts.access = access(of: ticket.accessClass)
        } else if case .token(let token) = credential {
            facts.access = access(of: token.fields.accessClass)
        }
        return facts
    }

    /// The row of one ticket.
    package func ticket(_ id: TicketID) throws(StorageFault) -> TicketRow? {
        do {
            return try database.unsafeRead { try Self.ticket(id, in: $0) }
        } catch { throw StorageFault(error) }
    }

    /// The row of the first name that is listed.
    private static func code(_ names: [[UInt8]], in database: Database) throws -> CodeRow? {
        for name in names {
            guard let values = try row(codeQuery, key: name, in: database) else { continue }
            guard let row = CodeRow(values) else { throw StorageFault.badValue("code") }
            return row
        }
        return nil
    }

    private static func ticket(_ id: TicketID, in database: Database) throws -> TicketRow? {
        guard let values = try row(ticketQuery, key: id.bytes, in: database) else { return nil }
        guard let row = TicketRow(values) else { throw StorageFault.badValue("ticket") }
        return row
    }

    private static let ticketQuery = query(.ticket, where: "id")
    private static let codeQuery = query(.code, where: "h")

    private static func query(_ table: ManifestTable, where key: String) -> String {
        "SELECT \(table.columns.joined(separator: ",")) FROM \(table.rawValue) WHERE \(key)=?"
    }

    private static func row(
        _ query: String,
        key: [UInt8],
        in database: Database
    ) throws -> [ManifestValue]? {
        let statement = try RawStatement(query, in: database)
        statement.bind(1, key)
        return try statement.row()
    }
}
