import CentralStore
import Database
import DatabaseSQLite
import FormatVectors
import Foundation
import ManifestFormat
import Testing
import TicketModel
import TrustFormat

/// A gate as far as its rows go: takes deltas and believes only what was signed.
private struct RowBook {
    private(set) var rows: [ManifestKey: ManifestRow] = [:]
    private(set) var version: Int64 = 0
    private var content = ContentHash()

    init(file path: String, version: Int64) async throws {
        self.version = version
        for row in try await Self.rows(path) {
            rows[row.primaryKey] = row
            content.add(row)
        }
    }

    static func rows(_ path: String) async throws -> [ManifestRow] {
        let file = try SQLiteDatabase.openReadOnly(path)
        let rows = try await file.read { connection in
            try ManifestTable.allCases.flatMap { table in
                let columns = table.columns.joined(separator: ",")
                return try connection.rows("SELECT \(columns) FROM \(table.rawValue)") { row in
                    ManifestRow(
                        table,
                        try row.values.map { value in
                            switch value {
                            case .null: .null
                            case .integer(let number): .integer(number)
                            case .text(let text): .text(text)
                            case .blob(let bytes): .blob(bytes)
                            case .real: throw DatabaseError.wrongType(column: 0)
                            }
                        }
                    )
                }
            }
        }
        try file.close()
        return rows
    }

    /// Applies the lines and compares what comes out with what central signed.
    mutating func apply(_ lines: [UInt8], of central: CentralData) async throws -> Int {
        var reader = DeltaReader()
        try reader.append(lines)
        let delta = try reader.finish()
        for change in delta.changes {
            if let old = rows.removeValue(forKey: change.key) { content.remove(old) }
            guard case .put(let row) = change else { continue }
            rows[row.primaryKey] = row
            content.add(row)
        }
        let keys = try await central.trustList().keys(for: .manifest, at: noon)
        let metadata = try ManifestMetadata(delta.envelope, by: keys)
        #expect(content.content == metadata.content)
        let tickets = rows.keys.count { $0.table == .ticket }
        let codes = rows.keys.count { $0.table == .code }
        #expect(metadata.tickets == Int64(tickets) && metadata.codes == Int64(codes))
        version = metadata.version
        return delta.changes.count
    }
}

@Suite("Manifests that grow by what has changed")
struct ManifestDeltaTests {
    private func lines(
        _ event: EventID,
        from version: Int64,
        _ central: CentralData
    ) async throws -> [UInt8] {
        guard case .lines(let lines) = try await central.manifests.delta(event, from: version)
        else {
            Issue.record("no delta from \(version)")
            return []
        }
        return lines
    }

    /// Something that an organiser or a box office does.
    private func act(
        _ event: EventID,
        _ central: CentralData,
        _ random: inout SeededRandom
    ) async throws {
        let page = try await central.tickets.list(event: event, limit: 1000)
        let ticket = page.items.randomElement(using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            let count = Int.random(in: 1...5, using: &random)
            let orders = [TicketOrder](
                repeating: TicketOrder(
                    accessClass: ClassNumber(1),
                    isPaid: .random(using: &random)
                ),
                count: count
            )
            _ = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
        case 1:
            var details = try await central.events.event(event).details
            details.name = "Concert \(random.next())"
            details.policy.unlisted = .random(using: &random) ? .refer : .accept
            _ = try await central.events.update(event, details, at: noon)
        case 2:
            var details = try await central.events.event(event).details
            let number = ClassNumber(UInt16.random(in: 3...6, using: &random))
            if details.classes.contains(where: { $0.number == number }) {
                details.windows.removeAll { $0.accessClass == number }
                details.classes.removeAll { $0.number == number }
            } else {
                details.classes.append(ClassDetails(number: number, name: "Class \(number)"))
                details.windows.append(AccessWindow(accessClass: number, hall: HallNumber(1)))
            }
            _ = try await central.events.update(event, details, at: noon)
        default:
            guard let ticket, let change = TicketChange.allCases.randomElement(using: &random)
            else { return }
            do throws(StoreError) {
                try await central.tickets.change(ticket.id, change, by: nil, at: noon)
            } catch {
                guard case .impossibleChange = error else { throw error }
            }
        }
    }

    @Test("any sequence of changes, synced by deltas, equals a full build, row by row")
    func deltasEqualFullBuild() async throws {
        var random = SeededRandom(for: "manifest deltas")
        for _ in 0..<3 {
            var round = SeededRandom(seed: random.next())
            try await withCentral { central in
                let (event, _) = try await central.concert(tickets: 30)
                let first = try #require(try await central.manifests.build(event, at: noon))
                var book = try await RowBook(file: first.path, version: first.version)
                for _ in 0..<40 {
                    try await act(event, central, &round)
                    let wish: ManifestFileWish = round.next() % 8 == 0 ? .newest : .any
                    _ = try await central.manifests.build(event, at: noon, file: wish)
                    // A gate may sleep through some versions.
                    guard round.next() % 3 > 0 else { continue }
                    let lines = try await lines(event, from: book.version, central)
                    _ = try await book.apply(lines, of: central)
                }
                _ = try await book.apply(
                    try await lines(event, from: book.version, central),
                    of: central
                )
                // A lost file brings central to read all its tables again.
                let grown = try await central.manifests.latest(event)
                try FileManager.default.removeItem(atPath: grown.path)
                let whole = try #require(try await central.manifests.build(event, at: noon))
                #expect(whole.version == grown.version + 1 && whole.fileVersion == whole.version)
                let rows = try await RowBook.rows(whole.path)
                #expect(Set(rows) == Set(book.rows.values))
                let keys = try await central.trustList().keys(for: .manifest, at: noon)
                let contents = try [grown, whole].map {
                    try ManifestMetadata(Envelope(json: $0.envelope), by: keys).content
                }
                #expect(contents[0] == contents[1])
            }
        }
    }

    @Test("one changed ticket is one line; the file stays until it is asked for")
    func oneLine() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 40)
            let first = try #require(try await central.manifests.build(event, at: noon))
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .block, by: nil, at: noon)
            let second = try #require(
                try await central.manifests.build(event, at: noon + 1, file: .any)
            )
            #expect(second.version == 2 && second.fileVersion == 1 && second.path == first.path)
            var book = try await RowBook(file: first.path, version: 1)
            #expect(
                try await book.apply(try await lines(event, from: 1, central), of: central) == 1
            )
            #expect(book.version == 2)
            // Nothing has changed, but somebody wants the whole file.
            let renewed = try #require(try await central.manifests.build(event, at: noon + 2))
            #expect(renewed.version == 2 && renewed.fileVersion == 2)
            #expect(renewed.created == second.created)
            let rows = try await RowBook.rows(renewed.path)
            #expect(Set(rows) == Set(book.rows.values))
            #expect(try await central.manifests.build(event, at: noon + 3) == nil)
        }
    }

    @Test("a ticket changed there and back is no line, yet a new version")
    func thereAndBack() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 3)
            let first = try #require(try await central.manifests.build(event, at: noon))
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .block, by: nil, at: noon)
            try await central.tickets.change(id, .unblock, by: nil, at: noon)
            let second = try #require(
                try await central.manifests.build(event, at: noon, file: .any)
            )
            #expect(second.version == 2)
            var book = try await RowBook(file: first.path, version: 1)
            #expect(
                try await book.apply(try await lines(event, from: 1, central), of: central) == 0
            )
        }
    }

    @Test("deltas: none from the newest, none from the future, none from before a full build")
    func answers() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 3)
            await #expect(throws: StoreError.notFound(.manifest)) {
                try await central.manifests.delta(event, from: 1)
            }
            let first = try #require(try await central.manifests.build(event, at: noon))
            #expect(try await lines(event, from: 1, central) == first.envelope + [0x0A])
            #expect(try await central.manifests.delta(event, from: 2) == .unknown(newest: 1))
            try FileManager.default.removeItem(atPath: first.path)
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .block, by: nil, at: noon)
            _ = try await central.manifests.build(event, at: noon, file: .any)
            #expect(try await central.manifests.delta(event, from: 1) == .tooOld(oldest: 2))
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.manifests.delta(EventID(high: 1, low: 1), from: 1)
            }
        }
    }

    @Test("the file of an earlier version can be had while it is kept, so a download can go on")
    func earlierFile() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 3)
            let first = try #require(try await central.manifests.build(event, at: noon))
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .block, by: nil, at: noon)
            let second = try #require(try await central.manifests.build(event, at: noon))
            #expect(second.fileVersion == 2)
            let old = try await central.manifests.download(event, version: 1)
            #expect(old.path == first.path && old.bytes == first.bytes)
            #expect(try await central.manifests.download(event, version: nil).version == 2)
            await #expect(throws: StoreError.notFound(.manifest)) {
                try await central.manifests.download(event, version: 7)
            }
        }
    }

    @Test("an event changed beyond the limit of a delta is built as a whole")
    func tooMuch() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            _ = try await central.manifests.build(event, at: noon)
            let orders = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: StoreLimits.deltaChangesMax / 2 + 1
            )
            _ = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            let built = try #require(
                try await central.manifests.build(event, at: noon, file: .any)
            )
            #expect(built.fileVersion == 2 && built.tickets == Int64(orders.count + 1))
            #expect(try await central.manifests.delta(event, from: 1) == .tooOld(oldest: 2))
        }
    }

    @Test("a file far behind is renewed, and deltas from before it are still given")
    func farBehind() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            let first = try #require(try await central.manifests.build(event, at: noon))
            var book = try await RowBook(file: first.path, version: 1)
            #expect(try await central.manifests.renewFile(event, when: .farBehind) == nil)
            let orders = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: StoreLimits.fileBehindRowsMax / 2
            )
            _ = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            _ = try await central.manifests.build(event, at: noon, file: .any)
            let renewed = try #require(
                try await central.manifests.renewFile(event, when: .farBehind)
            )
            #expect(renewed.version == 2 && renewed.fileVersion == 2)
            #expect(
                try await book.apply(try await lines(event, from: 1, central), of: central)
                    == StoreLimits.fileBehindRowsMax
            )
            let rows = try await RowBook.rows(renewed.path)
            #expect(Set(rows) == Set(book.rows.values))
        }
    }

    @Test("specimens are in every manifest, one of a kind, and their codes stay the same")
    func specimens() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            let codes = try await central.manifests.specimens(event)
            #expect(codes.map(\.kind) == ["valid", "revoked", "hall", "unpaid", "barcode"])
            let built = try #require(try await central.manifests.build(event, at: noon))
            let rows = try await RowBook.rows(built.path)
            for code in codes {
                let meta = ManifestRow(
                    .meta,
                    [.text("specimen_\(code.kind)"), .text(code.text)]
                )
                #expect(rows.contains(meta))
                let ticket = rows.compactMap { TicketRow($0.values) }.first { $0.id == code.ticket }
                #expect(ticket?.accessClass == .specimen)
            }
            let halls = rows.filter { $0.table == .access }.compactMap { AccessRow($0.values) }
                .filter { $0.accessClass == .specimen }.map(\.hall.number)
            #expect(halls.sorted() == [1, 2])
            #expect(try await central.manifests.specimens(event) == codes)
        }
    }
}
