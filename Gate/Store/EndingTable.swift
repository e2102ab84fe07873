import EntryLogFormat
import GRDB
import GateLogic
import TicketModel

/// How entries ended: a row for each that PASS or VOID records speak of.
enum EndingTable {
    static func ending(
        of position: RecordPosition,
        in database: Database
    ) throws -> Movement.Ending {
        let bits = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT bits FROM ending WHERE position=?"),
            arguments: [position.number]
        )
        guard let bits = UInt8(exactly: bits ?? 0) else { throw StorageFault.badValue("ending") }
        return Movement.Ending(rawValue: bits)
    }

    static func set(
        _ ending: Movement.Ending,
        of position: RecordPosition,
        in database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO ending(position,bits) VALUES(?,?)
                ON CONFLICT(position) DO UPDATE SET bits=excluded.bits
                """
        ).execute(arguments: [position.number, Int64(ending.rawValue)])
    }
}

/// Follows the movements of one ticket through its records: each names the one before.
enum MovementChain {
    /// A ticket with more movements than this was not used by a person.
    static let lengthMax = 100_000

    /// All movements, the oldest first.
    static func movements(
        upTo latest: RecordPosition?,
        in database: Database
    ) throws -> [Movement] {
        let statement = try database.cachedStatement(
            sql: "SELECT payload, before FROM record WHERE position=?"
        )
        var movements: [Movement] = []
        var next = latest
        while let position = next {
            guard movements.count < lengthMax,
                let row = try Row.fetchOne(statement, arguments: [position.number]),
                let payload = row.bytes(0),
                var movement = Movement(try EntryRecord(stored: payload))
            else { throw StorageFault.badValue("before") }
            movement.ending = try EndingTable.ending(of: position, in: database)
            movements.append(movement)
            next = row.integer(1).map { RecordPosition(number: $0) }
            // A chain that does not go back would have no end.
            if let next, next.number >= position.number { throw StorageFault.badValue("before") }
        }
        return movements.reversed()
    }

    /// Ties the records of a journal that was written without ties.
    static func link(_ database: Database) throws {
        var latest: [TicketID: Int64] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT position, payload FROM record ORDER BY position"
        )
        while let row = try rows.next() {
            guard let position = row.integer(0), let payload = row.bytes(1) else {
                throw StorageFault.badValue("record")
            }
            let record = try EntryRecord(stored: payload)
            guard let ticket = Movement.ticket(of: record), Movement(record) != nil else {
                continue
            }
            if let before = latest.updateValue(position, forKey: ticket) {
                try database.execute(
                    sql: "UPDATE record SET before=? WHERE position=?",
                    arguments: [before, position]
                )
            }
        }
        for (ticket, position) in latest {
            try database.execute(
                sql: "UPDATE use SET latest=? WHERE ticket=?",
                arguments: [position, ticket.bytes.databaseBlob]
            )
        }
    }
}
