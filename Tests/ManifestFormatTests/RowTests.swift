import Encodings
import FormatVectors
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Manifest rows and metadata")
struct RowTests {
    private func ticket(holder: [UInt8]? = nil, notBefore: Timestamp? = nil) -> TicketRow {
        TicketRow(
            id: Fixed.ticket("ticket"),
            accessClass: ClassNumber(7),
            status: .blocked,
            generation: Generation(3),
            notBefore: notBefore,
            expires: Fixed.now,
            usesMax: 2,
            reentry: true,
            methods: [.live, .ownCode],
            home: GateNumber(12),
            holder: holder
        )
    }

    private let code = CodeRow(
        hash: Array(Fixed.seed("code").prefix(16)),
        ticket: Fixed.ticket("ticket"),
        kind: .imported,
        generation: Generation(1),
        status: .spare
    )
    private let access = AccessRow(
        accessClass: ClassNumber(7),
        hall: HallNumber(3),
        gate: .any,
        notBefore: Fixed.now,
        expires: nil
    )

    @Test("rows are read as they were stored")
    func roundTrips() throws {
        for row in [ticket(), ticket(holder: Fixed.seed("holder")), ticket(notBefore: Fixed.now)] {
            #expect(TicketRow(row.row.values) == row)
        }
        #expect(CodeRow(code.row.values) == code)
        #expect(AccessRow(access.row.values) == access)
    }

    @Test("a ticket row with a value that no manifest may hold is no row")
    func badTickets() {
        let good = ticket().row.values
        let bad: [(Int, ManifestValue)] = [
            (0, .blob([1, 2, 3])), (0, .text("x")), (1, .integer(65536)), (1, .null),
            (2, .integer(5)), (2, .integer(-1)), (3, .integer(256)), (4, .null),
            (5, .text("never")), (6, .integer(0)), (6, .integer(65536)), (7, .integer(2)),
            (8, .integer(256)), (9, .integer(-1)), (10, .integer(0)), (10, .text("x")),
        ]
        for (column, value) in bad {
            var values = good
            values[column] = value
            #expect(TicketRow(values) == nil, "column \(column): \(value)")
        }
        #expect(TicketRow(Array(good.dropLast())) == nil)
        #expect(TicketRow(good + [.null]) == nil)
        #expect(TicketRow([]) == nil)
    }

    @Test("a code or access row with a value that no manifest may hold is no row")
    func badCodes() {
        let bad: [(Int, ManifestValue)] = [
            (0, .blob([1])), (1, .blob([1])), (2, .integer(0)), (2, .integer(8)),
            (3, .integer(256)), (4, .integer(5)), (4, .null),
        ]
        for (column, value) in bad {
            var values = code.row.values
            values[column] = value
            #expect(CodeRow(values) == nil, "column \(column): \(value)")
        }
        for column in 0..<3 {
            var values = access.row.values
            values[column] = .integer(65536)
            #expect(AccessRow(values) == nil)
        }
        #expect(AccessRow(Array(access.row.values.dropLast())) == nil)
    }

    @Test("metadata is read as it was written and believed from the manifest role only")
    func metadata() throws {
        let metadata = ManifestMetadata(
            event: Fixed.event("event"),
            version: 41,
            created: Fixed.now,
            staleAfter: Fixed.now + .seconds(900),
            expires: Fixed.now + .seconds(90_000),
            content: Fixed.seed("content"),
            fileBytes: 6_389_760,
            fileHash: Fixed.seed("file"),
            trustMin: 7,
            tickets: 60_000,
            codes: 61_000
        )
        let key = Fixed.key("manifest")
        func read(_ document: JSONValue) -> String {
            let envelope = Envelope(.manifest, payload: document.encoded, signedBy: [key])
            do throws(EnvelopeError) {
                let read = try ManifestMetadata(envelope, by: [key.publicKey])
                return read == metadata ? "" : "differs"
            } catch { return error.vectorName }
        }
        let document = try JSONReader.read(metadata.payload)
        #expect(read(document) == "")
        #expect(read(document.with("version", .integer(0))) == "bad value: version")
        #expect(read(document.with("content", .string("AAAA"))) == "bad value: content")
        #expect(read(document.without("expires")) == "missing: expires")
        let file = try #require(document["file"])
        #expect(read(document.with("file", file.with("size", .integer(0)))) == "bad value: size")
        #expect(read(document.with("file", .string("x"))) == "wrong type: file")
        let foreign = Envelope(.manifest, payload: metadata.payload, signedBy: [Fixed.key("x")])
        #expect(throws: EnvelopeError.badSignature) {
            try ManifestMetadata(foreign, by: [key.publicKey])
        }
    }

    @Test("a policy is read back, and a gate never guesses what it may do")
    func policy() {
        for unlisted in GatePolicy.Unlisted.allCases {
            for clock in GatePolicy.UntrustedClock.allCases {
                for isolated in GatePolicy.Isolated.allCases {
                    let policy = GatePolicy(
                        unlisted: unlisted,
                        untrustedClock: clock,
                        isolated: isolated
                    )
                    let meta = Dictionary(
                        uniqueKeysWithValues: policy.meta.map { ($0.0.rawValue, $0.1) }
                    )
                    #expect(GatePolicy(meta: meta) == policy)
                }
            }
        }
        var meta = Dictionary(uniqueKeysWithValues: GatePolicy().meta.map { ($0.0.rawValue, $0.1) })
        meta["isolated"] = "maybe"
        #expect(GatePolicy(meta: meta) == nil)
        meta["isolated"] = nil
        #expect(GatePolicy(meta: meta) == nil)
    }

    @Test("a barcode's name depends on its bytes, the event and the key")
    func barcodeHash() {
        let key = Fixed.seed("barcode key")
        let code = Array("4012345678901".utf8)
        let event = Fixed.event("event")
        let hash = BarcodeHash.hash(of: code, event: event, key: key)
        #expect(hash.count == BarcodeHash.length)
        #expect(hash == Hash.b2(16, Array("st1/code\0".utf8) + event.bytes + code, key: key))
        #expect(hash != BarcodeHash.hash(of: code + [0], event: event, key: key))
        #expect(hash != BarcodeHash.hash(of: code, event: Fixed.event("x"), key: key))
        #expect(hash != BarcodeHash.hash(of: code, event: event, key: Fixed.seed("x")))
    }
}
