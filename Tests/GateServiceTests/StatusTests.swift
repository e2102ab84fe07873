import AsyncHTTPClient
import Encodings
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

@Suite("The status page", .timeLimit(.minutes(1)))
struct StatusTests {
    /// Serves the status of a gate while `work` asks for it.
    private func serving(
        _ work: @escaping @Sendable (ServiceGate, TestVenue, String) async throws -> Void
    ) async throws {
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        fixture.version = 3
        let gate = try await ServiceGate(venue, prepared: fixture)
        let board = ScannerBoard()
        board.set(.failed("no such device"), of: "lane1/tcp")
        let port = Mutex<Int?>(nil)
        let server = StatusServer(
            core: gate.core,
            scanners: board,
            metrics: PrometheusRegistry(),
            settings: try .init(host: "127.0.0.1", port: 0),
            onListening: { _, found in port.withLock { $0 = found } }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await expectEventually { port.withLock { $0 } != nil }
            let found = try #require(port.withLock { $0 })
            try await work(gate, venue, "http://127.0.0.1:\(found)")
            group.cancelAll()
            // A server that is cancelled says so; that is how it ends here.
            try? await group.waitForAll()
        }
        try await gate.client.shutdown()
    }

    private static func get(_ url: String) async throws -> (status: UInt, body: [UInt8]) {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: url),
            timeout: .seconds(10)
        )
        let body = try await response.body.collect(upTo: 1 << 20)
        return (response.status.code, Array(body.readableBytesView))
    }

    @Test("the JSON says what a supervisor asks: list, clock, records, scanners, last verdict")
    func json() async throws {
        try await serving { gate, venue, url in
            _ = await gate.scan(venue.paperCode(venue.ticket(1)))
            let answer = try await Self.get(url + "/status.json")
            let json = try JSONReader.read(answer.body)
            #expect(json["device"]?["name"]?.string == venue.device.text)
            #expect(json["manifest"]?["version"]?.integer == 3)
            #expect(json["manifest"]?["tickets"]?.integer == 20)
            #expect(json["clock"]?["state"]?.string == "UNTRUSTED")
            #expect(json["clock"]?["why"]?.string == "never_set")
            #expect(json["clock"]?["last_sync"] == .null)
            #expect(json["log"]?["waiting"]?.integer == 1)
            #expect(json["last"]?["verdict"]?.string == "SUCCESS")
            #expect(json["counts"]?["SUCCESS"]?.integer == 1)
            let scanner = json["scanners"]?.array?.first
            #expect(scanner?["state"]?.string == "failed")
            #expect(scanner?["fault"]?.string == "no such device")
            #expect(json["storage"]?["fault"] == .null)
        }
    }

    @Test("once central has told the time, the clock says since when, and doubts nothing")
    func clock() async throws {
        try await serving { gate, _, url in
            let keeper = gate.core.clock
            let time = TestVenue.opening + .seconds(60)
            await keeper.handle(.answer(time: time, sent: keeper.boot))
            let answer = try await Self.get(url + "/status.json")
            let clock = try #require(try JSONReader.read(answer.body)["clock"])
            #expect(clock["state"]?.string == "SYNCED")
            #expect(clock["why"] == .null)
            #expect(clock["floor"]?.integer == time.milliseconds)
            #expect(clock["last_sync"]?["source"]?.string == "central")
            #expect(clock["last_sync"]?["t"]?.integer == time.milliseconds)
            #expect(clock["contradicted"] == .bool(false))
        }
    }

    @Test("page, health and metrics are served")
    func pages() async throws {
        try await serving { _, _, url in
            let page = try await Self.get(url + "/")
            #expect(String(decoding: page.body, as: UTF8.self).contains("<title>Stile gate"))
            #expect(try await Self.get(url + "/healthz").status == 200)
            #expect(try await Self.get(url + "/metrics").status == 200)
            #expect(try await Self.get(url + "/nothing").status == 404)
        }
    }

    @Test("a verdict reaches the page's live stream")
    func live() async throws {
        try await serving { gate, venue, url in
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url + "/verdicts"),
                timeout: .seconds(10)
            )
            #expect(response.headers.first(name: "content-type") == "text/event-stream")
            var text = ""
            for try await buffer in response.body {
                if text.isEmpty { _ = await gate.scan(venue.paperCode(venue.ticket(2))) }
                text += String(buffer: buffer)
                if text.contains("data: ") { break }
            }
            #expect(text.contains("\"verdict\":\"SUCCESS\""))
        }
    }

    @Test("an address that others can reach needs leave")
    func remote() {
        #expect(throws: GateSettings.Status.Failure.notLoopback("0.0.0.0")) {
            try GateSettings.Status(host: "0.0.0.0", port: 8090)
        }
        #expect(throws: Never.self) {
            try GateSettings.Status(host: "0.0.0.0", port: 8090, allowsRemote: true)
        }
    }
}
