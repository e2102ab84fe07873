import Database
import ManifestFormat
import TicketModel

/// An event as one snapshot shows it, about to become a manifest.
struct ManifestSource: Sendable {
    let event: EventID
    let name: String
    let ends: Timestamp
    let policy: GatePolicy
    let revision: Int64
    /// The manifest version in force.
    let version: Int64
    /// The first trust list that vouches for all keys of this event.
    let trustMin: Int64

    init(_ event: EventID, _ central: any SQLConnection) throws {
        let stored = try EventRepository.event(event, central)
        let trustMin = try central.first(
            "SELECT trust_min FROM event WHERE id = ?",
            [.id(event)]
        ) { try $0.integer(0) }
        self.event = event
        name = stored.summary.name
        ends = stored.summary.ends
        policy = try stored.details.policy.importing(event, central)
        revision = stored.summary.revision
        version = stored.summary.manifestVersion
        self.trustMin = trustMin ?? 0
    }

    /// Fills the tables of a new file.
    func copy(from central: any SQLConnection, to file: any SQLConnection) throws {
        for table in ManifestSchema.tables { try file.run(table.sql) }
        let meta: [(GatePolicy.MetaKey, String)] =
            [
                (.schema, String(ManifestSchema.version)), (.event, event.hex),
                (.eventName, name),
            ] + policy.meta
        try file.runBatch(
            ManifestSchema.insert(into: .meta),
            meta.sorted { $0.0.rawValue < $1.0.rawValue }.map {
                [.text($0.0.rawValue), .text($0.1)]
            }
        )
        try copy(
            .accessClass,
            "SELECT number, name FROM access_class WHERE event = ? ORDER BY number",
            central,
            file
        )
        try copy(
            .access,
            """
            SELECT class, hall, gate, nbf, exp FROM access WHERE event = ?
            ORDER BY class, hall, gate, nbf
            """,
            central,
            file
        )
        // An open bound is 0 in a manifest; every ticket may enter by any group of gates.
        try copy(
            .ticket,
            """
            SELECT id, class, status, gen, coalesce(nbf, 0), coalesce(exp, 0), uses_max, reentry,
                methods, 0, holder FROM ticket WHERE event = ? ORDER BY id
            """,
            central,
            file
        )
        try copy(
            .code,
            "SELECT h, ticket, kind, gen, status FROM ticket_code WHERE event = ? ORDER BY h",
            central,
            file
        )
    }

    private func copy(
        _ table: ManifestTable,
        _ query: String,
        _ central: any SQLConnection,
        _ file: any SQLConnection
    ) throws {
        let insert = try file.prepare(ManifestSchema.insert(into: table))
        try central.forEachRow(query, [.id(event)]) { try insert.run(copying: $0) }
    }
}

extension GatePolicy {
    /// The policy with the rules of the event's imported barcodes.
    fileprivate func importing(
        _ event: EventID,
        _ central: any SQLConnection
    ) throws -> GatePolicy {
        var policy = self
        let rules = try central.rows(
            "SELECT DISTINCT fold, slow FROM barcode_import WHERE event = ?",
            [.id(event)]
        ) { row in
            ImportRule(
                fold: try row.parsed(0, try row.text(0)) { ImportRule.Fold(rawValue: $0) },
                isSlow: try row.flag(1)
            )
        }
        if !rules.isEmpty { policy.imports = Set(rules) }
        return policy
    }
}
