import CentralStore
import Encodings
import EntryLogFormat
import Foundation
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

/// A fixed afternoon; every test counts from here.
let noon = Timestamp(milliseconds: 1_798_761_612_345)

extension Timestamp {
    static func + (instant: Timestamp, minutes: Int) -> Timestamp {
        instant + .seconds(minutes * 60)
    }
}

/// Runs `body` with the path of a folder that is gone afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "stile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path(percentEncoded: false) + "/data")
}

/// Runs `body` with a fresh installation.
func withCentral(_ body: (CentralData) async throws -> Void) async throws {
    try await withFolder { folder in
        _ = try await CentralData.initialise(directory: folder, at: noon)
        let central = try await CentralData.open(directory: folder, at: noon)
        try await body(central)
        try central.close()
    }
}

extension EventDetails {
    /// A concert in two halls: class 1 may enter hall 1, class 2 hall 2 by gate 3 for two hours.
    static func concert(named name: String = "Concert") -> EventDetails {
        EventDetails(
            name: name,
            venue: "Town Hall",
            starts: noon + 60,
            ends: noon + 300,
            halls: [
                HallDetails(number: HallNumber(1), name: "Great Hall"),
                HallDetails(number: HallNumber(2), name: "Studio"),
            ],
            gates: [
                GateDetails(number: GateNumber(1), hall: HallNumber(1), name: "North"),
                GateDetails(number: GateNumber(3), hall: HallNumber(2), name: "South"),
            ],
            classes: [
                ClassDetails(number: ClassNumber(1), name: "Stalls"),
                ClassDetails(
                    number: ClassNumber(2),
                    name: "Studio pass",
                    usesMax: 2,
                    reentry: true,
                    methods: [.live, .paper]
                ),
            ],
            windows: [
                AccessWindow(accessClass: ClassNumber(1), hall: HallNumber(1)),
                AccessWindow(
                    accessClass: ClassNumber(2),
                    hall: HallNumber(2),
                    gate: GateNumber(3),
                    notBefore: noon + 60,
                    expires: noon + 180
                ),
            ]
        )
    }
}

extension CentralData {
    /// A concert with `count` paid tickets of class 1.
    func concert(tickets count: Int) async throws -> (event: EventID, tickets: [IssuedTicket]) {
        let event = try await events.create(.concert(), at: noon).id
        guard count > 0 else { return (event, []) }
        let orders = [TicketOrder](
            repeating: TicketOrder(accessClass: ClassNumber(1)),
            count: count
        )
        return (event, try await tickets.issue(orders, event: event, by: nil, at: noon))
    }

    func trustList() async throws -> TrustList {
        let trust = try await keys.trust(at: noon)
        return try TrustList(Envelope(json: trust.envelope), pinnedTo: keys.rootHash)
    }
}

/// A gate that writes a log, as far as central can tell.
struct PaperGate {
    let name: DeviceName
    let sign: SigningKey
    let box: BoxKey
    let epoch: UInt32
    private(set) var chain = LogChain()

    /// Registers and enrols a gate with keys of its own.
    static func enrolled(
        at central: CentralData,
        label: String = "North"
    ) async throws -> PaperGate {
        let registered = try await central.devices.register(
            label: label,
            hall: HallNumber(1),
            gate: GateNumber(1),
            at: noon
        )
        return try await enrolled(registered.device.name, at: central)
    }

    static func enrolled(_ name: DeviceName, at central: CentralData) async throws -> PaperGate {
        let sign = try #require(SigningKey(seed: Sodium.randomBytes(32)))
        let box = try #require(BoxKey(seed: Sodium.randomBytes(32)))
        let answer = try await central.devices.enrol(name, enrolment(sign, box), at: noon)
        let envelope = try #require(answer.statement.envelope)
        let keys = try await central.trustList().keys(for: .deviceCA, at: noon)
        let statement = try DeviceStatement(envelope, by: keys)
        return PaperGate(name: name, sign: sign, box: box, epoch: statement.epoch)
    }

    mutating func rewind(to chain: LogChain) {
        self.chain = chain
    }

    static func enrolment(_ sign: SigningKey, _ box: BoxKey) -> GateAPI.Enrolment {
        let nonce = Sodium.randomBytes(16)
        let message = GateAPI.Enrolment.message(
            sign: sign.publicKey.bytes,
            box: box.publicKey.bytes,
            nonce: nonce
        )
        return GateAPI.Enrolment(
            sign: Base64.encodeURL(sign.publicKey.bytes),
            box: Base64.encodeURL(box.publicKey.bytes),
            nonce: Base64.encodeURL(nonce),
            pop: Base64.encodeURL(sign.signature(over: message).bytes)
        )
    }

    /// The record that comes next, without writing it.
    func draft(
        _ body: EntryRecord.Body,
        event: EventID,
        at time: Timestamp = noon,
        monotonic: Int64 = 1,
        by key: SigningKey? = nil
    ) -> SignedRecord {
        EntryRecord(
            device: name,
            epoch: epoch,
            sequence: chain.next,
            previous: chain.head,
            event: event,
            time: time,
            uncertainty: .milliseconds(500),
            clock: .synced,
            monotonic: monotonic,
            manifest: 1,
            lane: LaneNumber(1),
            hall: HallNumber(1),
            gate: GateNumber(1),
            body: body
        ).signed(by: key ?? sign)
    }

    mutating func write(
        _ body: EntryRecord.Body,
        event: EventID,
        at time: Timestamp = noon,
        monotonic: Int64 = 1
    ) throws -> SignedRecord {
        let record = draft(body, event: event, at: time, monotonic: monotonic)
        try chain.append(record)
        return record
    }

    /// Admissions of tickets by their LIVE tokens, one a second.
    mutating func admit(
        _ tickets: [IssuedTicket],
        event: EventID,
        at central: CentralData
    ) async throws -> [SignedRecord] {
        var records: [SignedRecord] = []
        for (index, issued) in tickets.enumerated() {
            let time = noon + .seconds(index)
            let token = try await central.tickets.liveToken(for: issued.ticket, at: time)
            let scan = Self.admission(issued.ticket.id, evidence: token.bytes)
            records.append(try write(.scan(scan), event: event, at: time))
        }
        return records
    }

    static func admission(
        _ ticket: TicketID,
        evidence: [UInt8],
        form: CodeForm = .live
    ) -> EntryRecord.Scan {
        EntryRecord.Scan(
            code: .success,
            detail: .none,
            ticket: ticket,
            generation: Generation(0),
            form: form,
            direction: .entry,
            flags: [],
            evidence: evidence
        )
    }
}

/// The body of an upload.
func upload(_ records: some Sequence<SignedRecord>) -> [UInt8] {
    Array(records.map { $0.envelope.json + [UInt8(ascii: "\n")] }.joined())
}

extension CentralData {
    /// The key that signs in a role at an instant.
    func signing(
        _ role: KeyRole,
        of event: EventID? = nil,
        at now: Timestamp
    ) async throws -> KeyID? {
        try await keys.list(event: event, at: now).first {
            $0.role == role && $0.event == event && $0.standing == .signs
        }?.id
    }
}
