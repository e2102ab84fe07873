import Encodings
package import EntryLogFormat
import GRDB
import Sodium
package import TicketModel
import TrustFormat

/// What a look through the whole journal found.
package struct JournalAudit: Sendable {
    /// Records whose signature holds and which continue their log.
    package fileprivate(set) var records = 0
    package fileprivate(set) var admissions: [TicketID: Int] = [:]
    /// Sequence numbers of admissions, by log.
    package fileprivate(set) var admitted: Set<AdmissionRecord> = []
    /// What is wrong, in words; empty in a sound journal.
    package fileprivate(set) var faults: [String] = []

    package struct AdmissionRecord: Hashable, Sendable {
        package let log: LogName
        package let sequence: UInt64
        package let ticket: TicketID

        package init(log: LogName, sequence: UInt64, ticket: TicketID) {
            self.log = log
            self.sequence = sequence
            self.ticket = ticket
        }
    }
}

extension Journal {
    /// Checks every record's signature and link, and that the uses follow from the records.
    package func audit() throws(StorageFault) -> JournalAudit {
        let logs = try logs()
        return try reading { database in
            var audit = JournalAudit()
            var uses: [TicketID: TicketUse] = [:]
            for (log, key) in logs {
                var chain = LogChain()
                let first = try RecordPosition(epoch: log.epoch, sequence: 0)
                let end = try RecordPosition(
                    epoch: log.epoch,
                    sequence: RecordPosition.sequenceMax
                )
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT payload, sig, link FROM record WHERE position BETWEEN ? AND ?
                        ORDER BY position
                        """,
                    arguments: [first.number, end.number]
                )
                while let row = try rows.next() {
                    do {
                        let envelope = Envelope(
                            payloadType: PayloadType.entry.mediaType,
                            payload: row.bytes(0) ?? [],
                            signatures: [
                                .init(
                                    keyID: Hex.encode(key.keyID.bytes),
                                    signature: row.bytes(1) ?? []
                                )
                            ]
                        )
                        let signed = try SignedRecord(envelope, device: log.device, key: key)
                        try chain.append(signed)
                        guard row.bytes(2) == signed.link.bytes else {
                            throw StorageFault.badValue("link")
                        }
                        audit.count(signed.record, log, &uses)
                    } catch {
                        audit.faults.append("\(log.device)/\(log.epoch) at \(chain.next): \(error)")
                    }
                }
            }
            try audit.compare(uses, in: database)
            return audit
        }
    }
}

extension JournalAudit {
    fileprivate mutating func count(
        _ record: EntryRecord,
        _ log: LogName,
        _ uses: inout [TicketID: TicketUse]
    ) {
        records += 1
        guard case .scan(let scan) = record.body, let ticket = scan.ticket else { return }
        // An unproven token names a ticket, but no generation: it has no part in the uses.
        guard scan.generation != nil else { return }
        var use = uses[ticket] ?? TicketUse()
        if use.count(record, scan) { uses[ticket] = use }
        if scan.code == .success, scan.direction == .entry {
            admissions[ticket, default: 0] += 1
            admitted.insert(AdmissionRecord(log: log, sequence: record.sequence, ticket: ticket))
        }
    }

    fileprivate mutating func compare(
        _ expected: [TicketID: TicketUse],
        in database: Database
    ) throws {
        var rest = expected
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT ticket,entries,inside,generation,device,gate,lane,time FROM use"
        )
        while let row = try rows.next() {
            guard let ticket = row.bytes(0).flatMap({ TicketID(bytes: $0) }) else {
                throw StorageFault.badValue("use")
            }
            let stored = try UseTable.use(row.manifestValues.dropFirst())
            if rest.removeValue(forKey: ticket) != stored {
                faults.append("uses of \(ticket) do not follow from the records")
            }
        }
        for ticket in rest.keys.sorted() { faults.append("uses of \(ticket) are missing") }
    }
}
