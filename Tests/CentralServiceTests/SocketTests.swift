import CentralService
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import VenueAPI

@Suite("Over a real socket", .serialized)
struct SocketTests {
    @Test("a body that is too large is refused, also when its size is not told before")
    func oversized() async throws {
        try await House.open(over: .live) { _, admin in
            let body = [UInt8](repeating: 0x20, count: 2 << 20)
            let reply = try await admin.send(.post, "/v1/events", body: body)
            #expect(reply.status == 413)
            #expect(try reply.problem().type == "/problems/too-large")
        }
    }

    @Test("a chunked body of unknown size stops at the limit")
    func chunked() async throws {
        try await House.open(over: .live) { house, admin in
            let port = try #require(admin.client.port)
            let chunk = "4000\r\n" + String(repeating: " ", count: 0x4000) + "\r\n"
            let request =
                "POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(house.adminKey)\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n"
                + String(repeating: chunk, count: 4) + "0\r\n\r\n"
            let answer = try RawSocket.exchange(port: port, Array(request.utf8))
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer.prefix(200))")
            #expect(answer.contains(ProblemDetails.mediaType))
        }
    }

    @Test(
        "what is no HTTP is refused, and the next caller is served",
        arguments: [
            "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "POST /v1/time HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            "GET / HTTP/1.1\r\nX: \u{0}\r\n\r\n",
        ]
    )
    func noHTTP(bytes: String) async throws {
        try await House.open(over: .live) { _, admin in
            let port = try #require(admin.client.port)
            let answer = try RawSocket.exchange(port: port, Array(bytes.utf8))
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400"), "\(answer.prefix(80))")
            #expect(try await admin.get("/healthz").status == 200)
        }
    }

    @Test("header fields have a limit")
    func largeHeaders() async throws {
        try await House.open(over: .live) { _, admin in
            let port = try #require(admin.client.port)
            let field = "X-Large: " + String(repeating: "x", count: 64 << 10) + "\r\n"
            let answer = try RawSocket.exchange(
                port: port,
                Array("GET /healthz HTTP/1.1\r\nHost: x\r\n\(field)\r\n".utf8)
            )
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
            #expect(try await admin.get("/healthz").status == 200)
        }
    }

    @Test(
        "a wrong body over the wire gets its problem",
        arguments: [
            ("{\"name\":", 400), ("\u{0}", 400), ("{\"name\":\"\\ud800\"}", 400), ("[1,2", 400),
            ("{\"name\":\"x\",\"starts\":\"soon\"}", 422), ("null", 422),
        ]
    )
    func wrongBodies(body: String, status: Int) async throws {
        try await House.open(over: .live) { _, admin in
            let reply = try await admin.post("/v1/events", body)
            #expect(reply.status == status, "\(reply.text)")
            _ = try reply.problem()
        }
    }

    @Test("a manifest comes whole and in parts over the wire, HEAD with its size and no body")
    func download() async throws {
        try await House.open(over: .live) { _, admin in
            let event = try await admin.makeEvent()
            _ = try await admin.issue(2000, to: event.id)
            _ = try await admin.post("/v1/events/\(event.id)/manifest")
            let path = "/v1/gate/events/\(event.id)/manifest"
            let whole = try await admin.get(path)
            #expect(whole.body.starts(with: Array("SQLite format 3\0".utf8)))
            #expect(whole.body.count > ServedFileSizes.chunk)
            var joined: [UInt8] = []
            while joined.count < whole.body.count {
                let end = min(joined.count + 50_000, whole.body.count) - 1
                let part = try await admin.get(
                    path,
                    headers: ["Range": "bytes=\(joined.count)-\(end)"]
                )
                #expect(part.status == 206)
                joined += part.body
            }
            #expect(joined == whole.body)
            let head = try await admin.send(.head, path)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers[.contentLength] == String(whole.body.count))
        }
    }

    @Test("a stopping server lets go of gates that wait")
    func stopWhileWaiting() async throws {
        let clock = ContinuousClock()
        let started = clock.now
        try await House.open(over: .live) { _, admin in
            let event = try await admin.makeEvent()
            _ = try await admin.post("/v1/events/\(event.id)/manifest")
            let port = try #require(admin.client.port)
            let path = "/v1/gate/events/\(event.id)/manifest/meta?after=99&wait=25"
            try RawSocket.sendOnly(
                port: port,
                Array(
                    ("GET \(path) HTTP/1.1\r\nHost: x\r\n"
                        + "Authorization: Bearer \(admin.key ?? "")\r\n\r\n").utf8
                )
            )
            // The wait is under way once another request was answered after it.
            #expect(try await admin.get("/healthz").status == 200)
        }
        #expect(clock.now - started < .seconds(15))
    }
}

/// More than one chunk of a served file.
enum ServedFileSizes {
    static let chunk = 128 << 10
}
