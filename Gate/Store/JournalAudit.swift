import Encodings
package import EntryLogFormat
import GRDB
import GateLogic
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
    /// Checks every record's signature and link, and that uses, endings and ties follow from the
    /// records.
    package func audit() throws(StorageFault) -> JournalAudit {
        let logs = try logs()
        return try reading { database in
            var walk = AuditWalk()
            for (log, key) in logs { try walk.read(log, key, in: database) }
            try walk.compareUses(in: database)
            try walk.compareEndings(in: database)
            return walk.audit
        }
    }
}

/// One walk through all records, in the order of their positions.
private struct AuditWalk {
    var audit = JournalAudit()
    private var ledger = UseLedger()
    /// Where each ticket's latest movement stands.
    private var latest: [TicketID: Int64] = [:]

    mutating func read(_ log: LogName, _ key: PublicKey, in database: Database) throws {
        var chain = LogChain()
        let first = try RecordPosition(epoch: log.epoch, sequence: 0)
        let end = try RecordPosition(epoch: log.epoch, sequence: RecordPosition.sequenceMax)
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT payload, sig, link, before FROM record WHERE position BETWEEN ? AND ?
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
                let before = try before(signed.record)
                guard row.integer(3) == before else {
                    throw StorageFault.badValue("before")
                }
                count(signed.record, log)
            } catch {
                audit.faults.append("\(log.device)/\(log.epoch) at \(chain.next): \(error)")
            }
        }
    }

    /// The movement that a record must be tied to.
    private mutating func before(_ record: EntryRecord) throws -> Int64? {
        guard let ticket = Movement.ticket(of: record), Movement(record) != nil else { return nil }
        let position = try RecordPosition(epoch: record.epoch, sequence: record.sequence)
        return latest.updateValue(position.number, forKey: ticket)
    }

    private mutating func count(_ record: EntryRecord, _ log: LogName) {
        audit.records += 1
        ledger.take(record)
        guard let ticket = Movement.ticket(of: record), Movement(record)?.kind == .admission else {
            return
        }
        audit.admissions[ticket, default: 0] += 1
        audit.admitted.insert(
            JournalAudit.AdmissionRecord(log: log, sequence: record.sequence, ticket: ticket)
        )
    }

    mutating func compareUses(in database: Database) throws {
        var rest = ledger.accounts.mapValues(\.use).filter { $0.value != TicketUse() }
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT ticket, \(UseTable.columns) FROM use"
        )
        while let row = try rows.next() {
            guard let ticket = row.bytes(0).flatMap({ TicketID(bytes: $0) }) else {
                throw StorageFault.badValue("use")
            }
            let stored = try UseTable.use(row.manifestValues.dropFirst())
            if (rest.removeValue(forKey: ticket) ?? TicketUse()) != stored.use {
                audit.faults.append("uses of \(ticket) do not follow from the records")
            }
            if latest[ticket] != stored.latest?.number {
                audit.faults.append("\(ticket) is not tied to its latest movement")
            }
        }
        for ticket in rest.keys.sorted() { audit.faults.append("uses of \(ticket) are missing") }
    }

    mutating func compareEndings(in database: Database) throws {
        for place in ledger.strays {
            audit.faults.append("\(place.log.epoch)/\(place.sequence) speaks of no entry")
        }
        var rest: [Int64: Movement.Ending] = [:]
        for (place, ending) in ledger.endings {
            let position = try RecordPosition(epoch: place.log.epoch, sequence: place.sequence)
            rest[position.number] = ending
        }
        let rows = try Row.fetchCursor(database, sql: "SELECT position, bits FROM ending")
        while let row = try rows.next() {
            guard let number = row.integer(0), let bits = row.integer(1) else {
                throw StorageFault.badValue("ending")
            }
            if (rest.removeValue(forKey: number)?.rawValue).map(Int64.init) != bits {
                audit.faults.append("the ending at \(number) does not follow from the records")
            }
        }
        for number in rest.keys.sorted() {
            audit.faults.append("the ending at \(number) is missing")
        }
    }
}
