import Database
import EntryLogFormat
import Reconciliation
import TicketModel

/// Checks evidence after records were taken: a gate waits for its receipt, not for an audit.
///
/// An upload proves who wrote the records and that none is missing; whether each admission's token
/// was genuine changes nothing about keeping them. Reports never depend on this having run: they
/// check what it has not got to yet.
extension LogRepository {
    /// Records that one step looks at.
    package static let auditedAtOnce = 512
    /// Records that one task checks in a row.
    private static let checkedAtOnce = 32

    /// Checks the evidence of the next records that nobody has looked at.
    ///
    /// - Returns: how many records were looked at; 0 when nothing is left.
    package func auditNext() async throws(StoreError) -> Int {
        let keys = keys
        let step = try await database.snapshot { try AuditStep(keys, $0) }
        guard let step else { return 0 }
        let doubtful = await withTaskGroup(of: [AuditStep.Doubt].self) { group in
            for start in stride(from: 0, to: step.records.count, by: Self.checkedAtOnce) {
                let part = step.records[start...].prefix(Self.checkedAtOnce)
                group.addTask {
                    part.compactMap { record in
                        let finding = step.checker.finding(on: record)
                        return finding == .sound ? nil : (record, finding)
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        try await database.transaction { try step.store(doubtful, $0) }
        return step.records.count
    }
}

/// Records of one log, in order of number, whose evidence is to be checked.
private struct AuditStep: Sendable {
    let log: LogName
    let records: [EntryRecord]
    let checker: EvidenceChecker

    typealias Doubt = (record: EntryRecord, finding: EvidenceChecker.Finding)

    /// The next step there is; `nil` if all records were looked at.
    init?(_ keys: KeyRing, _ connection: any SQLConnection) throws {
        let due = try connection.first(
            """
            SELECT device, epoch, audited FROM log_head WHERE audited < next
            ORDER BY device, epoch LIMIT 1
            """,
            []
        ) { row in
            let device = try row.parsed(0, try row.text(0)) { DeviceName($0) }
            return (
                log: LogName(device: device, epoch: try row.number(1)), from: try row.integer(2)
            )
        }
        guard let due else { return nil }
        log = due.log
        records = try connection.rows(
            """
            SELECT payload FROM log_record WHERE device = ? AND epoch = ? AND seq >= ?
            ORDER BY seq LIMIT ?
            """,
            [
                .text(due.log.device.text), .number(due.log.epoch), .integer(due.from),
                .number(LogRepository.auditedAtOnce),
            ]
        ) { row in
            // What does not parse is reported as a damaged column, as everywhere.
            try row.parsed(0, try row.blob(0)) { try? EntryRecord(stored: $0) }
        }
        checker = try EvidenceChecker(for: records, keys, connection)
    }

    /// Two processes that check the same records find the same and change nothing twice.
    func store(_ doubtful: [Doubt], _ connection: any SQLConnection) throws {
        guard let end = records.last.map({ $0.sequence + 1 }) else { return }
        let key: [SQLValue] = [.text(log.device.text), .number(log.epoch)]
        // By event, because the table is kept in that order.
        for event in Set(records.map(\.event)) {
            try connection.run(
                """
                UPDATE log_entry SET standing = ? WHERE event = ? AND device = ? AND epoch = ?
                    AND seq >= ? AND seq < ? AND standing = ?
                """,
                [.number(LogEntry.Standing.sound.rawValue), .id(event)] + key + [
                    .number(records[0].sequence), .number(end),
                    .number(RecordColumns.standingUnchecked),
                ]
            )
        }
        for (record, finding) in doubtful
        where try EvidenceChecker.isMissing(finding, in: record.event, connection) {
            try connection.run(
                """
                UPDATE log_entry SET standing = ?
                WHERE event = ? AND device = ? AND epoch = ? AND seq = ?
                """,
                [.number(LogEntry.Standing.disputed.rawValue), .id(record.event)] + key
                    + [.number(record.sequence)]
            )
        }
        try connection.run(
            "UPDATE log_head SET audited = ? WHERE device = ? AND epoch = ? AND audited < ?",
            [.number(end)] + key + [.number(end)]
        )
    }
}
