import Encodings
import FormatVectors
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Delta lines")
struct DeltaTests {
    private let ticket = TicketRow(
        id: Fixed.ticket("ticket"),
        accessClass: ClassNumber(7),
        status: .valid,
        generation: Generation(3),
        notBefore: nil,
        expires: Fixed.now,
        usesMax: 2,
        reentry: true,
        methods: [.live, .paper],
        home: GateNumber(0),
        holder: nil
    ).row
    private let code = CodeRow(
        hash: Array(Fixed.seed("code").prefix(16)),
        ticket: Fixed.ticket("ticket"),
        kind: .ownCode,
        generation: Generation(0),
        status: .valid
    ).row
    private let access = AccessRow(
        accessClass: ClassNumber(7),
        hall: HallNumber(3),
        gate: .any,
        notBefore: nil,
        expires: nil
    ).row

    private var changes: [ManifestChange] {
        var held = ticket.values
        held[10] = .blob(Fixed.seed("holder"))
        return [
            .put(ManifestRow(.meta, [.text("event_name"), .text("\"Čista\" \\ noć\n")])),
            .put(ManifestRow(.accessClass, [.integer(7), .text("Stalls")])),
            .put(access), .put(ticket), .put(ManifestRow(.ticket, held)), .put(code),
            .delete(code.primaryKey), .delete(ticket.primaryKey), .delete(access.primaryKey),
            .delete(ManifestRow(.accessClass, [.integer(7), .text("")]).primaryKey),
            .delete(ManifestRow(.meta, [.text("x"), .text("")]).primaryKey),
        ]
    }

    private var delta: ManifestDelta {
        let envelope = Envelope(
            .manifest,
            payload: Array("{}".utf8),
            signedBy: [Fixed.key("manifest")]
        )
        return ManifestDelta(changes: changes, envelope: envelope)
    }

    @Test("a line is what the protocol shows")
    func form() {
        let lines = changes.map { String(decoding: $0.line, as: UTF8.self) }
        #expect(lines[1] == #"["put","class",[7,"Stalls"]]"#)
        #expect(lines[2] == #"["put","access",[7,3,0,0,0]]"#)
        #expect(lines[8] == #"["del","access",[7,3,0,0]]"#)
        let id = Base64.encodeURL(Fixed.ticket("ticket").bytes)
        #expect(lines[7] == #"["del","ticket",["\#(id)"]]"#)
        #expect(lines[3].hasSuffix(#",2,1,5,0,null]]"#))
    }

    @Test("every line is read as it was written")
    func roundTrip() throws {
        for change in changes { #expect(try ManifestChange(line: change.line) == change) }
    }

    private func read(_ pieces: [[UInt8]]) throws(DeltaError) -> ManifestDelta {
        var reader = DeltaReader()
        for piece in pieces { try reader.append(piece) }
        return try reader.finish()
    }

    @Test("the stream may come whole, byte by byte, in any pieces, and without its last line end")
    func anySplit() throws {
        let bytes = delta.lines
        #expect(try read([bytes]) == delta)
        #expect(try read(bytes.map { [$0] }) == delta)
        #expect(try read([Array(bytes.dropLast())]) == delta)
        var random = SeededRandom(for: "delta split")
        for _ in 0..<50 {
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...max(1, min(200, rest.count)), using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(try read(pieces) == delta)
        }
    }

    @Test("cut short, joined or with anything strange in it: refused, and said why")
    func damaged() throws {
        let bytes = delta.lines
        let end = Array(delta.envelope.json)
        func lines(_ texts: String...) -> [UInt8] {
            texts.flatMap { Array($0.utf8) + [0x0A] } + end
        }
        let id = Base64.encodeURL(Fixed.ticket("ticket").bytes)
        let cases: [([UInt8], DeltaError)] = [
            ([], .truncated), (Array(bytes.dropLast(end.count + 1)), .truncated),
            (bytes + bytes, .afterEnd), (bytes + [0x0A], .afterEnd), (lines(""), .badLine),
            (lines("null"), .badLine), (lines(#"["put","class",[7,"x"]"#), .json(.syntax(at: 22))),
            (lines(#"["add","class",[7,"x"]]"#), .notAChange),
            (lines(#"["put","class"]"#), .notAChange),
            (lines(#"["put","class",[7,"x"],1]"#), .notAChange),
            (lines(#"["put","local",["k",""]]"#), .unknownTable("local")),
            (lines(#"["put","sqlite_schema",[]]"#), .unknownTable("sqlite_schema")),
            (lines(#"["put","class",[7]]"#), .badRow(.accessClass)),
            (lines(#"["put","class",["7","x"]]"#), .badRow(.accessClass)),
            (lines(#"["put","class",[70000,"x"]]"#), .badRow(.accessClass)),
            (lines(#"["put","class",[1.5,"x"]]"#), .badRow(.accessClass)),
            (lines(#"["put","meta",["k",null]]"#), .badRow(.meta)),
            (lines(#"["put","ticket",["\#(id)",1,9,0,0,0,1,0,1,0,null]]"#), .badRow(.ticket)),
            (lines(#"["put","ticket",["\#(id)=",1,1,0,0,0,1,0,1,0,null]]"#), .badRow(.ticket)),
            (lines(#"["del","ticket",["\#(id.dropLast(2))"]]"#), .badKey(.ticket)),
            (lines(#"["del","ticket",[]]"#), .badKey(.ticket)),
            (lines(#"["del","access",[7,3,0]]"#), .badKey(.access)),
            (lines(#"["del","access",[7,3,0,70000000000000000000]]"#), .badKey(.access)),
            (Array(#"{"payload":1}"#.utf8), .envelope),
        ]
        for (bytes, error) in cases {
            #expect(throws: error, "\(String(decoding: bytes.prefix(60), as: UTF8.self))") {
                try read([bytes])
            }
        }
    }

    @Test("nothing grows beyond its limit")
    func limits() throws {
        let long = String(repeating: "x", count: ManifestChange.lineBytesMax)
        #expect(throws: DeltaError.lineTooLong) {
            try read([Array(#"["put","class",[7,"\#(long)"]]"#.utf8) + [0x0A]])
        }
        #expect(throws: DeltaError.lineTooLong) {
            try read([[UInt8](repeating: 0x5B, count: ManifestDelta.envelopeBytesMax + 1)])
        }
        let line = Array(#"["del","class",[7]]"#.utf8) + [0x0A]
        let many = Array(repeatElement(line, count: ManifestDelta.changesMax).joined())
        #expect(try read([many, delta.envelope.json]).changes.count == ManifestDelta.changesMax)
        #expect(throws: DeltaError.tooManyChanges) { try read([many, line]) }
        var reader = DeltaReader()
        let blank = [UInt8](repeating: 0x0A, count: ManifestDelta.bytesMax + 1)
        #expect(throws: DeltaError.tooLarge) { try reader.append(blank) }
    }

    @Test("metadata whose file is older says so; without a number the file is of this version")
    func fileVersion() throws {
        let key = Fixed.key("manifest")
        func metadata(file: Int64?) -> ManifestMetadata {
            ManifestMetadata(
                event: Fixed.event("event"),
                version: 41,
                created: Fixed.now,
                staleAfter: Fixed.now,
                expires: Fixed.now,
                content: Fixed.seed("content"),
                fileVersion: file,
                fileBytes: 4096,
                fileHash: Fixed.seed("file"),
                trustMin: 1,
                tickets: 0,
                codes: 0
            )
        }
        func read(_ payload: [UInt8]) throws(EnvelopeError) -> ManifestMetadata {
            try ManifestMetadata(
                Envelope(.manifest, payload: payload, signedBy: [key]),
                by: [key.publicKey]
            )
        }
        #expect(try read(metadata(file: 17).payload) == metadata(file: 17))
        #expect(try read(metadata(file: nil).payload).fileVersion == 41)
        let document = try JSONReader.read(metadata(file: 17).payload)
        let file = try #require(document["file"])
        for bad: Int64 in [0, -1, 42] {
            let altered = document.with("file", file.with("version", .integer(bad)))
            #expect(throws: EnvelopeError.field(.badValue("version"))) { try read(altered.encoded) }
        }
    }
}
