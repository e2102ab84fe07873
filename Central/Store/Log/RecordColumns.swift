import Database
import EntryLogFormat
import Reconciliation
import TicketModel
import TrustFormat

/// How an entry record stands in its tables: what was signed, and what reconciliation reads.
enum RecordColumns {
    /// Numbers of kinds are stored: never reuse one.
    private enum Kind: Int64 {
        case start = 1
        case stop, scan, pass, void, force, mode, sync
    }

    /// Stored where `LogEntry.Standing` would be, until the record's evidence was looked at.
    static let standingUnchecked: UInt8 = 2

    static func insert(
        _ records: [SignedRecord],
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.runBatch(
            """
            INSERT INTO log_record(device, epoch, seq, payload, sig, received)
            VALUES(?, ?, ?, ?, ?, ?)
            """,
            records.lazy.map { item in
                let record = item.record
                return [
                    .text(record.device.text), .number(record.epoch), .number(record.sequence),
                    .blob(item.envelope.payload),
                    .blob(item.envelope.signatures.first?.signature ?? []), .time(now),
                ]
            }
        )
        try connection.runBatch(
            """
            INSERT INTO log_entry(event, device, epoch, seq, kind, code, detail, ticket, gen,
                form, dir, flags, t, u, hall, gate, lane, ref, result, standing, mono,
                step)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            records.lazy.map { values(of: $0.record) }
        )
    }

    private static func values(of record: EntryRecord) -> [SQLValue] {
        let standing =
            EvidenceChecker.isDue(in: record)
            ? standingUnchecked : LogEntry.Standing.sound.rawValue
        let head: [SQLValue] = [
            .id(record.event), .text(record.device.text), .number(record.epoch),
            .number(record.sequence), .integer(kind(of: record.body).rawValue),
        ]
        let place: [SQLValue] = [
            .time(record.time), .integer(record.uncertainty.milliseconds), .number(record.hall),
            .number(record.gate), .number(record.lane),
        ]
        return head + scanValues(of: record.body) + place + passageValues(of: record.body)
            + [
                .number(standing), .integer(record.monotonic),
                .optional(LogEntry.step(of: record)),
            ]
    }

    private static func kind(of body: EntryRecord.Body) -> Kind {
        switch body {
        case .start: .start
        case .stop: .stop
        case .scan: .scan
        case .pass: .pass
        case .void: .void
        case .force: .force
        case .mode: .mode
        case .sync: .sync
        }
    }

    private static func scanValues(of body: EntryRecord.Body) -> [SQLValue] {
        if case .force(_, let ticket) = body {
            return [.null, .null, .optional(ticket), .null, .null, .null, .null]
        }
        guard case .scan(let scan) = body else {
            return [SQLValue](repeating: .null, count: 7)
        }
        return [
            .number(scan.code.rawValue), .text(scan.detail.rawValue), .optional(scan.ticket),
            .optional(scan.generation.map { Int64($0.number) }),
            .optional(scan.form.map { Int64($0.rawValue) }), .text(scan.direction.rawValue),
            .number(EntryFlags(scan.flags).rawValue),
        ]
    }

    private static func passageValues(of body: EntryRecord.Body) -> [SQLValue] {
        switch body {
        case .pass(let reference, let result): [.number(reference), .text(result.rawValue)]
        case .void(let reference, _): [.number(reference), .null]
        case .start, .stop, .scan, .force, .mode, .sync: [.null, .null]
        }
    }

    static let names = """
        device, epoch, seq, kind, code, detail, ticket, form, dir, flags, t, u, hall, gate, lane,
        ref, result, standing, mono, step
        """

    /// Whether the evidence of a row of ``names`` was not looked at yet.
    static func isUnchecked(_ row: any SQLRow) throws -> Bool {
        try row.number(17) == standingUnchecked
    }

    /// Which record a row of ``names`` is.
    static func place(_ row: any SQLRow) throws -> (log: LogName, sequence: UInt64) {
        let device = try row.parsed(0, try row.text(0)) { DeviceName($0) }
        return (LogName(device: device, epoch: try row.number(1)), try row.number(2))
    }

    /// Reads a row of ``names``, once its evidence was looked at.
    static func entry(_ row: any SQLRow, event: EventID) throws -> LogEntry {
        let place = try place(row)
        return LogEntry(
            log: place.log,
            sequence: place.sequence,
            event: event,
            time: try row.time(10),
            uncertainty: .milliseconds(try row.integer(11)),
            hall: try row.numbered(12),
            gate: try row.numbered(13),
            lane: try row.numbered(14),
            kind: try kind(row),
            standing: try row.parsed(17, try row.number(17)) { LogEntry.Standing(rawValue: $0) },
            monotonic: row.isNull(18) ? nil : try row.integer(18),
            step: row.isNull(19) ? nil : try row.integer(19)
        )
    }

    private static func kind(_ row: any SQLRow) throws -> LogEntry.Kind {
        switch try row.parsed(3, try row.integer(3), Kind.init) {
        case .start: return .start
        case .stop: return .stop
        case .force: return .force(ticket: try row.idIfAny(6))
        case .mode: return .mode
        case .sync: return .sync
        case .void: return .void(reference: try row.number(15))
        case .pass:
            let result = try row.parsed(16, try row.text(16)) {
                EntryRecord.PassageResult(rawValue: $0)
            }
            return .pass(reference: try row.number(15), result: result)
        case .scan:
            let form: CodeForm? =
                row.isNull(7)
                ? nil : try row.parsed(7, try row.number(7)) { CodeForm(rawValue: $0) }
            return .scan(
                LogEntry.Scan(
                    code: try row.parsed(4, try row.number(4)) { VerdictCode(rawValue: $0) },
                    detail: try row.parsed(5, try row.text(5)) { VerdictDetail(rawValue: $0) },
                    ticket: try row.idIfAny(6),
                    direction: try row.parsed(8, try row.text(8)) { Direction(rawValue: $0) },
                    form: form,
                    flags: EntryFlags(rawValue: try row.number(9))
                )
            )
        }
    }
}
