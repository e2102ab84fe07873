import Database
import EntryLogFormat
import Sodium
package import TicketModel
package import TrustFormat
import VenueAPI

/// What became of an upload.
package enum IngestOutcome: Hashable, Sendable {
    /// All records are held; the receipt is to be handed to whoever brought them.
    case accepted(receipt: Envelope, stored: Int, repeated: Int)
    /// Records in between are missing; nothing of the upload was kept.
    case gap(expected: UInt64)
    /// Two different records of one number exist: both are kept and the device is in quarantine.
    case fork(at: UInt64)
}

/// Entry records: verified, chained, never changed, never lost.
package struct LogRepository: Sendable {
    let database: any Database
    let keys: KeyRing

    init(database: any Database, keys: KeyRing) {
        self.database = database
        self.keys = keys
    }

    /// Takes an upload, whole or not at all.
    ///
    /// - Parameter body: envelopes, one a line, ascending; at most `GateAPI.logBatchMax` and
    ///   `GateAPI.logBytesMax`.
    /// - Throws: `.upload` for what cannot be read or believed; nothing of it was kept.
    package func ingest(
        _ body: [UInt8],
        at now: Timestamp
    ) async throws(StoreError) -> IngestOutcome {
        let (log, lines) = try LogUpload.open(body)
        let held = try await database.snapshot { connection in
            try DeviceRepository.deviceKeys(log.device, log.epoch, connection)
        }
        guard let held else { throw .upload(.unknownLog(log.device, epoch: log.epoch)) }
        let upload = try await LogUpload(lines, of: log, key: held.sign)
        let stored = try await database.transaction { try Self.store(upload, at: now, $0) }
        switch stored {
        case .taken(let receipt, let new):
            let receiptKey = try await keys.signers(at: now).receipt
            return .accepted(
                receipt: Envelope(.receipt, payload: receipt.payload, signedBy: [receiptKey]),
                stored: new,
                repeated: upload.records.count - new
            )
        case .gap(let expected): return .gap(expected: expected)
        case .fork(let sequence): return .fork(at: sequence)
        }
    }

    /// Where central stands in a log, signed.
    package func receipt(
        for device: DeviceName,
        epoch: UInt32,
        at now: Timestamp
    ) async throws(StoreError) -> Envelope {
        let receipt = try await database.snapshot { connection in
            try LogHead(device, epoch: epoch).receipt(at: now, connection)
        }
        let receiptKey = try await keys.signers(at: now).receipt
        return Envelope(.receipt, payload: receipt.payload, signedBy: [receiptKey])
    }

    private enum Stored: Sendable {
        case taken(Receipt, new: Int)
        case gap(UInt64)
        case fork(UInt64)
    }

    private static func store(
        _ upload: LogUpload,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Stored {
        let head = LogHead(upload.log.device, epoch: upload.log.epoch)
        var chain = try head.chain(connection)
        var new: [SignedRecord] = []
        var payloads: [UInt64: [UInt8]] = [:]
        for item in upload.records {
            let sequence = item.record.sequence
            let payload = item.envelope.payload
            if sequence < chain.next {
                let known = try payloads[sequence] ?? head.payload(sequence, connection)
                if known == payload { continue }
                return try fork(item, at: now, connection)
            }
            do throws(LogChain.Fault) { try chain.append(item) } catch {
                switch error {
                case .gap(let expected): return .gap(expected)
                case .fork: return try fork(item, at: now, connection)
                }
            }
            payloads[sequence] = payload
            new.append(item)
        }
        if !new.isEmpty {
            try RecordColumns.insert(new, at: now, connection)
            try head.store(chain, at: now, connection)
        }
        let receipt = Receipt(
            device: head.device,
            epoch: head.epoch,
            next: chain.next,
            head: chain.head.bytes,
            time: now
        )
        return .taken(receipt, new: new.count)
    }

    /// Keeps the record that contradicts the log, as proof, and puts the device into quarantine.
    private static func fork(
        _ item: SignedRecord,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Stored {
        let record = item.record
        try connection.run(
            """
            INSERT INTO log_fork(device, epoch, seq, link, envelope, received)
            VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                .text(record.device.text), .number(record.epoch), .number(record.sequence),
                .blob(item.link.bytes), .blob(item.envelope.json), .time(now),
            ]
        )
        try connection.run(
            "UPDATE device SET quarantined = coalesce(quarantined, ?) WHERE name = ?",
            [.time(now), .text(record.device.text)]
        )
        return .fork(record.sequence)
    }
}
