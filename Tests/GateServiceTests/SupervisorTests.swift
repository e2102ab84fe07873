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
import Synchronization
import TestSupport
import Testing
import TicketModel
import TokenFormat

@Suite("The supervisor's calls", .timeLimit(.minutes(1)))
struct SupervisorTests {
    private struct Answer {
        let status: UInt
        let type: String
        let json: JSONValue?
    }

    /// A gate that serves its calls.
    private struct Desk: Sendable {
        let gate: ServiceGate
        let venue: TestVenue
        let url: String

        func get(_ path: String) async throws -> Answer {
            try await send(HTTPClientRequest(url: url + path))
        }

        func post(
            _ path: String,
            _ body: String,
            type: String? = "application/json",
            headers: [(String, String)] = []
        ) async throws -> Answer {
            var request = HTTPClientRequest(url: url + path)
            request.method = .POST
            if let type { request.headers.add(name: "content-type", value: type) }
            for (name, value) in headers {
                request.headers.replaceOrAdd(name: name, value: value)
            }
            request.body = .bytes(ByteBuffer(string: body))
            return try await send(request)
        }

        private func send(_ request: HTTPClientRequest) async throws -> Answer {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1 << 20)
            return Answer(
                status: response.status.code,
                type: response.headers.first(name: "content-type") ?? "",
                // An answer that is no JSON fails the expectation that reads it.
                json: try? JSONReader.read(Array(body.readableBytesView))
            )
        }
    }

    private func serving(
        host: String = "127.0.0.1",
        allowsRemote: Bool = false,
        _ work: @escaping @Sendable (Desk) async throws -> Void
    ) async throws {
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        let gate = try await ServiceGate(venue, prepared: fixture)
        let port = Mutex<Int?>(nil)
        let server = StatusServer(
            core: gate.core,
            scanners: ScannerBoard(),
            metrics: PrometheusRegistry(),
            settings: try .init(host: host, port: 0, allowsRemote: allowsRemote),
            desk: SupervisorDesk(core: gate.core, lanes: [LaneNumber(1): gate.lane]),
            onListening: { _, found in port.withLock { $0 = found } }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await expectEventually { port.withLock { $0 } != nil }
            let found = try #require(port.withLock { $0 })
            try await work(Desk(gate: gate, venue: venue, url: "http://127.0.0.1:\(found)"))
            group.cancelAll()
            // A server that is cancelled says so; that is how it ends here.
            try? await group.waitForAll()
        }
        try await gate.client.shutdown()
    }

    private func expectProblem(_ answer: Answer, _ status: UInt, _ slug: String) {
        #expect(answer.status == status)
        #expect(answer.type == "application/problem+json")
        #expect(answer.json?["type"]?.string == "/problems/\(slug)")
        #expect(answer.json?["status"]?.integer == Int64(status))
        #expect(answer.json?["title"]?.string?.isEmpty == false)
    }

    @Test("undo by lane and by number; the same code held on is decided anew, not green by habit")
    func undo() async throws {
        try await serving { desk in
            let code = desk.venue.paperCode(desk.venue.ticket(1))
            let first = await desk.gate.scan(code)
            let undone = try await desk.post("/v1/undo", #"{"lane":1,"reason":"wrong guest"}"#)
            #expect(undone.status == 200)
            #expect(undone.json?["ticket"]?.string == desk.venue.ticket(1).hex)
            let again = await desk.gate.scan(code)
            #expect(again.decision.code == .success && !again.isRepeated)
            let number = try #require(again.sequence)
            #expect(number != first.sequence)
            let second = try await desk.post(
                "/v1/undo",
                #"{"sequence":\#(number),"reason":"again"}"#
            )
            #expect(second.status == 200)
            expectProblem(
                try await desk.post("/v1/undo", #"{"lane":1,"reason":"and again"}"#),
                409,
                "already-undone"
            )
            #expect(try desk.gate.core.journal.audit().faults == [])
        }
    }

    @Test("force with and without a ticket; a ticket that was forced in is used")
    func force() async throws {
        try await serving { desk in
            let ticket = desk.venue.ticket(3)
            let body = #"{"lane":1,"reason":"phone is empty","ticket":"\#(ticket.hex)"}"#
            #expect(try await desk.post("/v1/force", body).status == 200)
            let verdict = await desk.gate.scan(desk.venue.paperCode(ticket))
            #expect(verdict.decision.code == .duplicate)
            let nameless = try await desk.post("/v1/force", #"{"lane":1,"reason":"wheelchair"}"#)
            #expect(nameless.status == 200 && nameless.json?["ticket"] == .null)
            let unknown = String(repeating: "0", count: 32)
            expectProblem(
                try await desk.post(
                    "/v1/force",
                    #"{"lane":1,"reason":"x","ticket":"\#(unknown)"}"#
                ),
                404,
                "unknown-ticket"
            )
        }
    }

    @Test("a document that staff have seen lets the next showing of that ticket pass, once")
    func confirm() async throws {
        try await serving { desk in
            let now = desk.gate.core.clock.reading().now
            func code(_ number: Int) -> [UInt8] {
                desk.venue.liveCode(desk.venue.ticket(number), at: now, flags: .checkID)
            }
            let body = #"{"lane":1}"#
            expectProblem(
                try await desk.post("/v1/confirm-id", body),
                409,
                "nobody-referred"
            )
            let referred = await desk.gate.scan(code(4))
            #expect(referred.decision.code == .refer && referred.decision.detail == .checkID)
            let confirmed = try await desk.post("/v1/confirm-id", body)
            #expect(confirmed.json?["ticket"]?.string == desk.venue.ticket(4).hex)
            #expect(confirmed.json?["good_for_ms"]?.integer == 60_000)
            #expect(await desk.gate.scan(code(4)).decision.code == .success)
            #expect(await desk.gate.scan(code(5)).decision.code == .refer)
        }
    }

    @Test("the latest scans, the newest first, with what became of them")
    func scans() async throws {
        try await serving { desk in
            for number in 0..<3 {
                _ = await desk.gate.scan(desk.venue.paperCode(desk.venue.ticket(number)))
            }
            _ = try await desk.post("/v1/undo", #"{"lane":1,"reason":"mistake"}"#)
            let answer = try await desk.get("/v1/scans?limit=2")
            guard case .array(let scans)? = answer.json?["scans"] else {
                Issue.record("no list")
                return
            }
            #expect(scans.map { $0["seq"]?.integer } == [2, 1])
            #expect(scans.map { $0["undone"] } == [.bool(true), .bool(false)])
            #expect(scans[0]["undo_until"] == .null)
            #expect(scans[1]["verdict"]?.string == "SUCCESS")
            for limit in ["0", "201", "x", "-1"] {
                expectProblem(
                    try await desk.get("/v1/scans?limit=\(limit)"),
                    422,
                    "invalid-request"
                )
            }
        }
    }

    @Test("a foreign page in a browser on this machine gets nowhere")
    func foreignPages() async throws {
        try await serving { desk in
            _ = await desk.gate.scan(desk.venue.paperCode(desk.venue.ticket(1)))
            let body = #"{"lane":1,"reason":"let me in"}"#
            for type in ["text/plain", "application/x-www-form-urlencoded", "", nil] {
                expectProblem(
                    try await desk.post("/v1/undo", body, type: type),
                    415,
                    "unsupported-media-type"
                )
            }
            let foreign: [(String, String)] = [
                ("Host", "evil.example"), ("Host", "127.0.0.1.evil.example:8090"),
                ("Origin", "http://evil.example"), ("Origin", "null"),
                ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
            ]
            for header in foreign {
                expectProblem(
                    try await desk.post("/v1/undo", body, headers: [header]),
                    403,
                    "forbidden"
                )
            }
            #expect(try desk.gate.core.journal.audit().records == 1, "nothing was written")
            let own = try await desk.post(
                "/v1/undo",
                body,
                type: "application/json; charset=utf-8",
                headers: [("Origin", desk.url), ("Sec-Fetch-Site", "same-origin")]
            )
            #expect(own.status == 200)
        }
    }

    @Test("what is wrong is named, and nothing is written")
    func badRequests() async throws {
        try await serving { desk in
            let long = String(repeating: "x", count: EntryRecord.reasonBytesMax + 1)
            let wrong = [
                #"{"lane":1}"#, #"{"reason":"x"}"#, #"{"lane":1,"sequence":0,"reason":"x"}"#,
                #"{"lane":-1,"reason":"x"}"#, #"{"lane":"1","reason":"x"}"#,
                #"{"lane":1,"reason":"  "}"#, #"{"lane":1,"reason":"\#(long)"}"#,
                #"{"sequence":-5,"reason":"x"}"#, #"{"lane":99999,"reason":"x"}"#,
            ]
            for body in wrong {
                expectProblem(try await desk.post("/v1/undo", body), 422, "invalid-request")
            }
            for body in ["", "[]", "{", "null", #"{"lane":1,"lane":2}"#] {
                expectProblem(try await desk.post("/v1/force", body), 400, "malformed-json")
            }
            expectProblem(
                try await desk.post("/v1/undo", String(repeating: " ", count: 5000)),
                413,
                "too-large"
            )
            expectProblem(
                try await desk.post("/v1/undo", #"{"lane":7,"reason":"x"}"#),
                404,
                "no-such-lane"
            )
            expectProblem(
                try await desk.post("/v1/undo", #"{"lane":1,"reason":"x"}"#),
                404,
                "no-such-entry"
            )
            #expect(try desk.gate.core.journal.audit().records == 0)
        }
    }

    @Test("a status page that others may see does not take supervisors' calls")
    func remote() async throws {
        try await serving(host: "0.0.0.0", allowsRemote: true) { desk async throws in
            #expect(try await desk.post("/v1/undo", "{}").status == 404)
            #expect(try await desk.get("/v1/scans").status == 404)
            #expect(try await desk.get("/status.json").status == 200)
        }
    }

    @Test("a turnstile that opened keeps the code green until it reports")
    func turnstile() async throws {
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(3)
        let gate = try await ServiceGate(venue, prepared: fixture)
        gate.core.settlement.use(sensorLanes: [LaneNumber(1)])
        let lane = LaneKeeper(
            .init(number: LaneNumber(1), direction: .entry, hasPassageSensor: true),
            core: gate.core
        )
        let code = venue.paperCode(venue.ticket(1))
        let first = await lane.scan(code, scanner: "test")
        let number = try #require(first.sequence)
        #expect(await lane.scan(code, scanner: "test").isRepeated)
        _ = try await lane.report(.abandoned, of: number)
        let second = await lane.scan(code, scanner: "test")
        #expect(second.decision.code == .success && !second.isRepeated)
        let passing = try #require(second.sequence)
        _ = try await lane.report(.passed, of: passing)
        _ = try await lane.reportStray(isFreeFlow: false)
        await #expect(throws: ActionFault.refused(.alreadyReported)) {
            try await lane.report(.passed, of: passing)
        }
        #expect(try gate.core.journal.audit().faults == [])
        try await gate.client.shutdown()
    }
}
