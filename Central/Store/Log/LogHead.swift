import Database
import EntryLogFormat
import TicketModel
import TrustFormat

/// Where central stands in one log, inside a transaction.
struct LogHead {
    let device: DeviceName
    let epoch: UInt32

    init(_ device: DeviceName, epoch: UInt32) {
        self.device = device
        self.epoch = epoch
    }

    private var key: [SQLValue] { [.text(device.text), .number(epoch)] }

    /// The chain up to the last record that is held.
    func chain(_ connection: any SQLConnection) throws -> LogChain {
        let held = try connection.first(
            "SELECT next, head FROM log_head WHERE device = ? AND epoch = ?",
            key
        ) { row in
            LogChain(
                next: try row.number(0),
                head: try row.parsed(1, try row.blob(1)) { RecordLink(bytes: $0) }
            )
        }
        return held ?? LogChain()
    }

    func store(_ chain: LogChain, at now: Timestamp, _ connection: any SQLConnection) throws {
        try connection.run(
            """
            INSERT INTO log_head(device, epoch, next, head, updated, audited)
            VALUES(?, ?, ?, ?, ?, 0)
            ON CONFLICT(device, epoch) DO UPDATE SET next = excluded.next,
                head = excluded.head, updated = excluded.updated
            """,
            key + [.number(chain.next), .blob(chain.head.bytes), .time(now)]
        )
    }

    func receipt(at now: Timestamp, _ connection: any SQLConnection) throws -> Receipt {
        let chain = try chain(connection)
        return Receipt(
            device: device,
            epoch: epoch,
            next: chain.next,
            head: chain.head.bytes,
            time: now
        )
    }

    /// The payload held under a number; `nil` if there is none.
    func payload(_ sequence: UInt64, _ connection: any SQLConnection) throws -> [UInt8]? {
        try connection.first(
            "SELECT payload FROM log_record WHERE device = ? AND epoch = ? AND seq = ?",
            key + [.number(sequence)]
        ) { try $0.blob(0) }
    }
}
