import AdmissionRules
import CentralService
import CentralStore
import Foundation
import GateLogic
import GateService
import GateStore
import Hummingbird
import Logging
import ManifestFormat
import Platform
import Synchronization
import TestSupport
import Testing
import TicketModel
import TokenFormat

/// A central that serves on loopback, and gates that sync with it, all with the real clock.
private struct LiveVenue: Sendable {
    /// A change in central is known at a connected gate within this time (PROTOCOL 5.4).
    static let promise = Duration.seconds(2)
    static let hall = HallNumber(1)
    static let accessClass = ClassNumber(1)

    let scratch: ScratchFolder
    let data: CentralData
    let event: EventID
    let tickets: [IssuedTicket]
    let key: String
    let url: String

    /// Runs `story` while central serves.
    static func open(
        tickets count: Int,
        _ story: @escaping @Sendable (LiveVenue) async throws -> Void
    ) async throws {
        let scratch = try ScratchFolder()
        let folder = scratch.file("central")
        let now = SystemClock.now()
        _ = try await CentralData.initialise(directory: folder, at: now)
        let data = try await CentralData.open(directory: folder, at: now)
        let event = try await data.events.create(details(now), at: now).id
        let orders = [TicketOrder](
            repeating: TicketOrder(accessClass: accessClass),
            count: count
        )
        let tickets = try await data.tickets.issue(orders, event: event, by: nil, at: now)
        let gate = try await data.devices.register(
            label: "North",
            hall: hall,
            gate: GateNumber(1),
            at: now
        )
        let address = Mutex<String?>(nil)
        let application = try CentralServer(
            data: data,
            clock: ServiceClock { SystemClock.now() },
            metrics: PrometheusRegistry(),
            logger: centralLogger
        ).application(host: "127.0.0.1", port: 0) { listening in
            address.withLock { $0 = listening }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            guard try await eventually({ address.withLock { $0 } != nil }),
                let port = address.withLock({ $0 })?.split(separator: ":").last
            else { throw CancellationError() }
            try await story(
                LiveVenue(
                    scratch: scratch,
                    data: data,
                    event: event,
                    tickets: tickets,
                    key: gate.apiKey.text,
                    url: "http://127.0.0.1:\(port)"
                )
            )
            group.cancelAll()
            // A server that is cancelled says so; that is how this one ends.
            try? await group.waitForAll()
        }
        try data.close()
    }

    /// A handler that keeps metadata: the server finds the number of a request there.
    private static var centralLogger: Logger {
        var logger = Logger(label: "central")
        logger.logLevel = .critical
        return logger
    }

    private static let quiet = Logger(label: "sync") { _ in SwiftLogNoOpLogHandler() }

    private static func details(_ now: Timestamp) -> EventDetails {
        EventDetails(
            name: "Concert",
            venue: "Town Hall",
            starts: now,
            ends: now + .seconds(6 * 3600),
            halls: [HallDetails(number: hall, name: "Great Hall")],
            gates: [GateDetails(number: GateNumber(1), hall: hall, name: "North")],
            classes: [ClassDetails(number: accessClass, name: "Stalls")],
            windows: [AccessWindow(accessClass: accessClass, hall: hall)]
        )
    }

    func newGate() async throws -> LiveGate { try await LiveGate(self) }

    func change(_ ticket: Int, _ change: TicketChange) async throws {
        try await data.tickets.change(
            tickets[ticket].ticket.id,
            change,
            by: nil,
            at: SystemClock.now()
        )
    }

    var settings: GateSettings {
        GateSettings(
            data: scratch.file("gate"),
            event: event,
            central: .init(url: url, key: key, root: data.keys.rootHash),
            status: nil,
            lanes: [.init(number: LaneNumber(1), direction: .entry)]
        )
    }

    static func logger() -> Logger { quiet }
}

/// A gate with its sync, on the folder of the venue.
private struct LiveGate: Sendable {
    let core: GateCore
    let lane: LaneKeeper
    private let client: CentralClient

    init(_ venue: LiveVenue) async throws {
        let settings = venue.settings
        let folder = GateData(settings.data)
        try folder.prepare()
        core = try GateCore(settings: settings, logger: LiveVenue.logger())
        await core.restore()
        lane = LaneKeeper(settings.lanes[0], core: core)
        client = CentralClient(base: venue.url, authorization: GateAuthorization(key: venue.key))
    }

    /// For a gate that never synced.
    func end() async throws {
        try await client.shutdown()
        try core.journal.close()
    }

    var version: Int64 { core.shelf.current?.metadata.version ?? 0 }

    func syncing(_ work: @escaping @Sendable () async throws -> Void) async throws {
        guard let central = core.settings.central else { return }
        let sync = SyncLoop(core: core, client: client, settings: central)
        let client = client
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sync.run() }
            let outcome = await Result { try await work() }
            group.cancelAll()
            try await group.waitForAll()
            try await client.shutdown()
            try outcome.get()
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}

/// Expects that a condition comes true within `seconds`.
private func expectEventually(
    within seconds: Double,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let isTrue = try await eventually(within: seconds, condition)
    #expect(isTrue, sourceLocation: sourceLocation)
}

@Suite("A real central and a real gate", .timeLimit(.minutes(2)), .serialized)
struct LiveSyncStories {
    @Test("a ticket revoked in central is refused at a connected gate within two seconds")
    func revocation() async throws {
        try await LiveVenue.open(tickets: 5000) { venue in
            let gate = try await venue.newGate()
            try await gate.syncing {
                try await expectEventually(within: 30) { gate.version > 0 }
                try await expectEventually(within: 10) { gate.core.settlement.hasBarcodeKey }
                let first = try #require(gate.core.shelf.current)
                #expect(first.metadata.fileVersion == first.metadata.version)
                var times: [Duration] = []
                for number in 0..<5 {
                    let start = ContinuousClock.now
                    try await venue.change(number, .revoke)
                    let id = venue.tickets[number].ticket.id
                    let isKnown = try await eventually(within: 10) {
                        try gate.core.shelf.current?.ticket(id)?.status == .revoked
                    }
                    #expect(isKnown)
                    times.append(start.duration(to: .now))
                    let code = Array(venue.tickets[number].credentials.paper.text.utf8)
                    let verdict = await gate.lane.scan(code, scanner: "test")
                    #expect(verdict.decision.code == .revoked)
                }
                times.sort()
                print("change in central to known at the gate: \(times)")
                // The median, because a busy machine may hold up any one of them.
                #expect(times[2] < LiveVenue.promise)
                let newest = try #require(gate.core.shelf.current).metadata
                #expect(newest.version > first.metadata.version)
                #expect(newest.fileVersion == first.metadata.version, "no file was made for it")
                #expect(gate.core.manifestFault == nil)
            }
            try gate.core.journal.close()
            // The gate starts again while central is away: it knows what it knew.
            let later = try await venue.newGate()
            #expect(later.version == gate.version)
            let id = venue.tickets[4].ticket.id
            #expect(try later.core.shelf.current?.ticket(id)?.status == .revoked)
            #expect(later.core.shelf.specimens.outcomes.values.allSatisfy { $0 == .right })
            #expect(later.core.shelf.specimens.outcomes.count == Specimen.allCases.count)
            try await later.end()
        }
    }

    @Test("a gate that slept through many changes catches up, and a new one starts from the file")
    func catchingUp() async throws {
        try await LiveVenue.open(tickets: 200) { venue in
            let gate = try await venue.newGate()
            try await gate.syncing {
                try await expectEventually(within: 30) { gate.version > 0 }
            }
            try gate.core.journal.close()
            for number in 0..<30 {
                try await venue.change(number, .block)
                _ = try await venue.data.manifests.build(
                    venue.event,
                    at: SystemClock.now(),
                    file: .any
                )
            }
            let newest = try await venue.data.manifests.latest(venue.event)
            #expect(newest.version > gate.version && newest.fileVersion < newest.version)
            let later = try await venue.newGate()
            try await later.syncing {
                try await expectEventually(within: 20) { later.version >= newest.version }
            }
            try later.core.journal.close()
            // Everything of the gate's manifest is lost: file and delta bring it back.
            try FileManager.default.removeItem(atPath: venue.settings.data + "/manifest")
            let anew = try await venue.newGate()
            #expect(anew.version == 0)
            try await anew.syncing {
                try await expectEventually(within: 20) { anew.version >= newest.version }
            }
            let id = venue.tickets[29].ticket.id
            #expect(try anew.core.shelf.current?.ticket(id)?.status == .blocked)
        }
    }

    @Test("each specimen from central gets its verdict at a lane, and admits nobody")
    func specimensAtLane() async throws {
        try await LiveVenue.open(tickets: 3) { venue in
            let gate = try await venue.newGate()
            try await gate.syncing {
                try await expectEventually(within: 30) { gate.version > 0 }
                try await expectEventually(within: 10) { gate.core.settlement.hasBarcodeKey }
                for specimen in try await venue.data.manifests.specimens(venue.event) {
                    let verdict = await gate.lane.scan(Array(specimen.text.utf8), scanner: "test")
                    #expect(!verdict.decision.opensLane, "\(specimen.kind)")
                    #expect(verdict.decision.code == .specimen, "\(specimen.kind)")
                    // In a hall of the event the specimen of the wrong hall is a valid one.
                    guard specimen.kind != Specimen.hall.rawValue else { continue }
                    let rehearsed = verdict.decision.rehearsed?.code
                    #expect(rehearsed == specimen.expected, "\(specimen.kind)")
                }
            }
        }
    }
}
