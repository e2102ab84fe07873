import Database
import ManifestFormat
import TicketModel

/// Finds what a manifest has to change, in time proportional to the change.
///
/// A row's old value is the last word on it since the file was made, or else what the file holds.
struct ManifestGrowth {
    private let source: ManifestSource
    private let central: any SQLConnection
    private let file: any SQLConnection
    private(set) var base: ManifestBase
    private(set) var changes: [ManifestChange] = []

    init(
        _ source: ManifestSource,
        from base: ManifestBase,
        _ central: any SQLConnection,
        file: any SQLConnection
    ) {
        self.source = source
        self.base = base
        self.central = central
        self.file = file
    }

    /// Compares what was touched, and keeps the lane sums up to date.
    mutating func run() throws {
        try compareSmallRows()
        for (table, name) in [(ManifestTable.ticket, "ticket"), (.code, "ticket_code")] {
            let keys = try central.rows(
                "SELECT key FROM manifest_change WHERE event = ? AND tbl = ? ORDER BY key",
                [.id(source.event), .text(name)]
            ) { try $0.blob(0) }
            for bytes in keys {
                guard let key = ManifestKey(checked: table, [.blob(bytes)]) else {
                    throw StoreError.database(.corrupt("a key of \(name)"))
                }
                let new = try source.row(table, key: bytes, central)
                try note(key, old: try old(key), new: new)
            }
        }
    }

    private mutating func compareSmallRows() throws {
        let new = try source.smallRows(central)
        let known = Set(new.map(\.primaryKey))
        for row in new { try note(row.primaryKey, old: try old(row.primaryKey), new: row) }
        for key in try smallKeys() where !known.contains(key) {
            try note(key, old: try old(key), new: nil)
        }
    }

    /// Keys that the small tables may hold now: those of the file, and those put since.
    private func smallKeys() throws -> Set<ManifestKey> {
        var keys: Set<ManifestKey> = []
        for table in [ManifestTable.meta, .accessClass, .access] {
            let names = table.columns.joined(separator: ",")
            try file.forEachRow("SELECT \(names) FROM \(table.rawValue)", []) { row in
                keys.insert(ManifestRow(table, try row.manifestValues).primaryKey)
            }
            try central.forEachRow(
                "SELECT line FROM manifest_row WHERE event = ? AND tbl = ?",
                [.id(source.event), .text(table.rawValue)]
            ) { row in
                keys.insert(try Self.change(row).key)
            }
        }
        return keys
    }

    private mutating func note(_ key: ManifestKey, old: ManifestRow?, new: ManifestRow?) throws {
        guard old != new else { return }
        if let old { base.content.remove(old) }
        if let new { base.content.add(new) }
        let gained = (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
        switch key.table {
        case .ticket: base.tickets += Int64(gained)
        case .code: base.codes += Int64(gained)
        case .meta, .accessClass, .access: break
        }
        changes.append(new.map { .put($0) } ?? .delete(key))
    }

    private func old(_ key: ManifestKey) throws -> ManifestRow? {
        let change = try central.first(
            "SELECT line FROM manifest_row WHERE event = ? AND tbl = ? AND key = ?",
            [.id(source.event), .text(key.table.rawValue), .blob(key.stored)],
            Self.change
        )
        switch change {
        case .put(let row): return row
        case .delete: return nil
        case nil: break
        }
        let table = key.table
        let condition = table.keyColumns.map { "\($0) = ?" }.joined(separator: " AND ")
        return try file.first(
            """
            SELECT \(table.columns.joined(separator: ",")) FROM \(table.rawValue)
            WHERE \(condition)
            """,
            key.values.map(\.sql)
        ) { ManifestRow(table, try $0.manifestValues) }
    }

    static func change(_ row: any SQLRow) throws -> ManifestChange {
        let line = try row.blob(0)
        do throws(DeltaError) { return try ManifestChange(line: line) } catch {
            throw StoreError.database(.corrupt("a stored delta line: \(error)"))
        }
    }

    /// Keeps the changes as those of `version`.
    func store(version: Int64) throws {
        try central.runBatch(
            """
            INSERT INTO manifest_row(event, tbl, key, version, line) VALUES(?, ?, ?, ?, ?)
            ON CONFLICT(event, tbl, key) DO UPDATE
            SET version = excluded.version, line = excluded.line
            """,
            changes.map { change in
                [
                    .id(source.event), .text(change.key.table.rawValue),
                    .blob(change.key.stored), .integer(version), .blob(change.line),
                ]
            }
        )
        try central.run("DELETE FROM manifest_change WHERE event = ?", [.id(source.event)])
        try base.store(source.event, central)
    }
}

extension ManifestKey {
    /// What a row is found by in `manifest_row`: a blob as it is, anything else as a line of JSON.
    var stored: [UInt8] {
        if values.count == 1, case .blob(let bytes) = values[0] { return bytes }
        return ManifestChange.delete(self).line
    }
}
