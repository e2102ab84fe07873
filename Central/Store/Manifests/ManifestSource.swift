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
    let specimens: SpecimenRows

    init(_ event: EventID, _ codes: SpecimenCodes, _ central: any SQLConnection) throws {
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
        specimens = try codes.rows(
            created: stored.summary.created,
            halls: stored.details.halls.map(\.number)
        )
    }

    /// The rows of `meta`.
    var meta: [ManifestRow] {
        let fixed: [(GatePolicy.MetaKey, String)] =
            [
                (.schema, String(ManifestSchema.version)), (.event, event.hex),
                (.eventName, name),
            ] + policy.meta
        return fixed.map { ManifestRow(.meta, [.text($0.0.rawValue), .text($0.1)]) }
            + specimens.meta
    }

    /// Every row that stands in no large table of central: few, so compared as a whole.
    func smallRows(_ central: any SQLConnection) throws -> [ManifestRow] {
        var rows = meta + specimens.small + specimens.tickets + specimens.codes
        for table in [ManifestTable.accessClass, .access] {
            try central.forEachRow(Self.all(of: table), [.id(event)]) { row in
                rows.append(ManifestRow(table, try row.manifestValues))
            }
        }
        return rows
    }

    /// Fills the tables of a new file.
    func copy(from central: any SQLConnection, to file: any SQLConnection) throws {
        for table in ManifestSchema.tables { try file.run(table.sql) }
        for table in [ManifestTable.accessClass, .access, .ticket, .code] {
            let insert = try file.prepare(ManifestSchema.insert(into: table))
            try central.forEachRow(Self.all(of: table), [.id(event)]) {
                try insert.run(copying: $0)
            }
        }
        for row in meta + specimens.small + specimens.tickets + specimens.codes {
            try file.run(ManifestSchema.insert(into: row.table), row.values.map(\.sql))
        }
    }

    /// The row that a manifest holds of a ticket or a code now; `nil` if there is none.
    func row(
        _ table: ManifestTable,
        key: [UInt8],
        _ central: any SQLConnection
    ) throws -> ManifestRow? {
        guard let name = table.keyColumns.first else { return nil }
        return try central.first(
            "SELECT \(Self.selected(table)) WHERE event = ? AND \(name) = ?",
            [.id(event), .blob(key)]
        ) { ManifestRow(table, try $0.manifestValues) }
    }

    private static func all(of table: ManifestTable) -> String {
        let keys =
            switch table {
            case .accessClass: "number"
            case .meta, .access, .ticket, .code: table.keyColumns.joined(separator: ", ")
            }
        return "SELECT \(selected(table)) WHERE event = ? ORDER BY \(keys)"
    }

    /// What a manifest's columns are in central, and where they stand.
    ///
    /// An open bound is 0 in a manifest; every ticket may enter by any group of gates.
    private static func selected(_ table: ManifestTable) -> String {
        switch table {
        case .meta: preconditionFailure("meta stands in no table of central")
        case .accessClass: "number, name FROM access_class"
        case .access: "class, hall, gate, nbf, exp FROM access"
        case .ticket:
            """
            id, class, status, gen, coalesce(nbf, 0), coalesce(exp, 0), uses_max, reentry,
            methods, 0, holder FROM ticket
            """
        case .code: "h, ticket, kind, gen, status FROM ticket_code"
        }
    }
}

extension SQLRow {
    /// The columns as the manifest format knows them.
    var manifestValues: [ManifestValue] {
        get throws {
            var values: [ManifestValue] = []
            values.reserveCapacity(count)
            for column in 0..<count {
                switch try value(column) {
                case .null: values.append(.null)
                case .integer(let number): values.append(.integer(number))
                case .text(let text): values.append(.text(text))
                case .blob(let bytes): values.append(.blob(bytes))
                case .real: throw DatabaseError.wrongType(column: column)
                }
            }
            return values
        }
    }
}

extension ManifestValue {
    /// The value as the database port takes it.
    var sql: SQLValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .text(let text): .text(text)
        case .blob(let bytes): .blob(bytes)
        }
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
