package import AdmissionRules
import CSQLiteHardening
import GRDB
package import ManifestFormat
import Sodium
import Synchronization
package import TicketModel
package import TokenFormat

/// An open manifest: read-only, hardened, verified, and the same for as long as anyone holds it.
///
/// Opening does no more than a hostile file can survive; ``ManifestVerifier`` decides whether it is
/// believed.
package final class ManifestFile: Sendable {
    /// Access rows that are kept in memory; a manifest with more is refused.
    package static let accessRowsMax = 200_000
    /// Pages that SQLite keeps at hand: all inner pages of 1,000,000 tickets, and some leaves.
    private static let cacheBytes = 8 << 20

    package let metadata: ManifestMetadata
    package let facts: ManifestFacts
    package let eventName: String
    private let lookups: Mutex<Lookups>
    private let access: [ClassNumber: [AccessRow]]

    init(
        metadata: ManifestMetadata,
        policy: GatePolicy,
        eventName: String,
        access: [ClassNumber: [AccessRow]],
        database: DatabaseQueue
    ) throws(ManifestRefusal) {
        do {
            lookups = Mutex(try Lookups(database))
        } catch { throw .notReadable(StorageFault(error)) }
        self.metadata = metadata
        self.eventName = eventName
        self.access = access
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
                sql: """
                    PRAGMA trusted_schema=OFF; PRAGMA query_only=ON; PRAGMA cell_size_check=ON;
                    PRAGMA cache_size=-\(cacheBytes >> 10)
                    """
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
        let named: TicketID?
        switch credential {
        case .unproven: return facts
        case .token(let token): named = token.fields.ticket
        case .ownCode, .imported:
            facts.code = try code(barcodeNames)
            named = facts.code?.ticket
        }
        guard let named else { return facts }
        facts.ticket = try ticket(named)
        if let ticket = facts.ticket {
            facts.access = access(of: ticket.accessClass)
        } else if case .token(let token) = credential {
            facts.access = access(of: token.fields.accessClass)
        }
        return facts
    }

    /// The row of one ticket.
    package func ticket(_ id: TicketID) throws(StorageFault) -> TicketRow? {
        let row: [ManifestValue]?
        do {
            row = try lookups.withLock { try $0.ticket.row(key: id.bytes) }
        } catch { throw StorageFault(error) }
        guard let row else { return nil }
        guard let ticket = TicketRow(row) else { throw .badValue("ticket") }
        return ticket
    }

    /// The row of the first name that is listed.
    private func code(_ names: [[UInt8]]) throws(StorageFault) -> CodeRow? {
        for name in names {
            let row: [ManifestValue]?
            do {
                row = try lookups.withLock { try $0.code.row(key: name) }
            } catch { throw StorageFault(error) }
            guard let row else { continue }
            guard let code = CodeRow(row) else { throw .badValue("code") }
            return code
        }
        return nil
    }
}

/// The two questions that scans ask of a manifest.
///
/// GRDB's queue would cost more than the answer: the statements are used directly, by one thread at
/// a time under the mutex around them, and nobody else uses the connection once it is verified.
private struct Lookups: @unchecked Sendable {
    let ticket: RawStatement
    let code: RawStatement
    /// Keeps the connection open.
    private let database: DatabaseQueue

    init(_ database: DatabaseQueue) throws {
        self.database = database
        (ticket, code) = try database.unsafeRead {
            (
                try RawStatement(Self.query(.ticket, where: "id"), in: $0),
                try RawStatement(Self.query(.code, where: "h"), in: $0)
            )
        }
    }

    private static func query(_ table: ManifestTable, where key: String) -> String {
        "SELECT \(table.columns.joined(separator: ",")) FROM \(table.rawValue) WHERE \(key)=?"
    }
}

extension RawStatement {
    fileprivate func row(key: [UInt8]) throws -> [ManifestValue]? {
        bind(1, key)
        return try row()
    }
}
