import CentralService
import Encodings
import EntryLogFormat
import HTTPTypes
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

/// A gate that keeps a log and talks to central.
struct TestGate: Sendable {
    let visitor: Visitor
    let name: String
    let key: SigningKey
    private let box: BoxKey
    private let hall: UInt16
    private let number: UInt16
    private var chain = LogChain()

    /// Registers a gate.
    init(_ admin: Visitor, number: UInt16 = 11, hall: UInt16 = 1) async throws {
        let reply = try await admin.post(
            "/v1/gates",
            AdminAPI.GateDraft(name: "Gate \(number)", hall: hall, gate: number)
        )
        try #require(reply.status == 201, "\(reply.text)")
        let made: AdminAPI.NewGate = try reply.json()
        visitor = admin.with(key: made.apiKey)
        name = made.device
        self.hall = hall
        self.number = number
        key = try #require(SigningKey(seed: Sodium.randomBytes(32)))
        box = try #require(BoxKey(seed: Sodium.randomBytes(32)))
    }

    var enrolment: GateAPI.Enrolment {
        let sign = key.publicKey.bytes
        let box = box.publicKey.bytes
        let nonce = [UInt8](repeating: 7, count: 16)
        let proof = key.signature(
            over: GateAPI.Enrolment.message(sign: sign, box: box, nonce: nonce)
        )
        return GateAPI.Enrolment(
            sign: Base64.encodeURL(sign),
            box: Base64.encodeURL(box),
            nonce: Base64.encodeURL(nonce),
            pop: Base64.encodeURL(proof.bytes)
        )
    }

    func enrol() async throws -> GateAPI.Enrolled {
        let reply = try await visitor.post(GateAPI.enrol, enrolment)
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.json()
    }

    func opened(_ sealed: String) throws -> [UInt8]? {
        box.open(try #require(Base64.decodeURL(sealed)))
    }

    /// The next records of the log: SUCCESS with a token, otherwise the start of the program.
    mutating func records(
        _ count: Int,
        event: String,
        evidence: UnverifiedToken?
    ) throws -> [SignedRecord] {
        var records: [SignedRecord] = []
        for _ in 0..<count {
            let record = EntryRecord(
                device: try #require(DeviceName(name)),
                epoch: 0,
                sequence: chain.next,
                previous: chain.head,
                event: try #require(EventID(hex: event)),
                time: House.start + .seconds(Int(number)),
                uncertainty: .milliseconds(500),
                clock: .synced,
                monotonic: 1,
                manifest: 1,
                lane: LaneNumber(1),
                hall: HallNumber(hall),
                gate: GateNumber(number),
                body: evidence.map { .scan(Self.admission($0)) } ?? .start
            )
            let signed = record.signed(by: key)
            try chain.append(signed)
            records.append(signed)
        }
        return records
    }

    /// Writes from an earlier number on again, as a gate does whose disk was put back.
    mutating func rewind(to sequence: UInt64) {
        chain = LogChain(next: sequence, head: .genesis)
    }

    func upload(_ records: [SignedRecord]) async throws -> Reply {
        try await visitor.send(
            .post,
            GateAPI.log,
            body: records.flatMap { $0.envelope.json + [0x0A] },
            mediaType: RequestBodyBytes.linesMediaType
        )
    }

    private static func admission(_ token: UnverifiedToken) -> EntryRecord.Scan {
        EntryRecord.Scan(
            code: .success,
            detail: .none,
            ticket: token.fields.ticket,
            generation: token.fields.generation,
            form: token.fields.form,
            direction: .entry,
            flags: [],
            evidence: token.bytes
        )
    }
}

extension Visitor {
    /// The LIVE token of a ticket, as a gate's scanner reads it.
    func liveToken(_ ticket: String) async throws -> UnverifiedToken {
        let token: TicketAPI.Token = try await get("/v1/tickets/\(ticket)/token").json()
        guard case .token(let read) = ScannedCode(Array(token.token.utf8)) else {
            throw NoToken()
        }
        return read
    }

    struct NoToken: Error {}
}
