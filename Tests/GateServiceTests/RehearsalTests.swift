import AdmissionRules
import AsyncHTTPClient
import Encodings
import EntryLogFormat
import GateLogic
import GateScanners
import GateService
import GateStore
import ManifestFormat
import NIOCore
import NIOHTTP1
import Platform
import Sodium
import Synchronization
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("A rehearsal before doors open", .timeLimit(.minutes(1)))
struct RehearsalTests {
    /// A gate that serves its calls, with a manifest that has specimens.
    private struct Door: Sendable {
        let gate: ServiceGate
        let venue: TestVenue
        let codes: [Specimen: [UInt8]]
        let url: String

        func show(_ specimen: Specimen, at lane: LaneKeeper? = nil) async throws -> LaneVerdict {
            let code = try #require(codes[specimen])
            return await (lane ?? gate.lane).scan(code, scanner: "test")
        }

        func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
            try await send(HTTPClientRequest(url: url + path), headers)
        }

        func post(_ body: String, headers: [(String, String)] = []) async throws -> Answer {
            var request = HTTPClientRequest(url: url + "/v1/rehearsal")
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
            return try await send(request, headers)
        }

        private func send(
            _ request: HTTPClientRequest,
            _ headers: [(String, String)]
        ) async throws -> Answer {
            var request = request
            for (name, value) in headers {
                request.headers.replaceOrAdd(name: name, value: value)
            }
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1 << 20)
            return Answer(status: response.status.code, body: Array(body.readableBytesView))
        }

        /// The report in an answer, if this gate's device has signed it.
        func report(_ answer: Answer) throws -> ReadinessReport {
            try ReadinessReport(
                try Envelope(json: answer.body),
                log: LogName(device: venue.device, epoch: 1),
                key: venue.deviceSign.publicKey
            )
        }
    }

    private struct Answer {
        let status: UInt
        let body: [UInt8]

        func json() throws -> JSONValue { try JSONReader.read(body) }
    }

    private static let start = #"{"action":"start"}"#
    private static let end = #"{"action":"end"}"#

    private func serving(
        scratch: ScratchFolder? = nil,
        _ work: @escaping @Sendable (Door) async throws -> Void
    ) async throws {
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(5)
        fixture.addSpecimens()
        fixture.version = 3
        let gate = try await ServiceGate(venue, prepared: fixture, scratch: scratch)
        let codes = fixture.specimens.mapValues { Array($0.utf8) }
        let port = Mutex<Int?>(nil)
        let server = StatusServer(
            core: gate.core,
            scanners: ScannerBoard(),
            metrics: PrometheusRegistry(),
            settings: try .init(host: "127.0.0.1", port: 0),
            desk: SupervisorDesk(core: gate.core, lanes: [LaneNumber(1): gate.lane]),
            onListening: { _, found in port.withLock { $0 = found } }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await expectEventually { port.withLock { $0 } != nil }
            let found = try #require(port.withLock { $0 })
            let url = "http://127.0.0.1:\(found)"
            try await work(Door(gate: gate, venue: venue, codes: codes, url: url))
            group.cancelAll()
            // A server that is cancelled says so; that is how it ends here.
            try? await group.waitForAll()
        }
        try await gate.client.shutdown()
    }

    @Test("all five specimens shown: the report says ready, and what each lane has said")
    func whole() async throws {
        try await serving { door in
            #expect(try await door.get("/status.json").json()["rehearsal"] == .null)
            #expect(try await door.post(Self.start).status == 200)
            let out = LaneKeeper(
                .init(number: LaneNumber(2), direction: .exit),
                core: door.gate.core
            )
            let elsewhere = LaneKeeper(
                .init(number: LaneNumber(4), direction: .entry, hall: HallNumber(9)),
                core: door.gate.core
            )
            for specimen in Specimen.allCases {
                #expect(try await door.show(specimen).decision.code == .specimen)
            }
            _ = try await door.show(.valid, at: out)
            _ = try await door.show(.hall, at: elsewhere)
            // Guests who come meanwhile get in, once, and are no part of it.
            let guest = door.venue.paperCode(door.venue.ticket(1))
            #expect(await door.gate.scan(guest).decision.code == .success)
            let status = try await door.get("/status.json").json()
            let lanes = status["rehearsal"]?["shown"]?["valid"]?.array
            #expect(lanes == [.integer(1), .integer(2)])

            let answer = try await door.post(Self.end)
            let report = try door.report(answer)
            #expect(report.reasons == [] && report.isReady)
            #expect(report.manifest == 3 && report.trust == 1)
            #expect(report.event == door.venue.event && report.clock == .untrusted)
            #expect(report.specimens.map(\.kind) == Specimen.allCases.map(\.rawValue))
            #expect(report.specimens.allSatisfy { $0.loaded == $0.expected })
            let shown = report.specimens.map { finding in
                finding.shown.map { "\($0.lane) \($0.verdict.name)" }
            }
            #expect(
                shown == [
                    ["1 SUCCESS", "2 NOT_INSIDE"], ["1 REVOKED"], ["1 SUCCESS", "4 WRONG_HALL"],
                    ["1 UNPAID"], ["1 SUCCESS"],
                ]
            )
            #expect(try await door.get("/status.json").json()["rehearsal"] == .null)
            #expect(try await door.get("/v1/readiness").body == answer.body)
        }
    }

    @Test("an altered byte of a report, or another device's key, is refused")
    func altered() async throws {
        try await serving { door in
            let answer = try await door.get("/v1/readiness")
            let envelope = try Envelope(json: answer.body)
            var payload = envelope.payload
            payload[payload.count / 2] ^= 1
            let altered = Envelope(
                payloadType: envelope.payloadType,
                payload: payload,
                signatures: envelope.signatures
            )
            #expect(throws: EnvelopeError.badSignature) {
                try door.report(Answer(status: 200, body: altered.json))
            }
            let log = LogName(device: door.venue.device, epoch: 1)
            let other = try TestVenue(seed: 2).deviceSign.publicKey
            #expect(throws: EnvelopeError.badSignature) {
                try ReadinessReport(envelope, log: log, key: other)
            }
        }
    }

    @Test("a specimen that was not shown, or gets another verdict, is named; the gate is not ready")
    func incomplete() async throws {
        try await serving { door in
            _ = try await door.show(.barcode)  // before the start: nobody listens
            _ = try await door.post(Self.start)
            for specimen in Specimen.allCases where specimen != .barcode {
                _ = try await door.show(specimen)
            }
            let missing = "the specimen 'barcode' was not shown"
            let meanwhile = try door.report(try await door.get("/v1/readiness"))
            #expect(meanwhile.reasons == [missing])
            // A lane that was set up for a hall of another event.
            let astray = LaneKeeper(
                .init(number: LaneNumber(2), direction: .entry, hall: HallNumber(9)),
                core: door.gate.core
            )
            _ = try await door.show(.valid, at: astray)
            let report = try door.report(try await door.post(Self.end))
            #expect(!report.isReady)
            let wrong = "the specimen 'valid' gets WRONG_HALL at lane 2, not SUCCESS"
            #expect(Set(report.reasons) == [missing, wrong])
        }
    }

    @Test("the last report outlives a restart; a rehearsal under way does not")
    func restart() async throws {
        let folder = try ScratchFolder()
        let first = Mutex<[UInt8]>([])
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addSpecimens()
        _ = try PreparedGate(folder: folder.path, venue: venue, manifest: fixture)
        try await serving(scratch: folder) { door in
            #expect(try door.report(try await door.get("/v1/readiness")).reasons.count == 5)
            _ = try await door.post(Self.start)
            _ = try await door.show(.valid)
            let answer = try await door.post(Self.end)
            first.withLock { $0 = answer.body }
            _ = try await door.post(Self.start)
            try door.gate.core.journal.close()
        }
        try await serving(scratch: folder) { door in
            let kept = try await door.get("/v1/readiness")
            #expect(kept.body == first.withLock { $0 })
            #expect(try door.report(kept).reasons.count == 4)
            #expect(try await door.get("/status.json").json()["rehearsal"] == .null)
            // What somebody has written into the file instead is not passed on.
            let forged = Envelope(.readiness, payload: [], signedBy: [door.venue.live])
            try door.gate.core.journal.setState(.readiness, forged.json)
            #expect(try door.report(try await door.get("/v1/readiness")).reasons.count == 5)
        }
    }

    @Test("after four hours a rehearsal ends by itself, with a report")
    func overdue() async throws {
        try await serving { door in
            _ = try await door.post(Self.start)
            _ = try await door.show(.revoked)
            let rehearsals = RehearsalDesk(core: door.gate.core)
            let boot = door.gate.core.clock.boot
            rehearsals.endOverdue(at: boot + Rehearsal.lasting.milliseconds - 60_000)
            #expect(door.gate.core.rehearsal != nil)
            rehearsals.endOverdue(at: boot + Rehearsal.lasting.milliseconds)
            #expect(door.gate.core.rehearsal == nil)
            let report = try door.report(try await door.get("/v1/readiness"))
            #expect(report.specimens.filter { !$0.shown.isEmpty }.map(\.kind) == ["revoked"])
        }
    }

    @Test("what is asked at the wrong time or from elsewhere is refused and changes nothing")
    func refused() async throws {
        try await serving { door in
            func slug(_ answer: Answer) throws -> String? {
                try answer.json()["type"]?.string
            }
            #expect(try slug(try await door.post(Self.end)) == "/problems/no-rehearsal")
            for body in [#"{}"#, #"{"action":"stop"}"#, #"{"action":1}"#] {
                #expect(try slug(try await door.post(body)) == "/problems/invalid-request")
            }
            let foreign = [("Origin", "http://evil.example")]
            #expect(try await door.post(Self.start, headers: foreign).status == 403)
            #expect(try await door.get("/v1/readiness", headers: foreign).status == 403)
            #expect(door.gate.core.rehearsal == nil)
            _ = try await door.post(Self.start)
            _ = try await door.show(.valid)
            #expect(try slug(try await door.post(Self.start)) == "/problems/rehearsal-runs")
            #expect(door.gate.core.rehearsal?.shown(.valid).count == 1, "goes on as it was")
        }
    }

    @Test("a gate without an identity has nothing to sign with")
    func notEnrolled() async throws {
        let gate = try await ServiceGate(try TestVenue(), prepared: nil)
        let rehearsals = RehearsalDesk(core: gate.core)
        #expect(throws: SupervisorDesk.Refusal.notEnrolled) { try rehearsals.start() }
        #expect(throws: SupervisorDesk.Refusal.notEnrolled) { try rehearsals.readiness() }
        try await gate.client.shutdown()
    }
}
