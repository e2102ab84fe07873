import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Reconciliation
import Sodium
import TicketModel
import TokenFormat
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
    private var manifest: VenueManifest
    private var sold: [TicketID: TicketEntitlement] = [:]

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
            central.devices[gate.device] = gate.key.publicKey
            gates[name] = gate
        }
    }

    private static func trust(_ event: EventID) -> TrustList {
        let key = { (name: String, role: KeyRole) in
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
            keys: [key("live", .live), key("paper", .paper)],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }

    mutating func advance(by duration: Duration) { now = now + duration }

    // MARK: Tickets

    /// Sells a ticket and puts it into the next manifest.
    mutating func issue(usesMax: UInt16 = 1, reentry: Bool = false) throws -> Guest {
        let guest = Guest(id: Fixed.ticket("guest \(sold.count)"))
        sold[guest.id] = TicketEntitlement(
            accessClass: ClassNumber(7),
            usesMax: usesMax,
            reentry: reentry
        )
        try change(guest, usesMax: usesMax, reentry: reentry)
        let code = Self.ownCode(of: guest)
        let key = VenueManifest.barcodeKey
        manifest.put(
            CodeRow(
                hash: BarcodeHash.hash(of: Array(code.utf8), event: event, key: key),
                ticket: guest.id,
                kind: .ownCode,
                generation: guest.generation,
                status: .valid
            )
        )
        try exchange()
        return guest
    }

    mutating func revoke(_ guest: Guest) throws { try change(guest, status: .revoked) }

    /// Central issues new codes: the old ones end wherever the new manifest, or code, is known.
    mutating func reissue(_ guest: inout Guest) throws {
        guest.generation = guest.generation.next ?? guest.generation
        try change(guest)
    }

    private mutating func change(
        _ guest: Guest,
        status: TicketStatus = .valid,
        usesMax: UInt16? = nil,
        reentry: Bool? = nil
    ) throws {
        let old = manifest.tickets[guest.id]
        manifest.put(
            TicketRow(
                id: guest.id,
                accessClass: ClassNumber(7),
                status: status,
                generation: guest.generation,
                notBefore: nil,
                expires: nil,
                usesMax: usesMax ?? old?.usesMax ?? 1,
                reentry: reentry ?? old?.reentry ?? false,
                methods: .all,
                home: .any,
                holder: nil
            )
        )
        manifest.version += 1
        manifest.created = now
        try exchange()
    }

    /// What the guest's phone shows now.
    func code(of guest: Guest) throws -> String {
        try token(of: guest, .live, key: "live", life: .minute)
    }

    func paper(of guest: Guest) throws -> String {
        try token(of: guest, .paper, key: "paper", life: .none)
    }

    private func token(
        of guest: Guest,
        _ type: TokenType,
        key name: String,
        life: TokenLife
    ) throws -> String {
        let key = Fixed.key(name)
        guard
            let start = now.tokenSeconds,
            let fields = TokenFields(
                type: type,
                keyID: key.publicKey.keyID,
                ticket: guest.id,
                start: start,
                life: life,
                generation: guest.generation,
                accessClass: ClassNumber(7)
            )
        else { throw ScenarioError.noSuchToken }
        return SignedToken(fields, event: event, key: key).text
    }

    static func ownCode(of guest: Guest) -> String {
        OwnCode(payload: Array(guest.id.bytes.prefix(OwnCode.payloadLength)))?.text ?? ""
    }

    // MARK: Doors

    private func gate(_ name: String) throws -> GateSimulation {
        guard let gate = gates[name] else { throw ScenarioError.noSuchGate(name) }
        return gate
    }

    /// Lets something happen at one gate, then everybody with a link hears of it.
    private mutating func at<Result>(
        _ name: String,
        _ act: (inout GateSimulation) throws -> Result
    ) throws -> Result {
        var gate = try gate(name)
        let result = try act(&gate)
        gates[name] = gate
        try exchange()
        return result
    }

    /// A guest shows the phone.
    mutating func scan(
        _ guest: Guest,
        at name: String,
        direction: Direction = .entry
    ) throws -> VerdictCode {
        try scan(text: try code(of: guest), at: name, direction: direction)
    }

    mutating func scan(
        text: String,
        at name: String,
        direction: Direction = .entry
    ) throws -> VerdictCode {
        let now = now
        let decision = try at(name) { try $0.scan(text, direction: direction, at: now) }
        guard let decision else { throw ScenarioError.nobodyWasTold }
        return decision.code
    }

    /// A guest shows the phone, and the power goes before the lane could open.
    mutating func scan(
        _ guest: Guest,
        at name: String,
        losing power: GateSimulation.PowerLoss
    ) throws {
        let text = try code(of: guest)
        let now = now
        let told = try at(name) { try $0.scan(text, direction: .entry, at: now, losing: power) }
        guard told == nil else { throw ScenarioError.nobodyWasTold }
    }

    /// The turnstile says how the guest's latest admission ended.
    mutating func passage(
        of guest: Guest,
        at name: String,
        _ result: EntryRecord.PassageResult
    ) throws {
        let reference = try admission(of: guest, at: name)
        let now = now
        try at(name) { try $0.write(.pass(reference: reference, result: result), at: now) }
    }

    /// A supervisor undoes the guest's latest admission.
    mutating func undo(_ guest: Guest, at name: String) throws {
        let reference = try admission(of: guest, at: name)
        let now = now
        try at(name) { try $0.write(.void(reference: reference, reason: "mistake"), at: now) }
    }

    private func admission(of guest: Guest, at name: String) throws -> UInt64 {
        guard let sequence = try gate(name).admission(of: guest.id) else {
            throw ScenarioError.neverAdmitted
        }
        return sequence
    }

    mutating func setClock(of name: String, error: Duration, uncertainty: Duration) throws {
        try at(name) {
            $0.clockError = error
            $0.uncertainty = uncertainty
        }
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
            for record in gate.journal.own.dropFirst(Int(central.next(of: gate.log))) {
                guard case .accepted = central.take(record.envelope.json) else {
                    throw ScenarioError.uploadRefused(name)
                }
            }
        }
        for name in linked {
            guard var gate = gates[name] else { continue }
            gate.manifest = manifest
            for (log, records) in central.logs where log != gate.log {
                guard let key = central.devices[log.device] else { continue }
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
    case neverAdmitted
    case nobodyWasTold
    case uploadRefused(String)
}
