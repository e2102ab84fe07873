import CentralStore
import Database
import DatabaseSQLite
import Foundation
import ManifestFormat
import Sodium
import TicketModel

/// One data directory under load.
struct CentralBench {
    static let noon = Timestamp(milliseconds: 1_798_761_612_345)

    let folder: String
    let central: CentralData

    init(folder: String) async throws {
        self.folder = folder
        let data = folder + "/data"
        _ = try await CentralData.initialise(directory: data, at: Self.noon)
        central = try await CentralData.open(directory: data, at: Self.noon)
    }

    func concert() async throws -> EventID {
        let details = EventDetails(
            name: "Bench",
            venue: "Hall",
            starts: Self.noon + .seconds(3600),
            ends: Self.noon + .seconds(7200),
            halls: [HallDetails(number: HallNumber(1), name: "Great Hall")],
            gates: [GateDetails(number: GateNumber(1), hall: HallNumber(1), name: "North")],
            classes: [ClassDetails(number: ClassNumber(1), name: "Stalls")],
            windows: [AccessWindow(accessClass: ClassNumber(1), hall: HallNumber(1))]
        )
        return try await central.events.create(details, at: Self.noon).id
    }

    /// Issues tickets, builds their manifest, and sets both against bare SQLite and bare hashing.
    func manifests(tickets count: Int, isLarge: Bool) async throws -> [Line] {
        let event = try await concert()
        let order = TicketOrder(accessClass: ClassNumber(1), seat: "Block B, row 12, seat 7")
        let (issuing, _) = try await seconds {
            for _ in 0..<(count / StoreLimits.issueMax) {
                let orders = [TicketOrder](repeating: order, count: StoreLimits.issueMax)
                _ = try await central.tickets.issue(orders, event: event, by: nil, at: Self.noon)
            }
        }
        var builds: [Double] = []
        for _ in 0..<(isLarge ? 1 : 3) {
            // Without its file the next version is a full build again.
            if !builds.isEmpty {
                let path = try await central.manifests.latest(event).path
                try FileManager.default.removeItem(atPath: path)
            }
            let (time, built) = try await seconds {
                try await central.manifests.build(event, at: Self.noon)
            }
            guard built?.tickets == Int64(count) else { throw BenchError.wrongResult }
            builds.append(time)
        }
        let insert = try await bareInserts(tickets: count)
        let hash = await bareHashes(rows: 2 * count)
        let build = median(of: builds)
        return [
            Line(
                name: "issue \(count) tickets, signed",
                ours: Double(count) / issuing,
                unit: "tickets/s",
                limitName: "bare crypto_sign, both cores",
                limit: isLarge ? nil : 2 * bareSigns()
            ),
            Line(
                name: "manifest of \(count) tickets",
                ours: build,
                unit: "s",
                limitName: "bare inserts \(format(insert)) s + hashing \(format(hash)) s, one core",
                limit: insert + hash,
                isDuration: true
            ),
        ] + (try await growth(of: event, tickets: count))
    }

    /// The next version after a small change, and a file of it, against the second between two
    /// versions.
    private func growth(of event: EventID, tickets count: Int) async throws -> [Line] {
        let page = try await central.tickets.list(event: event, limit: StoreLimits.pageMax)
        var lines: [Line] = []
        for touched in [1, StoreLimits.pageMax] {
            for ticket in page.items.prefix(touched) {
                let change: TicketChange = touched == 1 ? .block : .markUnpaid
                try await central.tickets.change(ticket.id, change, by: nil, at: Self.noon)
            }
            let (time, built) = try await seconds {
                try await central.manifests.build(event, at: Self.noon, file: .any)
            }
            guard let built, built.fileVersion < built.version else { throw BenchError.wrongResult }
            lines.append(
                Line(
                    name: "  next version, \(touched) of them changed",
                    ours: time,
                    unit: "s",
                    limitName: "at most one version a second",
                    limit: 1,
                    isDuration: true
                )
            )
        }
        let (time, renewed) = try await seconds {
            try await central.manifests.renewFile(event, when: .older)
        }
        guard renewed != nil else { throw BenchError.wrongResult }
        lines.append(Line(name: "  its file, made out of the one before", ours: time, unit: "s"))
        return lines
    }

    private func format(_ value: Double) -> String { String(format: "%.2f", value) }

    /// The same rows into the same tables, sorted, through nothing but compiled statements.
    private func bareInserts(tickets count: Int) async throws -> Double {
        let path = "\(folder)/bare.sqlite"
        try? FileManager.default.removeItem(atPath: path)
        let file = try SQLiteDatabase.build(path)
        let ids = (0..<count).map { index in
            withUnsafeBytes(of: UInt64(index).bigEndian) { [UInt8]($0) + [UInt8]($0) }
        }
        let (time, _) = try await seconds {
            try await file.write { connection in
                for table in ManifestSchema.tables { try connection.run(table.sql) }
                try connection.runBatch(
                    ManifestSchema.insert(into: .ticket),
                    ids.lazy.map { id in
                        [
                            .blob(id), .integer(1), .integer(1), .integer(0), .integer(0),
                            .integer(0), .integer(1), .integer(0), .integer(63), .integer(0), .null,
                        ]
                    }
                )
                try connection.runBatch(
                    ManifestSchema.insert(into: .code),
                    ids.lazy.map { id in
                        [.blob(id), .blob(id), .integer(6), .integer(0), .integer(1)]
                    }
                )
            }
        }
        try file.close()
        return time
    }

    /// One BLAKE2b and one ChaCha20 stream a row: what the content hash cannot do without.
    private func bareHashes(rows: Int) async -> Double {
        let row = [UInt8](repeating: 7, count: 130)
        return await seconds {
            withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 64) { stream in
                for _ in 0..<rows { KeyStream.fill(stream, key: Hash.b2(32, row)) }
            }
        }.0
    }

    /// Signatures a second on one core.
    private func bareSigns() -> Double {
        guard let key = SigningKey(seed: Sodium.randomBytes(32)) else { return 0 }
        let message = [UInt8](repeating: 7, count: 56)
        let clock = ContinuousClock()
        let time = clock.measure { for _ in 0..<10_000 { _ = key.signature(over: message) } }
        return 10_000
            / (Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds))
    }
}

enum BenchError: Error {
    case wrongResult
}
