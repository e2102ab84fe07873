package import AdmissionRules
import EntryLogFormat
import GRDB
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
        let statement = try database.cachedStatement(sql: query)
        let row = try Row.fetchOne(statement, arguments: [ticket.bytes.databaseBlob])
        guard let row else { return TicketUse() }
        return try use(row)
    }

    /// Reads the seven columns after the ticket.
    static func use(_ row: Row, from column: Int = 0) throws -> TicketUse {
        guard let entries = row.integer(column), let inside = row.integer(column + 1),
            let generation = row.integer(column + 2).flatMap({ UInt8(exactly: $0) })
        else { throw StorageFault.badValue("use") }
        var use = TicketUse()
        use.entries = Int(entries)
        use.inside = Int(inside)
        use.generation = Generation(generation)
        if let device = row.text(column + 3) {
            guard let device = DeviceName(device),
                let gate = row.integer(column + 4).flatMap({ GateNumber(exactly: $0) }),
                let lane = row.integer(column + 5).flatMap({ LaneNumber(exactly: $0) }),
                let time = row.integer(column + 6)
            else { throw StorageFault.badValue("use") }
            use.last = Uses.Last(
                device: device,
                gate: gate,
                lane: lane,
                time: Timestamp(milliseconds: time),
                passage: .passed
            )
        }
        return use
    }

    static func set(_ use: TicketUse, of ticket: TicketID, in database: Database) throws {
        try database.cachedStatement(sql: store).execute(arguments: [
            ticket.bytes.databaseBlob, use.entries, use.inside, Int(use.generation.number),
            use.last?.device.text, use.last.map { Int($0.gate.number) },
            use.last.map { Int($0.lane.number) }, use.last?.time.milliseconds,
        ])
    }
}
