import Encodings
import EntryLogFormat
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Entry records and their chain")
struct EntryLogTests {
    private let device = Fixed.device("G7K2M9")
    private let key = Fixed.key("device")

    private func record(
        _ body: EntryRecord.Body,
        uncertainty: Duration = .milliseconds(800),
        sequence: UInt64 = 0
    ) -> EntryRecord {
        EntryRecord(
            device: device,
            epoch: 1,
            sequence: sequence,
            previous: .genesis,
            event: Fixed.event("event"),
            time: Fixed.now,
            uncertainty: uncertainty,
            clock: .holdover,
            monotonic: -1,
            manifest: 41,
            lane: LaneNumber(1),
            hall: HallNumber(3),
            gate: GateNumber(12),
            body: body
        )
    }

    private func scan(
        _ code: VerdictCode = .success,
        _ detail: VerdictDetail = .none,
        evidence: [UInt8] = []
    ) -> EntryRecord.Body {
        .scan(
            EntryRecord.Scan(
                code: code,
                detail: detail,
                ticket: Fixed.ticket("ticket"),
                generation: Generation(0),
                form: .live,
                direction: .entry,
                flags: Set(EntryRecord.Flag.allCases),
                evidence: evidence
            )
        )
    }

    private func reread(_ record: EntryRecord) throws -> EntryRecord {
        let envelope = try Envelope(json: record.signed(by: key).envelope.json)
        return try SignedRecord(envelope, device: device, key: key.publicKey).record
    }

    @Test("each chain of the vectors ends as it says")
    func chains() throws {
        let file = try VectorFolder.readOwn("entry-chains.json")
        let device = try #require(DeviceName(try file.text("device")))
        let key = try #require(PublicKey(bytes: try file.hex("pub")))
        let chains = try file.list("chains")
        #expect(chains.count == 18)
        for vector in chains {
            var chain = LogChain()
            var found: [String] = []
            for line in try vector.list("records").compactMap(\.string) {
                do {
                    let envelope = try Envelope(json: Array(line.utf8))
                    let record = try SignedRecord(envelope, device: device, key: key)
                    #expect(record.envelope.json == Array(line.utf8))
                    try chain.append(record)
                    found.append("")
                } catch let error as EnvelopeError {
                    found.append(error.vectorName)
                } catch let fault as LogChain.Fault {
                    found.append(fault.vectorName)
                }
            }
            #expect(found.last == (try vector.text("error")), "\(vector.label)")
            #expect(found.dropLast().joined() == "", "\(vector.label)")
        }
    }

    @Test("every kind of record is read as it was written")
    func kinds() throws {
        var bodies: [EntryRecord.Body] = [
            .start, .stop, .void(reference: 7, reason: ""), .force(reason: "fire \u{0}\"é"),
            .force(reason: "phone is empty", ticket: TicketID(high: 1, low: .max)),
            .sync(oldOffset: .min, newOffset: .max),
            .scan(
                EntryRecord.Scan(
                    code: .malformed,
                    detail: .none,
                    ticket: nil,
                    generation: nil,
                    form: nil,
                    direction: .exit,
                    flags: [],
                    evidence: []
                )
            ),
        ]
        bodies += EntryRecord.PassageResult.allCases.map { .pass(reference: 3, result: $0) }
        bodies += EntryRecord.Mode.allCases.map { .mode($0) }
        bodies += VerdictCode.allCases.map { scan($0) }
        bodies += VerdictDetail.allCases.map { scan(.expired, $0) }
        for body in bodies { #expect(try reread(record(body)) == record(body)) }
    }

    @Test("the first record follows nothing, each other the link of the one before")
    func links() throws {
        #expect(RecordLink.genesis.bytes == [UInt8](repeating: 0, count: 32))
        let signed = record(.start).signed(by: key)
        let context = Array("st1/log\0".utf8)
        #expect(signed.link.bytes == Hash.b2(32, context + signed.envelope.payload))
        #expect(signed.envelope.payload == record(.start).payload)
    }

    @Test("whatever a gate can write, central can read: no record stops the log behind it")
    func alwaysReadable() throws {
        let uncertainties: [Duration] = [
            .zero, .milliseconds(-1), .microseconds(1500), .seconds(86_400 * 365),
            .seconds(1 << 40),
        ]
        for uncertainty in uncertainties {
            let record = record(.start, uncertainty: uncertainty)
            #expect(try reread(record) == record, "\(uncertainty)")
        }
        let long = String(repeating: "é", count: EntryRecord.reasonBytesMax)
        for body in [
            EntryRecord.Body.force(reason: long), .force(reason: "a" + long),
            .void(reference: 1, reason: String(repeating: "🎟", count: 99)),
        ] {
            #expect(try reread(record(body)) == record(body))
        }
    }

    @Test("a reason that is too long keeps its beginning, whole letters only")
    func longReason() throws {
        let long = "a" + String(repeating: "é", count: EntryRecord.reasonBytesMax)
        guard case .force(let kept, nil) = record(.force(reason: long)).body else {
            Issue.record("another kind")
            return
        }
        #expect(long.hasPrefix(kept))
        #expect(kept.utf8.count == EntryRecord.reasonBytesMax - 1)
    }

    @Test("evidence up to its limit is carried, and a reader refuses more")
    func evidence() throws {
        let most = [UInt8](repeating: 1, count: EntryRecord.evidenceBytesMax)
        #expect(throws: Never.self) { try reread(record(scan(evidence: most))) }
        let document = try JSONReader.read(record(scan()).payload)
        let forged = document.with("evid", .string(Base64.encodeURL(most + [1])))
        let envelope = Envelope(.entry, payload: forged.encoded, signedBy: [key])
        #expect(throws: EnvelopeError.field(.badValue("evid"))) {
            try SignedRecord(envelope, device: device, key: key.publicKey)
        }
    }

    @Test("a record's origin can be asked before its key is known, and is only a claim")
    func origin() throws {
        let envelope = record(.start).signed(by: Fixed.key("stranger")).envelope
        #expect(
            try SignedRecord.claimedOrigin(of: envelope) == LogName(device: device, epoch: 1)
        )
        #expect(throws: EnvelopeError.badSignature) {
            try SignedRecord(envelope, device: device, key: key.publicKey)
        }
    }
}
