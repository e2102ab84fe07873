import CentralStore
import Encodings
import Foundation
import ManifestFormat
import Sodium
import Testing
import TicketModel

@Suite("Barcodes that other systems printed")
struct BarcodeTests {
    private func cells(_ texts: [String], numbers: Bool = false) -> [BarcodeCell] {
        texts.enumerated().map { index, text in
            BarcodeCell(
                line: index + 1,
                pointer: "/\(index)",
                text: text,
                isNumber: numbers
            )
        }
    }

    /// Barcodes that nobody can guess.
    private func random(_ count: Int) -> [String] {
        (0..<count).map { _ in Base32.encode(Sodium.randomBytes(15)) }
    }

    private func add(
        _ texts: [String],
        to central: CentralData,
        _ event: EventID,
        fold: ImportRule.Fold = .none,
        numbers: Bool = false
    ) async throws -> MadeImport {
        try await central.barcodes.add(
            cells(texts, numbers: numbers),
            accessClass: ClassNumber(1),
            fold: fold,
            event: event,
            by: nil,
            at: noon
        )
    }

    @Test("each barcode becomes a ticket, and the manifest names it by its fast hash")
    func fast() async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            let texts = random(200)
            let made = try await add(texts, to: central, event, fold: .upper)
            #expect(made.summary.rule == ImportRule(fold: .upper, isSlow: false))
            #expect(made.summary.codes == 200 && made.summary.hashed == 200)
            #expect(made.summary.warnings.isEmpty && made.tickets.count == 200)
            let codes = try await central.manifestCodes(of: event)
            let key = try await central.keys.barcodeKey(of: event)
            for (text, ticket) in zip(texts, made.tickets) {
                let name = BarcodeHash.hash(of: Array(text.utf8), event: event, key: key)
                let row = try #require(codes[name])
                #expect(row.ticket == ticket && row.kind == .imported && row.status == .valid)
            }
            let found = try await central.barcodes.ticket(
                barcode: Array(texts[7].lowercased().utf8),
                event: event
            )
            #expect(found.id == made.tickets[7] && found.methods.contains(.imported))
            #expect(try await central.manifestMeta(of: event)["imports"] == "upper")
        }
    }

    @Test("barcodes that are easily guessed are hashed slowly, once, and then known to gates")
    func slow() async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            let texts = ["20261231-1", "20261231-2", "20261231-3"]
            let made = try await add(texts, to: central, event)
            #expect(made.summary.rule.isSlow && made.summary.hashed == 0)
            #expect(made.summary.warnings.count == 2)
            let before = try await central.manifestCodes(of: event).values
            #expect(before.count { made.tickets.contains($0.ticket) } == 3, "own codes only")
            #expect(try await central.barcodes.hashWaiting() == 3)
            #expect(try await central.barcodes.hashWaiting() == 0)
            #expect(try await central.barcodes.list(event: event).first?.hashed == 3)
            let codes = try await central.manifestCodes(of: event)
            let key = try await central.keys.barcodeKey(of: event)
            for (text, ticket) in zip(texts, made.tickets) {
                let rule = ImportRule(fold: .none, isSlow: true)
                let name = try #require(rule.name(of: Array(text.utf8), event: event, key: key))
                #expect(codes[name]?.ticket == ticket)
            }
            #expect(try await central.manifestMeta(of: event)["imports"] == "none+slow")
        }
    }

    @Test("no barcode lies in the database in clear")
    func sealed() async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            let texts = random(20)
            _ = try await add(texts, to: central, event)
            var stored = Data()
            for suffix in ["", "-wal"] {
                let path = "\(central.directory)/\(CentralData.databaseName)\(suffix)"
                stored += FileManager.default.contents(atPath: path) ?? Data()
            }
            #expect(stored.count > 10_000)
            for text in texts { #expect(stored.range(of: Data(text.utf8)) == nil) }
        }
    }

    private static let refusals: [([String], Bool, String)] = [
        (["1234567890123456"], true, "line 1: is a number of 16 digits"),
        (["1.23457E+17", "ABCD1"], false, "line 1: was turned into a number"),
        (["00012", "123"], false, "line 2: has 3 bytes"),
        (["ABCDE", "ABCDE"], false, "line 2: is the same as line 1"),
        (["12345678", "87654321", "2345678"], false, "line 3: has 7 digits where others have 8"),
        ([" ABCDE"], false, "line 1: has space or a scanner's prefix"),
        (["]C1ABCDE"], false, "line 1: has space or a scanner's prefix"),
        (["ST1ABCDEF"], false, "line 1: would be read as a code of another kind"),
        (["AB\u{07}CDE"], false, "line 1: holds a control character"),
        ([String(repeating: "A", count: 129)], false, "line 1: has 129 bytes"),
    ]

    @Test("a list that lost something on its way is refused, with its lines", arguments: refusals)
    func refused(texts: [String], numbers: Bool, words: String) async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            do throws(any Error) {
                _ = try await add(texts, to: central, event, numbers: numbers)
                Issue.record("taken: \(texts)")
            } catch StoreError.invalid(let values) {
                #expect(values.contains { $0.detail.hasPrefix(words) }, "\(values)")
            }
            #expect(try await central.barcodes.list(event: event).isEmpty)
            #expect(try await central.tickets.list(event: event, limit: 10).items.isEmpty)
        }
    }

    @Test("lengths that differ for another reason are taken")
    func lengths() async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            // Zeros are there, so none were lost; and other systems have other lengths.
            _ = try await add(["00123456", "98765432", "7654321"], to: central, event)
            _ = try await add(["4006381333931", "4006381333932", "40063812"], to: central, event)
        }
    }

    @Test("doubles are found after folding, and against what was imported before")
    func doubles() async throws {
        try await withCentral { central in
            let event = try await central.events.create(.concert(), at: noon).id
            await #expect(throws: StoreError.self) {
                try await add(["abcdef", "ABCDEF"], to: central, event, fold: .upper)
            }
            _ = try await add(["abcdef", "ABCDEF"], to: central, event)
            await #expect(throws: StoreError.self) {
                try await add(["qwertz", "abcdef"], to: central, event)
            }
            #expect(try await central.barcodes.list(event: event).count == 1)
        }
    }
}

extension CentralData {
    /// The codes of an event's newest manifest, by their names.
    func manifestCodes(of event: EventID) async throws -> [[UInt8]: CodeRow] {
        let rows = try await manifestRows(of: event, .code).map { try #require(CodeRow($0)) }
        return Dictionary(rows.map { ($0.hash, $0) }) { first, _ in first }
    }

    func manifestMeta(of event: EventID) async throws -> [String: String] {
        var meta: [String: String] = [:]
        for row in try await manifestRows(of: event, .meta) {
            guard case .text(let name) = row[0], case .text(let value) = row[1] else { continue }
            meta[name] = value
        }
        return meta
    }
}
