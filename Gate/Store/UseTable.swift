import GRDB
import GateLogic
import ManifestFormat
import TicketModel

/// The uses of one ticket, with the record that its movements are followed back from.
struct StoredUse: Hashable {
    var use = TicketUse()
    /// The latest record that moved its guest, given back or not.
    var latest: RecordPosition?
}

/// Reads and writes the `use` table.
enum UseTable {
    /// The columns after the ticket.
    static let columns =
        "entries, inside, generation, device, gate, lane, time, passed, latest"
    private static let query = "SELECT \(columns) FROM use WHERE ticket=?"
    private static let store = """
        INSERT INTO use(ticket,entries,inside,generation,device,gate,lane,time,passed,latest)
        VALUES(?,?,?,?,?,?,?,?,?,?)
        ON CONFLICT(ticket) DO UPDATE SET entries=excluded.entries, inside=excluded.inside,
        generation=excluded.generation, device=excluded.device, gate=excluded.gate,
        lane=excluded.lane, time=excluded.time, passed=excluded.passed, latest=excluded.latest
        """

    static func use(of ticket: TicketID, in database: Database) throws -> StoredUse {
        let statement = try RawStatement(query, in: database)
        statement.bind(1, ticket.bytes)
        guard let values = try statement.row() else { return StoredUse() }
        return try use(values[...])
    }

    /// Reads a row of ``columns``.
    static func use(_ values: ArraySlice<ManifestValue>) throws -> StoredUse {
        let row = Array(values)
        guard row.count == 9, let entries = row[0].integer, let inside = row[1].integer,
            let generation = row[2].integer.flatMap({ UInt8(exactly: $0) })
        else { throw StorageFault.badValue("use") }
        var stored = StoredUse()
        stored.latest = row[8].integer.map { RecordPosition(number: $0) }
        stored.use.entries = Int(entries)
        stored.use.inside = Int(inside)
        stored.use.generation = Generation(generation)
        guard row[3] != .null else { return stored }
        guard case .text(let name) = row[3], let device = DeviceName(name),
            let gate = row[4].integer.flatMap({ GateNumber(exactly: $0) }),
            let lane = row[5].integer.flatMap({ LaneNumber(exactly: $0) }),
            let time = row[6].integer, let passed = row[7].integer
        else { throw StorageFault.badValue("use") }
        stored.use.last = TicketUse.Last(
            device: device,
            gate: gate,
            lane: lane,
            time: Timestamp(milliseconds: time),
            isPassed: passed != 0
        )
        return stored
    }

    static func set(_ stored: StoredUse, of ticket: TicketID, in database: Database) throws {
        let use = stored.use
        let statement = try RawStatement(store, in: database)
        statement.bind(1, ticket.bytes)
        statement.bind(2, Int64(use.entries))
        statement.bind(3, Int64(use.inside))
        statement.bind(4, Int64(use.generation.number))
        statement.bind(5, use.last?.device.text)
        statement.bind(6, use.last.map { Int64($0.gate.number) })
        statement.bind(7, use.last.map { Int64($0.lane.number) })
        statement.bind(8, use.last?.time.milliseconds)
        statement.bind(9, use.last?.isPassed == true ? 1 : 0)
        statement.bind(10, stored.latest?.number)
        try statement.run()
    }
}

extension ManifestValue {
    fileprivate var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}
