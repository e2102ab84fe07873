package import EntryLogFormat
import GRDB
package import GateLogic
package import TicketModel

/// A record of the journal, with what later ones said of it.
package struct JournalEntry: Hashable, Sendable {
    package let record: EntryRecord
    package let ending: Movement.Ending
}

extension Journal {
    /// Records looked through for the latest ones of a kind, at most.
    package static let lookBackMax = 4096

    /// The latest scans and forced entries of a log, the newest first.
    ///
    /// - Parameter limit: entries at most; no more than ``lookBackMax`` records are read.
    package func latestEntries(
        of log: LogName,
        limit: Int
    ) throws(StorageFault) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        try lookBack(log) { entry in
            switch entry.record.body {
            case .scan, .force: entries.append(entry)
            case .start, .stop, .pass, .void, .mode, .sync: break
            }
            return entries.count < limit
        }
        return entries
    }

    /// The latest admission or forced entry at a lane; `nil` if there was none lately.
    package func latestEntry(
        of log: LogName,
        at lane: LaneNumber
    ) throws(StorageFault) -> JournalEntry? {
        var found: JournalEntry?
        try lookBack(log) { entry in
            guard entry.record.lane == lane, entry.isEntry else { return true }
            found = entry
            return false
        }
        return found
    }

    /// Hands out records, the newest first, until `body` answers `false`.
    private func lookBack(
        _ log: LogName,
        _ body: (JournalEntry) throws -> Bool
    ) throws(StorageFault) {
        let first = try RecordPosition(epoch: log.epoch, sequence: 0)
        let end = try RecordPosition(epoch: log.epoch, sequence: RecordPosition.sequenceMax)
        try reading { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT record.payload, ending.bits FROM record
                    LEFT JOIN ending ON ending.position=record.position
                    WHERE record.position BETWEEN ? AND ?
                    ORDER BY record.position DESC LIMIT ?
                    """,
                arguments: [first.number, end.number, Self.lookBackMax]
            )
            while let row = try rows.next() {
                guard let payload = row.bytes(0), let bits = UInt8(exactly: row.integer(1) ?? 0)
                else { throw StorageFault.badValue("record") }
                let entry = JournalEntry(
                    record: try EntryRecord(stored: payload),
                    ending: Movement.Ending(rawValue: bits)
                )
                guard try body(entry) else { return }
            }
        }
    }
}

extension JournalEntry {
    /// Whether somebody was let in.
    package var isEntry: Bool { record.letsIn }
}
