import Encodings
import EntryLogFormat
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("A gate's readiness report")
struct ReadinessReportTests {
    private let key = Fixed.key("device")
    private let log = LogName(device: Fixed.device("G7K2M9"), epoch: 2)

    private func report(
        reasons: [String] = [],
        software: String? = "0.1.0",
        shown: [ReadinessReport.Showing]? = nil
    ) -> ReadinessReport {
        let showing = ReadinessReport.Showing(
            lane: LaneNumber(2),
            expected: .revoked,
            verdict: .revoked,
            time: Fixed.now - .seconds(9)
        )
        return ReadinessReport(
            log: log,
            event: Fixed.event("event"),
            clock: ClockReading(
                now: Fixed.now,
                uncertainty: .milliseconds(800),
                state: .holdover,
                floor: Fixed.now,
                monotonic: 5
            ),
            manifest: 41,
            trust: 7,
            software: software,
            reasons: reasons,
            specimens: [
                .init(
                    kind: "revoked",
                    expected: .revoked,
                    loaded: .revoked,
                    shown: shown ?? [showing]
                ),
                .init(kind: "barcode", expected: .success, loaded: nil, shown: []),
            ]
        )
    }

    private func opened(_ envelope: Envelope) throws -> ReadinessReport {
        try ReadinessReport(envelope, log: log, key: key.publicKey)
    }

    @Test("a report is read as it was written, ready or with the reasons why not")
    func roundTrip() throws {
        let texts = ["the specimen 'barcode' was not shown", "Nić, \"zu\" \u{1F39F}"]
        for report in [report(), report(reasons: texts), report(software: nil)] {
            let envelope = try Envelope(json: report.signed(by: key).json)
            #expect(envelope.payloadType == "application/vnd.stile.readiness.v1+json")
            #expect(try opened(envelope) == report)
        }
        #expect(report().isReady && !report(reasons: texts).isReady)
    }

    @Test("not one byte can be changed, and nobody else can sign it")
    func forged() throws {
        let good = report().signed(by: key)
        for index in good.payload.indices {
            var payload = good.payload
            payload[index] ^= 1
            let altered = Envelope(
                payloadType: good.payloadType,
                payload: payload,
                signatures: good.signatures
            )
            #expect(throws: EnvelopeError.badSignature) { try opened(altered) }
        }
        let others = Fixed.key("other device")
        #expect(throws: EnvelopeError.badSignature) {
            try opened(report().signed(by: others))
        }
        // Another key under the right one's id.
        let posing = Envelope(
            payloadType: good.payloadType,
            payload: good.payload,
            signatures: report().signed(by: others).signatures.map {
                .init(keyID: good.signatures[0].keyID, signature: $0.signature)
            }
        )
        #expect(throws: EnvelopeError.badSignature) { try opened(posing) }
    }

    @Test("another device's report, or an earlier epoch's, is not this gate's")
    func otherLog() throws {
        let envelope = report().signed(by: key)
        let logs = [
            LogName(device: Fixed.device("G7K2MA"), epoch: 2),
            LogName(device: log.device, epoch: 1),
        ]
        for other in logs {
            #expect(throws: EnvelopeError.badSignature) {
                try ReadinessReport(envelope, log: other, key: key.publicKey)
            }
        }
    }

    @Test("what the device signed as something else is no report")
    func otherType() {
        let entry = Envelope(.entry, payload: report().payload, signedBy: [key])
        #expect(throws: EnvelopeError.wrongType("application/vnd.stile.entry.v1+json")) {
            try opened(entry)
        }
    }

    @Test("a signature does not make sense of what has none: the member is named")
    func senseless() throws {
        let many = Array(repeating: "\"x\"", count: ReadinessReport.reasonsMax + 1)
            .joined(separator: ",")
        let long = String(repeating: "x", count: ReadinessReport.reasonBytesMax + 1)
        let changes: [(String, String, FieldError)] = [
            (#""v":1"#, #""v":2"#, .badValue("v")),
            (#""ready":true"#, #""ready":false"#, .badValue("ready")),
            (#""ready":true"#, #""ready":1"#, .badValue("ready")),
            (#""ready":true,"#, "", .missing("ready")),
            (#""reasons":[]"#, #""reasons":["x"]"#, .badValue("ready")),
            (#""reasons":[]"#, #""reasons":[\#(many)]"#, .badValue("reasons")),
            (#""reasons":[]"#, #""reasons":["\#(long)"]"#, .badValue("reasons")),
            (#""clk":"HOLDOVER""#, #""clk":"FINE""#, .badValue("clk")),
            (#""u":800"#, #""u":-1"#, .badValue("u")),
            (#""man":41"#, #""man":-1"#, .badValue("man")),
            (#""trust":7"#, #""trust":-7"#, .badValue("trust")),
            (#""software":"0.1.0","#, "", .missing("software")),
            (#""kind":"barcode""#, #""kind":"revoked""#, .badValue("specimens")),
            (#""kind":"barcode""#, #""kind":"Bar code""#, .badValue("kind")),
            (#""kind":"barcode""#, #""kind":"""#, .badValue("kind")),
            (#""loaded":null"#, #""loaded":"GREEN""#, .badValue("loaded")),
            (#""verdict":"REVOKED""#, #""verdict":8"#, .wrongType("verdict")),
            (#""lane":2"#, #""lane":70000"#, .badValue("lane")),
        ]
        let text = String(decoding: report().payload, as: UTF8.self)
        for (old, new, error) in changes {
            let altered = text.replacing(old, with: new, maxReplacements: 1)
            #expect(altered != text, "\(old)")
            let envelope = Envelope(.readiness, payload: Array(altered.utf8), signedBy: [key])
            #expect(throws: EnvelopeError.field(error), "\(new)") { try opened(envelope) }
        }
        let twice = report().specimens[0].shown + report().specimens[0].shown
        #expect(throws: EnvelopeError.field(.badValue("shown"))) {
            try opened(report(shown: twice).signed(by: key))
        }
    }

    @Test("a report that would exceed its limits is cut, so that its readers take it")
    func limits() throws {
        let long = String(repeating: "ž", count: ReadinessReport.reasonBytesMax)
        let report = report(
            reasons: Array(repeating: long, count: 500),
            software: long,
            shown: (0..<500).map {
                .init(lane: LaneNumber($0), expected: .revoked, verdict: .error, time: Fixed.now)
            }
        )
        let read = try opened(report.signed(by: key))
        #expect(read == report)
        #expect(read.reasons.count == ReadinessReport.reasonsMax)
        #expect(read.reasons[0].utf8.count == ReadinessReport.reasonBytesMax)
        #expect(read.software?.utf8.count == ReadinessReport.softwareBytesMax)
        #expect(read.specimens[0].shown.count == ReadinessReport.shownMax)
    }
}
