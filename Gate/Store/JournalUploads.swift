import Encodings
package import EntryLogFormat
import GRDB
package import GateLogic
package import Sodium
import TicketModel
package import TrustFormat

/// Where central stands with the log of one epoch.
package struct UploadState: Hashable, Sendable {
    /// The first record that central has not confirmed.
    package let confirmed: UInt64
    /// The sequence number that this gate writes next.
    package let next: UInt64

    /// Records that central does not have for sure.
    package var waiting: UInt64 { next > confirmed ? next - confirmed : 0 }
}

extension Journal {
    /// The envelopes of records from `sequence` on, ascending.
    ///
    /// - Parameters:
    ///   - count: records at most.
    ///   - bytesMax: the sum of their JSON lines at most; the first record is always given.
    package func envelopes(
        of epoch: UInt32,
        from sequence: UInt64,
        count: Int,
        bytesMax: Int,
        key: PublicKey
    ) throws(StorageFault) -> [Envelope] {
        let first = try RecordPosition(epoch: epoch, sequence: sequence)
        let end = try RecordPosition(epoch: epoch, sequence: RecordPosition.sequenceMax)
        let keyID = Hex.encode(key.keyID.bytes)
        return try reading { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT payload, sig FROM record WHERE position BETWEEN ? AND ?
                    ORDER BY position LIMIT ?
                    """,
                arguments: [first.number, end.number, count]
            )
            var envelopes: [Envelope] = []
            var bytes = 0
            while let row = try rows.next() {
                guard let payload = row.bytes(0), let signature = row.bytes(1) else {
                    throw StorageFault.badValue("record")
                }
                let envelope = Envelope(
                    payloadType: PayloadType.entry.mediaType,
                    payload: payload,
                    signatures: [.init(keyID: keyID, signature: signature)]
                )
                bytes += envelope.json.count + 1
                if bytes > bytesMax, !envelopes.isEmpty { break }
                envelopes.append(envelope)
            }
            return envelopes
        }
    }

    /// The link of one stored record; `nil` if it is not stored.
    package func link(of epoch: UInt32, sequence: UInt64) throws(StorageFault) -> RecordLink? {
        let position = try RecordPosition(epoch: epoch, sequence: sequence)
        return try reading { database in
            try Row.fetchOne(
                database,
                sql: "SELECT link FROM record WHERE position=?",
                arguments: [position.number]
            )?.bytes(0).flatMap { RecordLink(bytes: $0) }
        }
    }

    /// Keeps a verified receipt; one that says less than another before it is not kept.
    package func keep(_ receipt: Receipt, envelope: Envelope) throws(StorageFault) {
        guard let next = Int64(exactly: receipt.next) else { throw .badValue("next") }
        try writing { database in
            try database.execute(
                sql: """
                    INSERT INTO receipt(epoch,next,head,envelope) VALUES(?,?,?,?)
                    ON CONFLICT(epoch) DO UPDATE
                    SET next=excluded.next, head=excluded.head, envelope=excluded.envelope
                    WHERE excluded.next >= receipt.next
                    """,
                arguments: [
                    Int64(receipt.epoch), next, receipt.head.databaseBlob,
                    envelope.json.databaseBlob,
                ]
            )
        }
    }

    /// What central confirmed last of the log of an epoch; `nil` if nothing.
    package func confirmed(
        of epoch: UInt32
    ) throws(StorageFault) -> (next: UInt64, head: [UInt8])? {
        try reading { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT next,head FROM receipt WHERE epoch=?",
                    arguments: [Int64(epoch)]
                )
            else { return nil }
            guard let next = row.integer(0).flatMap({ UInt64(exactly: $0) }),
                let head = row.bytes(1)
            else { throw StorageFault.badValue("receipt") }
            return (next, head)
        }
    }

    /// Whether the log of an epoch extends what central has confirmed up to `next`.
    package func integrity(
        of epoch: UInt32,
        next: UInt64,
        head: [UInt8]
    ) throws(StorageFault) -> LogIntegrity {
        try LogIntegrity(
            confirmed: next,
            head: head,
            chain: try chain(of: epoch),
            link: { sequence throws(StorageFault) in try link(of: epoch, sequence: sequence) }
        )
    }

    /// Where central stands with the log of an epoch.
    package func uploadState(of epoch: UInt32) throws(StorageFault) -> UploadState {
        try reading { database in
            let confirmed =
                try Int64.fetchOne(
                    database,
                    sql: "SELECT next FROM receipt WHERE epoch=?",
                    arguments: [Int64(epoch)]
                ) ?? 0
            return UploadState(
                confirmed: UInt64(clamping: confirmed),
                next: try RecordTable.chain(of: epoch, in: database).next
            )
        }
    }
}
