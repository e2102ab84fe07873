import GRDB
import ManifestFormat
import TicketModel

extension ManifestFile {
    /// Opens a file that nobody has vouched for, to look at it: hardened, but neither its signature
    /// nor its content is checked.
    ///
    /// For tools only. A gate never admits by such a file: ``ManifestShelf`` takes none.
    package static func unverified(_ path: String) throws(ManifestRefusal) -> ManifestFile {
        let database = try open(path)
        var meta: [String: String] = [:]
        var access: [ClassNumber: [AccessRow]] = [:]
        do {
            try database.unsafeRead { database in
                let pairs = try Row.fetchCursor(database, sql: "SELECT k, v FROM meta")
                while let row = try pairs.next() {
                    if let name = row.text(0), let value = row.text(1) { meta[name] = value }
                }
                let columns = ManifestTable.access.columns.joined(separator: ",")
                let rows = try Row.fetchCursor(database, sql: "SELECT \(columns) FROM access")
                while let row = try rows.next() {
                    guard let row = AccessRow(row.manifestValues) else {
                        throw ManifestRefusal.row(.access)
                    }
                    access[row.accessClass, default: []].append(row)
                }
            }
        } catch let refusal as ManifestRefusal {
            throw refusal
        } catch { throw .notReadable(StorageFault(error)) }
        guard let policy = GatePolicy(meta: meta) else { throw .policy }
        guard let event = meta[GatePolicy.MetaKey.event.rawValue].flatMap({ EventID(hex: $0) })
        else { throw .row(.meta) }
        let metadata = ManifestMetadata(
            event: event,
            version: 1,
            created: Timestamp(milliseconds: 0),
            staleAfter: Timestamp(milliseconds: .max),
            expires: Timestamp(milliseconds: .max),
            content: [UInt8](repeating: 0, count: 32),
            fileBytes: 1,
            fileHash: [UInt8](repeating: 0, count: 32),
            trustMin: 0,
            tickets: 0,
            codes: 0
        )
        return try ManifestFile(
            metadata: metadata,
            policy: policy,
            eventName: meta[GatePolicy.MetaKey.eventName.rawValue] ?? "",
            access: access,
            database: database
        )
    }
}
