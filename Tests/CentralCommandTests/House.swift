import CentralStore
import Encodings
import Foundation
import Platform
import TestSupport
import Testing
import TicketModel
import TokenFormat

/// An evening with a real central and a real gate, each in a process of its own.
///
/// The test works in central's data directory too, as another `stile-central` would.
final class House {
    let scratch: ScratchFolder
    let port: UInt16
    let data: String
    let event: EventID
    let tickets: [StoredTicket]
    private let scannerPort: UInt16
    private var server: CentralProcess?
    private var gate: GateProcess?
    private var client: LineClient?

    /// Makes an installation with an event, tickets and one registered gate; both programs run.
    init(tickets count: Int) async throws {
        scratch = try ScratchFolder()
        port = try LineClient.freePort()
        scannerPort = try LineClient.freePort()
        data = scratch.file("central")
        let made = try done(await stileCentral("init", "--data", data, "--json")).json
        let central = try await CentralData.open(directory: data, at: SystemClock.now())
        event = try await central.events.create(Self.match(), at: SystemClock.now()).id
        tickets = try await central.tickets.issue(
            [TicketOrder](repeating: TicketOrder(accessClass: ClassNumber(1)), count: count),
            event: event,
            by: nil,
            at: SystemClock.now()
        ).map(\.ticket)
        try central.close()
        server = try CentralProcess(data: data, port: port, log: scratch.file("central.log"))
        let added = try done(
            await stileCentral(
                "gate",
                "add",
                "--data",
                data,
                "--name",
                "North",
                "--hall",
                "1",
                "--gate",
                "11",
                "--json"
            )
        ).json
        let settings = TestSettings(
            data: scratch.file("gate"),
            event: event,
            ports: [1: scannerPort]
        )
        let text =
            settings.yaml + """
                central:
                  url: http://127.0.0.1:\(port)
                  key: \(try #require(added["api_key"]?.string))
                  root: \(try #require(made["root_fingerprint"]?.string))

                """
        try #require(ScratchFolder.write(text, to: scratch.file("gate.yaml")))
        gate = try GateProcess(settings: scratch.file("gate.yaml"), log: scratch.file("gate.log"))
    }

    /// A match that has begun.
    private static func match() -> EventDetails {
        let now = SystemClock.now()
        return EventDetails(
            name: "Derby",
            venue: "Stadium",
            starts: now - .seconds(3600),
            ends: now + .seconds(7200),
            halls: [HallDetails(number: HallNumber(1), name: "North")],
            gates: [
                GateDetails(number: GateNumber(11), hall: HallNumber(1), name: "North A")
            ],
            classes: [
                ClassDetails(
                    number: ClassNumber(1),
                    name: "Stand",
                    usesMax: 1,
                    reentry: false,
                    methods: [.live, .paper]
                )
            ],
            windows: [AccessWindow(accessClass: ClassNumber(1), hall: HallNumber(1))]
        )
    }

    /// Opens central's directory for one piece of work.
    func central<Value>(
        _ directory: String? = nil,
        _ work: (CentralData) async throws -> Value
    ) async throws -> Value {
        let central = try await CentralData.open(
            directory: directory ?? data,
            at: SystemClock.now()
        )
        let value = try await work(central)
        try central.close()
        return value
    }

    /// The code that the guest's page shows now.
    func code(_ number: Int, from central: CentralData) async throws -> [UInt8] {
        Array(try await token(number, from: central).text.utf8)
    }

    func token(_ number: Int, from central: CentralData) async throws -> SignedToken {
        try await central.tickets.liveToken(for: tickets[number], at: SystemClock.now())
    }

    /// Shows a code at the gate; gives the verdict's name.
    func scan(_ code: [UInt8]) async throws -> String {
        let held: LineClient
        if let client {
            held = client
        } else {
            let port = scannerPort
            held = try await offPool { Line(try LineClient(port: port, within: 20)) }.client
            client = held
        }
        let line = Line(held)
        return try await offPool {
            try line.client.scan(code)["verdict"]?.string ?? "no verdict"
        }
    }

    /// Shows the first guest's code until the gate has its manifest.
    func open() async throws {
        try await central { central in
            let deadline = ContinuousClock.now + .seconds(30)
            while try await scan(code(0, from: central)) != "SUCCESS" {
                try #require(ContinuousClock.now < deadline, "the gate does not open")
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Stops the server; the next one serves `directory` at the same address.
    func stopServer() throws {
        #expect(server?.stop() == 0)
        server = nil
    }

    func startServer(_ directory: String) throws {
        server = try CentralProcess(
            data: directory,
            port: port,
            log: scratch.file("central.log")
        )
    }

    func close() throws {
        client = nil
        #expect(gate?.stop() == 0)
        gate = nil
        if server != nil { try stopServer() }
    }
}

/// Carries a client to the thread that blocks on it.
///
/// Sound because `House.scan` waits for each use to end before it begins the next.
private struct Line: @unchecked Sendable {
    let client: LineClient

    init(_ client: LineClient) {
        self.client = client
    }
}
