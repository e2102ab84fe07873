import Database
import EntryLogFormat
package import Reconciliation
package import TicketModel

extension LogRepository {
    /// Hands out every record of an event, log by log in order of number, in bounded memory.
    ///
    /// - Returns: how many there were.
    package func forEachEntry(
        of event: EventID,
        _ body: @escaping @Sendable (LogEntry) throws -> Void
    ) async throws(StoreError) -> Int {
        while try await auditNext() > 0 {}
        let keys = keys
        return try await database.snapshot { connection in
            try Self.forEachEntry(of: event, keys, connection, body)
        }
    }

    private static func forEachEntry(
        of event: EventID,
        _ keys: KeyRing,
        _ connection: any SQLConnection,
        _ body: (LogEntry) throws -> Void
    ) throws -> Int {
        try forEachEntry(
            """
            SELECT \(RecordColumns.names), event FROM log_entry WHERE event = ?
            ORDER BY device, epoch, seq
            """,
            [.id(event)],
            keys,
            connection,
            body
        )
    }

    /// Records whose evidence the audit has not got to yet are checked here, after the others.
    private static func forEachEntry(
        _ query: String,
        _ arguments: [SQLValue],
        _ keys: KeyRing,
        _ connection: any SQLConnection,
        _ body: (LogEntry) throws -> Void
    ) throws -> Int {
        var count = 0
        var unchecked: [(log: LogName, sequence: UInt64)] = []
        try connection.forEachRow(query, arguments) { row in
            count += 1
            if try RecordColumns.isUnchecked(row) {
                unchecked.append(try RecordColumns.place(row))
            } else {
                try body(RecordColumns.entry(row, event: try row.id(20)))
            }
        }
        guard !unchecked.isEmpty else { return count }
        // In pieces, so that a long log without an audit does not fill the memory.
        for start in stride(from: 0, to: unchecked.count, by: auditedAtOnce) {
            let records = try unchecked[start...].prefix(auditedAtOnce).map { log, sequence in
                let head = LogHead(log.device, epoch: log.epoch)
                let payload = try head.payload(sequence, connection)
                // Both tables are written in one transaction, and what is signed was parsed before.
                guard let record = payload.flatMap({ try? EntryRecord(stored: $0) }) else {
                    throw DatabaseError.corrupt("log_record")
                }
                return record
            }
            let checker = try EvidenceChecker(for: records, keys, connection)
            for record in records {
                let isMissing = try EvidenceChecker.isMissing(
                    checker.finding(on: record),
                    in: record.event,
                    connection
                )
                try body(LogEntry(record, standing: isMissing ? .disputed : .sound))
            }
        }
        return count
    }

    /// Merges all logs of an event with its tickets: the one answer of command line and API.
    ///
    /// - Parameter auditingFirst: whether evidence that nobody has looked at yet is checked first,
    ///   on all cores and for good; otherwise it is checked for this report alone.
    /// - Throws: `.notFound(.event)`.
    package func attendance(
        of event: EventID,
        auditingFirst: Bool = true
    ) async throws(StoreError) -> AttendanceReport {
        while auditingFirst, try await auditNext() > 0 {}
        let keys = keys
        return try await database.snapshot { connection in
            _ = try EventRepository.event(event, connection)
            var reconciler = Reconciler(event: event)
            var held: [LogName: UInt64] = [:]
            _ = try Self.forEachEntry(of: event, keys, connection) { entry in
                reconciler.add(entry)
                held[entry.log, default: 0] += 1
            }
            for log in try Self.longer(than: held, connection) {
                try Self.forEachEntry(elsewhereThan: event, in: log, keys, connection) {
                    reconciler.add($0)
                }
            }
            return reconciler.report(try Self.context(of: event, connection))
        }
    }

    /// The logs that hold more records than were counted: their devices served other events too.
    private static func longer(
        than held: [LogName: UInt64],
        _ connection: any SQLConnection
    ) throws -> [LogName] {
        try connection.rows("SELECT device, epoch, next FROM log_head ORDER BY device, epoch") {
            row in
            let device = try row.parsed(0, try row.text(0)) { DeviceName($0) }
            let log = LogName(device: device, epoch: try row.number(1))
            return (log: log, next: try row.number(2, as: UInt64.self))
        }
        .filter { held[$0.log].map { [next = $0.next] count in count < next } ?? false }
        .map(\.log)
    }

    /// Records of one log that belong to other events, so that their numbers do not look missing.
    private static func forEachEntry(
        elsewhereThan event: EventID,
        in log: LogName,
        _ keys: KeyRing,
        _ connection: any SQLConnection,
        _ body: (LogEntry) throws -> Void
    ) throws {
        _ = try forEachEntry(
            """
            SELECT \(RecordColumns.names), event FROM log_entry
            WHERE event IN (SELECT id FROM event WHERE id <> ?) AND device = ? AND epoch = ?
            """,
            [.id(event), .text(log.device.text), .number(log.epoch)],
            keys,
            connection,
            body
        )
    }

    private static func context(
        of event: EventID,
        _ connection: any SQLConnection
    ) throws -> ReconciliationContext {
        var tickets: [TicketID: TicketEntitlement] = [:]
        try connection.forEachRow(
            """
            SELECT id, class, uses_max, reentry FROM ticket
            WHERE event = ? AND status <> \(TicketStatus.spare.rawValue) ORDER BY id
            """,
            [.id(event)]
        ) { row in
            tickets[try row.id(0)] = TicketEntitlement(
                accessClass: try row.numbered(1),
                usesMax: try row.number(2),
                reentry: try row.flag(3)
            )
        }
        var devices: Set<DeviceName> = []
        var revoked: [DeviceName: Timestamp] = [:]
        try connection.forEachRow("SELECT name, revoked, epoch FROM device ORDER BY name", []) {
            row in
            let name = try row.parsed(0, try row.text(0)) { DeviceName($0) }
            if let since = try row.timeIfAny(1) { revoked[name] = since }
            // One that never enrolled has no log to wait for.
            if !row.isNull(2) { devices.insert(name) }
        }
        let forks = try connection.rows(
            "SELECT device, epoch, min(seq) FROM log_fork GROUP BY device, epoch"
        ) { row in
            let device = try row.parsed(0, try row.text(0)) { DeviceName($0) }
            let log = LogName(device: device, epoch: try row.number(1))
            return (log, try row.number(2, as: UInt64.self))
        }
        return ReconciliationContext(
            tickets: tickets,
            devices: devices,
            revokedDevices: revoked,
            forks: Dictionary(forks) { min($0, $1) }
        )
    }
}
