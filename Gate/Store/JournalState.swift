package import EntryLogFormat
import GRDB
package import Sodium
package import TicketModel

/// Small things the journal keeps beside the records, by name.
package enum StateName: String, CaseIterable, Sendable {
    /// The trust list's envelope.
    case trust
    /// The device statement's envelope.
    case statement
    /// The fingerprint of the roots of the stored trust list, once it was believed.
    case trustRoot = "trust_root"
    /// The event's key for static codes, sealed as central sent it.
    case secrets
    /// The event's key for wallet codes, sealed as central sent it.
    case walletSecret = "wallet_secret"
    /// The clock's floor, milliseconds, eight bytes big-endian.
    case clockFloor = "clock_floor"
    /// The clock's offset and the boot it holds for.
    case clockAnchor = "clock_anchor"
    /// The envelope of the latest readiness report.
    case readiness
}

extension Journal {
    package func state(_ name: StateName) throws(StorageFault) -> [UInt8]? {
        try reading { database in
            try Row.fetchOne(
                database,
                sql: "SELECT value FROM state WHERE name=?",
                arguments: [name.rawValue]
            )?.bytes(0)
        }
    }

    package func setState(_ name: StateName, _ value: [UInt8]) throws(StorageFault) {
        try writing { database in
            try database.execute(
                sql: """
                    INSERT INTO state(name,value) VALUES(?,?)
                    ON CONFLICT(name) DO UPDATE SET value=excluded.value
                    """,
                arguments: [name.rawValue, value.databaseBlob]
            )
        }
    }

    /// The highest manifest version ever held for an event; 0 if none was.
    package func manifestVersion(of event: EventID) throws(StorageFault) -> Int64 {
        try reading { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT version FROM manifest_version WHERE event=?",
                arguments: [event.bytes.databaseBlob]
            ) ?? 0
        }
    }

    /// Remembers a version; a lower one than is known changes nothing.
    package func raiseManifestVersion(
        _ version: Int64,
        of event: EventID
    ) throws(StorageFault) {
        try writing { database in
            try database.execute(
                sql: """
                    INSERT INTO manifest_version(event,version) VALUES(?,?)
                    ON CONFLICT(event) DO UPDATE SET version=max(version, excluded.version)
                    """,
                arguments: [event.bytes.databaseBlob, version]
            )
        }
    }

    /// Opens the log of an epoch: from now on its records are signed by `key`.
    package func open(_ log: LogName, key: PublicKey) throws(StorageFault) {
        guard log.epoch <= RecordPosition.epochMax else { throw .badValue("epoch") }
        try writing { database in
            try database.execute(
                sql: """
                    INSERT INTO epoch(number,device,key) VALUES(?,?,?)
                    ON CONFLICT(number) DO UPDATE SET device=excluded.device, key=excluded.key
                    """,
                arguments: [Int64(log.epoch), log.device.text, key.bytes.databaseBlob]
            )
        }
    }

    /// Ends a log for good: nothing of it is uploaded any more.
    ///
    /// - Parameters:
    ///   - key: what signs the log, should this journal know nothing of it.
    ///   - names: what belongs to it, and is forgotten in the same transaction.
    package func close(
        _ log: LogName,
        key: PublicKey,
        reason: String,
        forgetting names: [StateName]
    ) throws(StorageFault) {
        guard log.epoch <= RecordPosition.epochMax else { throw .badValue("epoch") }
        try writing { database in
            try database.execute(
                sql: """
                    INSERT INTO epoch(number,device,key,closed) VALUES(?,?,?,?)
                    ON CONFLICT(number) DO UPDATE SET closed=coalesce(closed, excluded.closed)
                    """,
                arguments: [
                    Int64(log.epoch), log.device.text, key.bytes.databaseBlob, reason,
                ]
            )
            for name in names {
                try database.execute(
                    sql: "DELETE FROM state WHERE name=?",
                    arguments: [name.rawValue]
                )
            }
        }
    }

    /// The epochs whose logs were ended, and why, oldest first.
    package func closedEpochs() throws(StorageFault) -> [(epoch: UInt32, reason: String)] {
        try reading { database in
            try Row.fetchAll(
                database,
                sql: "SELECT number,closed FROM epoch WHERE closed IS NOT NULL ORDER BY number"
            ).map { row in
                guard let number = row.integer(0).flatMap({ UInt32(exactly: $0) }),
                    let reason = row.text(1)
                else { throw StorageFault.badValue("epoch") }
                return (number, reason)
            }
        }
    }

    /// The epochs this journal has written, oldest first, with the keys that signed them.
    package func logs() throws(StorageFault) -> [(log: LogName, key: PublicKey)] {
        try reading { database in
            try Row.fetchAll(database, sql: "SELECT number,device,key FROM epoch ORDER BY number")
                .map { row in
                    guard let number = row.integer(0).flatMap({ UInt32(exactly: $0) }),
                        let device = row.text(1).flatMap({ DeviceName($0) }),
                        let key = row.bytes(2).flatMap({ PublicKey(bytes: $0) })
                    else { throw StorageFault.badValue("epoch") }
                    return (LogName(device: device, epoch: number), key)
                }
        }
    }
}
