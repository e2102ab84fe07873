package import AdmissionRules
import EntryLogFormat
import GRDB
import ManifestFormat
package import TicketModel

/// How one ticket was used, by the records of this journal.
package struct TicketUse: Hashable, Sendable {
    package var entries = 0
    package var inside = 0
    /// The highest generation in any token whose signature held; 0 if none was seen.
    package var generation = Generation(0)
    package var last: Uses.Last?

    package init() {}

    /// What the rules need of it.
    var uses: Uses { Uses(entries: entries, inside: inside, last: last) }

    /// Counts one record of a scan; `false` if it changes nothing.
    ///
    /// The table follows from the records alone: this is the only place that says how.
    mutating func count(_ record: EntryRecord, _ scan: EntryRecord.Scan) -> Bool {
        let before = self
        if let shown = scan.generation, let form = scan.form {
            switch form {
            case .live, .paper, .holder, .holderFull, .wallet:
                generation = max(generation, shown)
            // A static code is no proof that a later generation was issued.
            case .ownCode, .imported: break
            }
        }
        if scan.code == .success {
            switch scan.direction {
            case .entry:
                entries += 1
                inside += 1
                last = Uses.Last(
                    device: record.device,
                    gate: record.gate,
                    lane: record.lane,
                    time: record.time,
                    // Lanes have no passage sensor yet: an admission counts as a passage (8.3).
                    passage: .passed
                )
            case .exit:
                inside = max(0, inside - 1)
            }
        }
        return self != before
    }
}

/// Reads and writes the `use` table.
enum UseTable {
    private static let query = """
        SELECT entries, inside, generation, device, gate, lane, time FROM use WHERE ticket=?
        """
    private static let store = """
        INSERT INTO use(ticket,entries,inside,generation,device,gate,lane,time)
        VALUES(?,?,?,?,?,?,?,?)
        ON CONFLICT(ticket) DO UPDATE SET entries=excluded.entries, inside=excluded.inside,
        generation=excluded.generation, device=excluded.device, gate=excluded.gate,
        lane=excluded.lane, time=excluded.time
        """

    static func use(of ticket: TicketID, in database: Database) throws -> TicketUse {
        let statement = try RawStatement(query, in: database)
        statement.bind(1, ticket.bytes)
        guard let values = try statement.row() else { return TicketUse() }
        return try use(values[...])
    }

    /// Reads the seven columns after the ticket.
    static func use(_ values: ArraySlice<ManifestValue>) throws -> TicketUse {
        var columns = values.makeIterator()
        guard let entries = columns.next()?.integer, let inside = columns.next()?.integer,
            let generation = columns.next()?.integer.flatMap({ UInt8(exactly: $0) }),
            let device = columns.next()
        else { throw StorageFault.badValue("use") }
        var use = TicketUse()
        use.entries = Int(entries)
        use.inside = Int(inside)
        use.generation = Generation(generation)
        guard device != .null else { return use }
        guard case .text(let name) = device, let device = DeviceName(name),
            let gate = columns.next()?.integer.flatMap({ GateNumber(exactly: $0) }),
            let lane = columns.next()?.integer.flatMap({ LaneNumber(exactly: $0) }),
            let time = columns.next()?.integer
        else { throw StorageFault.badValue("use") }
        use.last = Uses.Last(
            device: device,
            gate: gate,
            lane: lane,
            time: Timestamp(milliseconds: time),
            passage: .passed
        )
        return use
    }

    static func set(_ use: TicketUse, of ticket: TicketID, in database: Database) throws {
        let statement = try RawStatement(store, in: database)
        statement.bind(1, ticket.bytes)
        statement.bind(2, Int64(use.entries))
        statement.bind(3, Int64(use.inside))
        statement.bind(4, Int64(use.generation.number))
        statement.bind(5, use.last?.device.text)
        statement.bind(6, use.last.map { Int64($0.gate.number) })
        statement.bind(7, use.last.map { Int64($0.lane.number) })
        statement.bind(8, use.last?.time.milliseconds)
        try statement.run()
    }
}

extension ManifestValue {
    fileprivate var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}
