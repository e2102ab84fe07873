import EntryLogFormat
import GRDB
import TicketModel
import TrustFormat

/// Where a record stands in the journal: its epoch above its sequence number, so that SQLite
/// appends.
struct RecordPosition: Hashable {
    static let sequenceBits: Int64 = 40
    static let epochMax: UInt32 = 1 << 22
    static let sequenceMax: UInt64 = 1 << 40 - 1

    let number: Int64

    init(epoch: UInt32, sequence: UInt64) throws(StorageFault) {
        guard epoch <= Self.epochMax else { throw .badValue("epoch") }
        guard sequence <= Self.sequenceMax else { throw .badValue("seq") }
        number = Int64(epoch) << Self.sequenceBits | Int64(sequence)
    }

    init(number: Int64) {
        self.number = number
    }

    var epoch: UInt32 { UInt32(truncatingIfNeeded: number >> Self.sequenceBits) }
    var sequence: UInt64 { UInt64(number) & Self.sequenceMax }
}

/// Reads and writes the `record` table.
enum RecordTable {
    private static let insert = """
        INSERT INTO record(position,payload,sig,link,before) VALUES(?,?,?,?,?)
        """
    private static let last = """
        SELECT position, link FROM record WHERE position BETWEEN ? AND ?
        ORDER BY position DESC LIMIT 1
        """

    /// - Parameter before: with a movement, the one of the same ticket before it.
    static func append(
        _ record: SignedRecord,
        link: RecordLink,
        after before: RecordPosition?,
        in database: Database
    ) throws {
        guard let signature = record.envelope.signatures.first?.signature else {
            throw StorageFault.badValue("sig")
        }
        let position = try RecordPosition(
            epoch: record.record.epoch,
            sequence: record.record.sequence
        )
        let statement = try RawStatement(insert, in: database)
        statement.bind(1, position.number)
        statement.bind(2, record.envelope.payload)
        statement.bind(3, signature)
        statement.bind(4, link.bytes)
        statement.bind(5, before?.number)
        try statement.run()
    }

    /// Where the log of an epoch stands, by its last stored record.
    static func chain(of epoch: UInt32, in database: Database) throws -> LogChain {
        let first = try RecordPosition(epoch: epoch, sequence: 0)
        let end = try RecordPosition(epoch: epoch, sequence: RecordPosition.sequenceMax)
        let statement = try database.cachedStatement(sql: last)
        let row = try Row.fetchOne(statement, arguments: [first.number, end.number])
        guard let row else { return LogChain() }
        guard let number = row.integer(0),
            let link = row.bytes(1).flatMap({ RecordLink(bytes: $0) })
        else { throw StorageFault.badValue("record") }
        return LogChain(next: RecordPosition(number: number).sequence + 1, head: link)
    }

    /// One record of this journal; `nil` if it is not stored.
    static func record(at position: RecordPosition, in database: Database) throws -> EntryRecord? {
        let statement = try database.cachedStatement(
            sql: "SELECT payload FROM record WHERE position=?"
        )
        let row = try Row.fetchOne(statement, arguments: [position.number])
        return try row?.bytes(0).map { try EntryRecord(stored: $0) }
    }
}
