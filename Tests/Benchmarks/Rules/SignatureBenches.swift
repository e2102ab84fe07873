import AdmissionRules
import CSodium
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// What the benches share: one event with its keys.
enum BenchVenue {
    static let event = Fixed.event("event")
    static let ticket = Fixed.ticket("ticket")

    static let trust: TrustList = {
        let key = { (name: String, role: KeyRole) in
            TrustedKey(
                key: Fixed.key(name).publicKey,
                role: role,
                event: event,
                notBefore: Timestamp(milliseconds: 0),
                expires: Timestamp(seconds: .max),
                revoked: nil
            )
        }
        return TrustList(
            version: 1,
            issued: Timestamp(milliseconds: 0),
            expires: Timestamp(seconds: .max),
            threshold: 1,
            roots: [Fixed.key("root").publicKey],
            keys: [key("live", .live), key("paper", .paper)],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }()

    static func token(_ number: UInt64) -> SignedToken {
        let key = Fixed.key("live")
        guard
            let fields = TokenFields(
                type: .live,
                keyID: key.publicKey.keyID,
                ticket: TicketID(high: 1, low: number),
                start: 1_798_761_600,
                life: .minute,
                generation: Generation(0),
                accessClass: ClassNumber(7)
            )
        else { preconditionFailure("bench-rules: no such token") }
        return SignedToken(fields, event: event, key: key)
    }
}

/// From the text of a scan to a proven token, against the bare signature check.
enum TokenBench {
    static let count = 5000

    static func run() {
        let tokens = (0..<UInt64(count)).map { BenchVenue.token($0) }
        let texts = tokens.map { Array($0.text.utf8) }
        let context = Array("st1/token\0".utf8) + BenchVenue.event.bytes
        let messages = tokens.map { context + $0.bytes.prefix(30) }
        let signatures = tokens.map { Array($0.bytes.suffix(64)) }
        let key = Fixed.key("live").publicKey.bytes
        compare("token: text to proven", count: count) {
            for text in texts {
                let credential = Credential(
                    ScannedCode(text),
                    trust: BenchVenue.trust,
                    event: BenchVenue.event
                )
                guard case .token = credential else {
                    preconditionFailure("bench-rules: not proven")
                }
            }
        } bare: {
            for (message, signature) in zip(messages, signatures) {
                require(
                    crypto_sign_verify_detached(signature, message, UInt64(message.count), key)
                        == 0,
                    "bare verification"
                )
            }
        }
        let fields = tokens.map(\.fields)
        let signer = Fixed.key("live")
        let secret = secretKey("live")
        compare("token: sign to text", count: count) {
            for fields in fields {
                let token = SignedToken(fields, event: BenchVenue.event, key: signer)
                require(token.text.utf8.count == 154, "text")
            }
        } bare: {
            var signature = [UInt8](repeating: 0, count: 64)
            for message in messages {
                crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
            }
            require(signature == signatures.last, "bare signature")
        }
    }
}

func secretKey(_ name: String) -> [UInt8] {
    var pub = [UInt8](repeating: 0, count: 32)
    var secret = [UInt8](repeating: 0, count: 64)
    crypto_sign_seed_keypair(&pub, &secret, Fixed.seed(name))
    return secret
}

/// One decision from facts at hand: all rules, no signature.
enum DecisionBench {
    static let count = 500_000

    static func run() {
        let text = Array(BenchVenue.token(1).text.utf8)
        let credential = Credential(
            ScannedCode(text),
            trust: BenchVenue.trust,
            event: BenchVenue.event
        )
        let facts = Facts(
            manifest: ManifestFacts(
                version: 1,
                staleAfter: Fixed.now + .seconds(900),
                expires: Fixed.now + .seconds(90_000),
                policy: GatePolicy()
            ),
            ticket: TicketRow(
                id: BenchVenue.ticket,
                accessClass: ClassNumber(7),
                status: .valid,
                generation: Generation(0),
                notBefore: nil,
                expires: nil,
                usesMax: 1,
                reentry: false,
                methods: .all,
                home: .any,
                holder: nil
            ),
            access: [
                AccessRow(
                    accessClass: ClassNumber(7),
                    hall: HallNumber(3),
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                )
            ]
        )
        let situation = LaneSituation(
            event: BenchVenue.event,
            hall: HallNumber(3),
            gate: GateNumber(12),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: Fixed.now,
                uncertainty: .milliseconds(800),
                state: .synced,
                floor: Fixed.now,
                monotonic: 0
            ),
            isIsolated: false
        )
        let time = best {
            for _ in 0..<count {
                let decision = decide(credential, facts: facts, situation: situation)
                require(decision.isAdmission, "admission")
            }
        }
        printLine("decide, all rules", "\(Int(Double(count) / time))/s")
    }
}

/// Entry records: written and signed, read and checked, against the bare signature calls.
enum RecordBench {
    static let count = 3000

    static func run() {
        let key = Fixed.key("device")
        let device = Fixed.device("G7K2M9")
        let records = (0..<UInt64(count)).map { record($0, device) }
        let envelopes = records.map { $0.signed(by: key).envelope }
        let lines = envelopes.map(\.json)
        let messages = envelopes.map {
            Envelope.preAuthenticated(type: $0.payloadType, body: $0.payload)
        }
        let signatures = envelopes.map { $0.signatures[0].signature }
        let secret = secretKey("device")
        compare("entry record: encode and sign", count: count) {
            for record in records {
                require(record.signed(by: key).envelope.json.count > 400, "line")
            }
        } bare: {
            var signature = [UInt8](repeating: 0, count: 64)
            for message in messages {
                crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
            }
            require(signature == signatures.last, "bare signature")
        }
        compare("entry record: read and verify", count: count) {
            for line in lines {
                do {
                    let envelope = try Envelope(json: line)
                    _ = try SignedRecord(envelope, device: device, key: key.publicKey)
                } catch { preconditionFailure("bench-rules: \(error)") }
            }
        } bare: {
            for (message, signature) in zip(messages, signatures) {
                require(
                    crypto_sign_verify_detached(
                        signature,
                        message,
                        UInt64(message.count),
                        key.publicKey.bytes
                    ) == 0,
                    "bare verification"
                )
            }
        }
    }

    private static func record(_ sequence: UInt64, _ device: DeviceName) -> EntryRecord {
        EntryRecord(
            device: device,
            epoch: 1,
            sequence: sequence,
            previous: .genesis,
            event: BenchVenue.event,
            time: Fixed.now,
            uncertainty: .milliseconds(800),
            clock: .synced,
            monotonic: 99_887_766,
            manifest: 41,
            lane: LaneNumber(1),
            hall: HallNumber(3),
            gate: GateNumber(12),
            body: .scan(
                EntryRecord.Scan(
                    code: .success,
                    detail: .none,
                    ticket: BenchVenue.ticket,
                    generation: Generation(0),
                    form: .live,
                    direction: .entry,
                    flags: [],
                    evidence: BenchVenue.token(sequence).bytes
                )
            )
        )
    }
}
