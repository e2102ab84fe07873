import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Reconciliation
import Sodium
import TicketModel
import TrustFormat

/// A venue in memory: central, gates, a clock that moves when told, links that can be cut.
///
/// Everything is deterministic: keys and ids come from names, time from ``advance(by:)``. Gates
/// with a link exchange records and manifests after every step; a gate without one knows nothing
/// new and nobody hears from it.
struct VenueScenario {
    /// A ticket that somebody bought.
    struct Guest: Equatable {
        let id: TicketID
        var generation = Generation(0)
    }

    static let hall = HallNumber(3)

    let event = Fixed.event("event")
    let trust: TrustList
    private(set) var now = Fixed.now
    private(set) var central: CentralSimulation
    private(set) var gates: [String: GateSimulation] = [:]
    var manifest: VenueManifest
    var terms: [TicketID: Terms] = [:]

    /// - Parameter names: one gate each, numbered from 11 in this order.
    init(gates names: [String], policy: GatePolicy = GatePolicy()) throws {
        trust = Self.trust(event)
        manifest = VenueManifest(created: now)
        manifest.policy = policy
        manifest.put(
            AccessRow(
                accessClass: ClassNumber(7),
                hall: Self.hall,
                gate: .any,
                notBefore: nil,
                expires: nil
            )
        )
        central = CentralSimulation(event: event, trust: trust)
        for (index, name) in names.enumerated() {
            let gate = try GateSimulation(
                name: name,
                hall: Self.hall,
                gate: GateNumber(UInt16(11 + index)),
                event: event,
                trust: trust,
                manifest: manifest,
                at: now
            )
            central.devices[gate.log] = gate.key.publicKey
            gates[name] = gate
        }
    }

    private static func trust(_ event: EventID) -> TrustList {
        let key = { (name: String, role: KeyRole, event: EventID) in
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
            keys: [
                key("live", .live, event), key("paper", .paper, event),
                key("cred", .cred, event),
                key("other live", .live, Fixed.event("other event")),
            ],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }

    mutating func advance(by duration: Duration) { now = now + duration }

    /// Lets something happen at one gate, then everybody with a link hears of it.
    mutating func at<Result>(
        _ name: String,
        _ act: (inout GateSimulation) throws -> Result
    ) throws -> Result {
        var gate = try gate(name)
        let result = try act(&gate)
        gates[name] = gate
        try exchange()
        return result
    }

    /// Central makes the next manifest.
    mutating func publish() throws {
        manifest.version += 1
        manifest.created = now
        try exchange()
    }

    // MARK: Links

    mutating func cutLink(to name: String) throws { try at(name) { $0.isLinked = false } }

    /// Joins everybody again and returns the tickets that reconciliation reports as conflicts.
    mutating func restoreLinks() throws -> [TicketID] {
        for name in gates.keys { gates[name]?.isLinked = true }
        try exchange()
        return report.conflicts.map(\.ticket)
    }

    var report: AttendanceReport { central.report(sold: sold) }

    /// Each gate's log as the lines of an upload.
    var lines: [[[UInt8]]] {
        gates.keys.sorted().compactMap { gates[$0]?.journal.own.map(\.envelope.json) }
    }

    /// A central that knows the devices and has heard nothing yet.
    var emptyCentral: CentralSimulation {
        var empty = CentralSimulation(event: event, trust: trust)
        empty.devices = central.devices
        return empty
    }

    func report(of central: CentralSimulation) -> AttendanceReport { central.report(sold: sold) }

    /// What linked gates and central tell each other: logs up, others' records and manifest down.
    private mutating func exchange() throws {
        let linked = gates.keys.sorted().filter { gates[$0]?.isLinked == true }
        for name in linked {
            guard let gate = gates[name] else { continue }
            central.devices[gate.log] = gate.key.publicKey
            for record in gate.journal.own.dropFirst(Int(central.next(of: gate.log))) {
                guard case .accepted = central.take(record.envelope.json) else {
                    throw ScenarioError.uploadRefused(name)
                }
            }
        }
        for name in linked {
            guard var gate = gates[name] else { continue }
            if gate.manifest != nil { gate.manifest = manifest }
            for (log, records) in central.logs where log != gate.log {
                guard let key = central.devices[log] else { continue }
                for record in records.dropFirst(Int(gate.journal.known(of: log))) {
                    try gate.learn(record.envelope, of: log.device, key: key)
                }
            }
            gates[name] = gate
        }
    }
}

enum ScenarioError: Error {
    case noSuchGate(String)
    case noSuchToken
    case nobodyWasTold
    case uploadRefused(String)
}
