import CentralService
import CentralStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Platform
import Synchronization
import Testing
import TicketModel
import VenueAPI

/// A central over a temporary directory, with a clock that only the test moves.
final class House: Sendable {
    let data: CentralData
    let adminKey: String
    let rootHash: [UInt8]
    let clock: TestClock
    let server: CentralServer
    private let directory: String

    /// New Year's Eve 2026, six in the evening.
    static let start = Timestamp(milliseconds: 1_798_740_000_000)

    init(links: HolderLinks = HolderLinks()) async throws {
        directory = FileManager.default.temporaryDirectory
            .appending(path: "stile-service-\(UUID().uuidString)").path(percentEncoded: false)
        let clock = TestClock(Self.start)
        self.clock = clock
        let made = try await CentralData.initialise(directory: directory, at: clock.now)
        adminKey = made.adminKey.text
        rootHash = made.rootHash
        data = try await CentralData.open(directory: directory, at: clock.now)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = CentralServer(
            data: data,
            clock: ServiceClock { clock.now },
            links: links,
            metrics: PrometheusRegistry(),
            logger: logger
        )
    }

    deinit {
        // A leftover in the temporary directory does no harm.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Runs `story` against all routes, without a socket.
    static func open<Value: Sendable>(
        over setup: TestingSetup = .router,
        links: HolderLinks = HolderLinks(),
        _ story: @Sendable (House, Visitor) async throws -> Value
    ) async throws -> Value {
        let house = try await House(links: links)
        let application = try house.server.application(host: "127.0.0.1", port: 0)
        return try await application.test(setup) { client in
            try await story(house, Visitor(client: client, key: house.adminKey))
        }
    }
}

/// A clock that stands still until the test moves it.
final class TestClock: Sendable {
    private let instant: Mutex<Timestamp>

    init(_ start: Timestamp) {
        instant = Mutex(start)
    }

    var now: Timestamp { instant.withLock { $0 } }

    func pass(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// Somebody who calls the API with a key, or without.
struct Visitor: Sendable {
    let client: any TestClientProtocol
    var key: String?

    func with(key: String?) -> Visitor { Visitor(client: client, key: key) }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: [UInt8]? = nil,
        mediaType: String = "application/json",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        var fields: HTTPFields = [:]
        if let key { fields[.authorization] = "Bearer \(key)" }
        if body != nil { fields[.contentType] = mediaType }
        for (name, value) in headers {
            fields[try #require(HTTPField.Name(name))] = value
        }
        let response = try await client.execute(
            uri: path,
            method: method,
            headers: fields,
            body: body.map { ByteBuffer(bytes: $0) }
        )
        return Reply(
            status: response.status.code,
            headers: response.headers,
            body: Array(response.body.readableBytesView)
        )
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send(.get, path, headers: headers)
    }

    func post(
        _ path: String,
        _ text: String = "{}",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        try await send(.post, path, body: Array(text.utf8), headers: headers)
    }

    func post(
        _ path: String,
        _ value: some Encodable,
        headers: [String: String] = [:]
    ) async throws -> Reply {
        try await send(.post, path, body: WireJSON.encode(value), headers: headers)
    }
}

struct Reply: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var mediaType: String { headers[.contentType] ?? "" }

    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body))
    }

    /// The problem this reply carries, checked for the form that all errors have.
    func problem(_ location: SourceLocation = #_sourceLocation) throws -> ProblemDetails {
        #expect(mediaType == ProblemDetails.mediaType, sourceLocation: location)
        let problem: ProblemDetails = try json()
        #expect(problem.status == status, sourceLocation: location)
        #expect(problem.type.hasPrefix("/problems/"), sourceLocation: location)
        return problem
    }
}

extension House {
    static let hour: Int64 = 3_600_000

    static func draft(_ name: String = "New Year's Derby") -> EventAPI.Draft {
        let start = Self.start.milliseconds
        return EventAPI.Draft(
            name: name,
            venue: "Arena",
            starts: start + hour,
            ends: start + 4 * hour,
            halls: [.init(number: 1, name: "North"), .init(number: 2, name: "South")],
            gates: [
                .init(number: 11, hall: 1, name: "North A"),
                .init(number: 21, hall: 2, name: "South A"),
            ],
            classes: [
                .init(number: 1, name: "Standard"),
                .init(number: 2, name: "Paper only", methods: ["paper"]),
            ],
            access: [
                .init(accessClass: 1, hall: 1), .init(accessClass: 2, hall: 2, gate: 21),
            ]
        )
    }
}

extension Visitor {
    func makeEvent(_ name: String = "New Year's Derby") async throws -> EventAPI.Event {
        let reply = try await post("/v1/events", House.draft(name))
        try #require(reply.status == 201, "\(reply.text)")
        return try reply.json()
    }

    func issue(_ count: Int, to event: String) async throws -> [TicketAPI.Issued] {
        let drafts = (0..<count).map {
            TicketAPI.Draft(accessClass: 1, reference: "order-\($0)", seat: "Row \($0)")
        }
        let reply = try await post("/v1/events/\(event)/tickets", drafts)
        try #require(reply.status == 201, "\(reply.text)")
        return try reply.json(TicketAPI.IssuedList.self).tickets
    }

    func makeKey(_ scopes: [String]) async throws -> Visitor {
        let reply = try await post("/v1/keys", AdminAPI.KeyDraft(name: "test", scopes: scopes))
        try #require(reply.status == 201, "\(reply.text)")
        return with(key: try reply.json(AdminAPI.NewKey.self).apiKey)
    }
}

extension House {
    /// Everything the database's files hold at this moment.
    func databaseBytes() throws -> Data {
        var all = Data()
        for suffix in ["", "-wal"] {
            let path = "\(data.directory)/\(CentralData.databaseName)\(suffix)"
            if let content = FileManager.default.contents(atPath: path) { all += content }
        }
        return all
    }
}

extension Data {
    func contains(_ bytes: [UInt8]) -> Bool { range(of: Data(bytes)) != nil }
}
