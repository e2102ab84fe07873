import CentralStore
import Database
import DatabaseSQLite
import Foundation
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Manifests")
struct ManifestTests {
    /// Every row of a file, as the content hash sees it.
    private func rows(_ path: String) async throws -> [ManifestRow] {
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

    private func metadata(
        _ version: ManifestVersion,
        _ central: CentralData
    ) async throws -> ManifestMetadata {
        let keys = try await central.trustList().keys(for: .manifest, at: noon)
        return try ManifestMetadata(Envelope(json: version.envelope), by: keys)
    }

    @Test("a gate that opens the file finds exactly what was signed")
    func roundTrip() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 500)
            let first = try #require(issued.first).ticket
            try await central.tickets.change(first.id, .reissue, by: nil, at: noon)
            try await central.tickets.change(first.id, .block, by: nil, at: noon)
            let built = try #require(try await central.manifests.build(event, at: noon))
            let metadata = try await metadata(built, central)
            var content = ContentHash()
            let rows = try await rows(built.path)
            for row in rows { content.add(row) }
            #expect(content.content == metadata.content)
            #expect(built.tickets == 500 && built.codes == 501)
            #expect(metadata.tickets == 505 && metadata.codes == 502, "with specimens")
            #expect(metadata.version == 1 && metadata.event == event)
            #expect(metadata.created == noon && metadata.staleAfter == noon + 15)
            #expect(metadata.expires == noon + 300 + .seconds(12 * 3600))
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: built.path)))
            #expect(Int64(bytes.count) == metadata.fileBytes)
            #expect(Hash.b2(32, bytes) == metadata.fileHash)
            let trust = try await central.trustList()
            #expect(metadata.trustMin <= trust.version)
            let tickets = rows.filter { $0.table == .ticket }.compactMap { TicketRow($0.values) }
                .filter { $0.accessClass != .specimen }
            #expect(tickets.count == 500)
            let blocked = tickets.filter { $0.status == .blocked }
            #expect(blocked.map(\.id) == [first.id])
            #expect(blocked.map(\.generation) == [Generation(1)])
        }
    }

    @Test("the file has the very tables of the format, nothing else, and an empty local")
    func schema() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 3)
            let built = try #require(try await central.manifests.build(event, at: noon))
            let file = try SQLiteDatabase.openReadOnly(built.path)
            let (schema, local, pages) = try await file.read { connection in
                (
                    try connection.rows("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL") {
                        try $0.text(0)
                    },
                    try connection.rows("SELECT k FROM local") { try $0.text(0) },
                    try connection.first("PRAGMA page_size") { try $0.integer(0) }
                )
            }
            #expect(Set(schema) == Set(ManifestSchema.tables.map(\.sql)))
            #expect(schema.count == 6 && local.isEmpty && pages == 4096)
            let folder = URL(filePath: built.path).deletingLastPathComponent()
            let names = try FileManager.default.contentsOfDirectory(
                atPath: folder.path(percentEncoded: false)
            )
            #expect(names == ["1.sqlite"])
        }
    }

    @Test("codes stand hashed; seats, references and names of guests stand nowhere")
    func privacy() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let order = TicketOrder(
                accessClass: ClassNumber(1),
                seat: "ROW-SEVENTEEN",
                reference: "ORDER-4711"
            )
            let issued = try await central.tickets.issue([order], event: event, by: nil, at: noon)
            let code = try #require(issued.first).credentials.ownCode
            let built = try #require(try await central.manifests.build(event, at: noon))
            let bytes = try Data(contentsOf: URL(filePath: built.path))
            for text in ["ROW-SEVENTEEN", "ORDER-4711", code.text] {
                #expect(bytes.range(of: Data(text.utf8)) == nil)
            }
            let key = try await central.keys.eventKeys(event).barcodeKey
            let hash = BarcodeHash.hash(of: Array(code.text.utf8), event: event, key: key)
            let codes = try await rows(built.path).filter { $0.table == .code }
            #expect(codes.count == 2, "the guest's and the specimen's")
            #expect(codes.compactMap { CodeRow($0.values) }.map(\.hash).contains(hash))
        }
    }

    @Test("an event that has not changed is never built again")
    func unchanged() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 2)
            #expect(try await central.manifests.pending() == [event])
            let first = try #require(try await central.manifests.build(event, at: noon))
            #expect(try await central.manifests.pending().count == 0)
            #expect(try await central.manifests.build(event, at: noon + 60) == nil)
            #expect(try await central.manifests.latest(event) == first)
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .revoke, by: nil, at: noon)
            #expect(try await central.manifests.pending() == [event])
            let second = try #require(try await central.manifests.build(event, at: noon + 61))
            #expect(second.version == 2)
            #expect(try await central.manifests.latest(event) == second)
            #expect(try await central.events.event(event).summary.manifestVersion == 2)
        }
    }

    @Test("changing an event raises the version; only the last few files stay")
    func versions() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            var paths: [String] = []
            for index in 1...5 {
                var details = EventDetails.concert(named: "Take \(index)")
                details.policy.unlisted = index.isMultiple(of: 2) ? .refuse : .accept
                _ = try await central.events.update(event, details, at: noon)
                let built = try #require(try await central.manifests.build(event, at: noon))
                #expect(built.version == Int64(index))
                paths.append(built.path)
            }
            let kept = paths.filter { FileManager.default.fileExists(atPath: $0) }
            #expect(kept == paths.suffix(StoreLimits.manifestsKept))
        }
    }

    @Test("what a killed build left is ignored and swept away")
    func leftovers() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 2)
            let built = try #require(try await central.manifests.build(event, at: noon))
            let folder = URL(filePath: built.path).deletingLastPathComponent()
            let left = folder.appending(path: "0123456789abcdef.tmp")
            try Data("half a page".utf8).write(to: left)
            // Renamed, but killed before the commit.
            try Data("not this one".utf8).write(to: folder.appending(path: "2.sqlite"))
            #expect(try await central.manifests.latest(event) == built)
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .block, by: nil, at: noon)
            let next = try #require(try await central.manifests.build(event, at: noon))
            #expect(next.version == 2)
            #expect(try await metadata(next, central).fileBytes == next.bytes)
            var content = ContentHash()
            for row in try await rows(next.path) { content.add(row) }
            #expect(try await metadata(next, central).content == content.content)
            #expect(!FileManager.default.fileExists(atPath: left.path(percentEncoded: false)))
        }
    }

    @Test("a lost file is built anew, under the next version")
    func lost() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 2)
            await #expect(throws: StoreError.notFound(.manifest)) {
                try await central.manifests.latest(event)
            }
            let built = try #require(try await central.manifests.build(event, at: noon))
            try FileManager.default.removeItem(atPath: built.path)
            await #expect(throws: StoreError.notFound(.manifest)) {
                try await central.manifests.latest(event)
            }
            let again = try #require(try await central.manifests.build(event, at: noon))
            #expect(again.version == 2)
        }
    }

    @Test("tickets sold while a manifest is built are in the next one")
    func selling() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 2000)
            let order = TicketOrder(accessClass: ClassNumber(1))
            async let sold = central.tickets.issue([order], event: event, by: nil, at: noon)
            let built = try #require(try await central.manifests.build(event, at: noon))
            _ = try await sold
            let next = try await central.manifests.build(event, at: noon)
            let latest = next ?? built
            #expect(latest.tickets == 2001)
            #expect(try await central.manifests.pending().count == 0)
        }
    }

    @Test("two builds at once publish one version")
    func twoBuilders() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 300)
            async let one = central.manifests.build(event, at: noon)
            async let two = central.manifests.build(event, at: noon)
            let built = try await [one, two].compactMap { $0 }
            #expect(built.map(\.version) == [1])
            var content = ContentHash()
            for row in try await rows(try #require(built.first).path) { content.add(row) }
            let latest = try await central.manifests.latest(event)
            #expect(try await metadata(latest, central).content == content.content)
        }
    }

    @Test("an unknown event has no manifest")
    func unknown() async throws {
        try await withCentral { central in
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.manifests.build(EventID(high: 1, low: 1), at: noon)
            }
        }
    }
}
