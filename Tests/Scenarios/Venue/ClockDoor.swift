import AdmissionRules
import EntryLogFormat
import FormatVectors
import GateLogic
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// One door whose clock is the gate's own: real codes, the real decision, the real clock machine,
/// and a true time that the gate does not see.
struct ClockDoor {
    private static let accessClass = ClassNumber(7)
    private static let hall = HallNumber(3)
    /// Milliseconds since boot when the doors open.
    private static let opening: Int64 = 1_000_000

    /// What time it really is.
    private(set) var trueTime = Timestamp(seconds: 1_800_000_000)
    /// Milliseconds since boot.
    private(set) var boot = opening
    private(set) var clock: GateClock
    private(set) var effects: [GateClock.Effect] = []
    private let event = Fixed.event("event")
    private let trust: TrustList
    private let policy: GatePolicy
    /// What the journal holds of the clock.
    private var keptAnchor: GateClock.Anchor?
    private var keptFloor = Timestamp(milliseconds: 0)

    init(untrusted: GatePolicy.UntrustedClock = .flag) {
        var policy = GatePolicy()
        policy.untrustedClock = untrusted
        self.policy = policy
        trust = Self.trust(event)
        clock = GateClock(boot: boot, wall: trueTime, anchor: nil, floor: keptFloor)
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

    var reading: ClockReading { clock.reading(at: boot) }
    var doubt: GateClock.Doubt? { clock.doubt(at: boot) }
    /// How far the gate's time is ahead of the true one.
    var error: Duration { reading.now - trueTime }

    // MARK: Time

    mutating func wait(_ duration: Duration) {
        trueTime = trueTime + duration
        boot += duration.milliseconds
    }

    /// The machine stands still, and does not notice: its clock is slow from here on.
    mutating func freeze(_ duration: Duration) { trueTime = trueTime + duration }

    /// The machine counts time that was none: its clock is fast from here on.
    mutating func race(_ duration: Duration) { boot += duration.milliseconds }

    private mutating func take(_ input: GateClock.Input) {
        for effect in clock.handle(input, at: boot) {
            effects.append(effect)
            switch effect {
            case .keep(let anchor): keptAnchor = anchor
            case .keepFloor(let floor): keptFloor = floor
            case .record, .refused: break
            }
        }
    }

    /// Central tells the time, with no delay.
    mutating func sync() { take(.answer(time: trueTime, sent: boot)) }

    mutating func tick() { take(.tick) }

    /// The program starts again, in the same boot or in a new one.
    ///
    /// - Parameter wall: what the system clock says then.
    mutating func restart(reboots: Bool, wall: Timestamp) {
        if reboots { boot = 5000 }
        clock = GateClock(
            boot: boot,
            wall: wall,
            anchor: reboots ? nil : keptAnchor,
            floor: keptFloor
        )
        take(.tick)
    }

    /// What SYNC records were written for.
    var causes: [GateClock.Cause] {
        effects.compactMap { if case .record(let step) = $0 { step.cause } else { nil } }
    }

    // MARK: Codes

    /// The text of a code of a guest.
    ///
    /// - Parameter start: when it begins, or was issued.
    func code(
        of guest: Int,
        at start: Timestamp,
        _ type: TokenType = .live,
        flags: TokenFlags = [],
        key name: String? = nil
    ) throws -> String {
        let key = Fixed.key(name ?? (type == .paper ? "paper" : "live"))
        guard let start = start.tokenSeconds,
            let fields = TokenFields(
                type: type,
                flags: flags,
                keyID: Fixed.key(type == .paper ? "paper" : "live").publicKey.keyID,
                ticket: Fixed.ticket("guest \(guest)"),
                start: start,
                life: type == .paper ? .none : .minute,
                generation: Generation(0),
                accessClass: Self.accessClass
            )
        else { throw ScenarioError.noSuchToken }
        return SignedToken(fields, event: event, key: key).text
    }

    /// A guest shows the code that the phone has now.
    @discardableResult
    mutating func scan(_ guest: Int) throws -> Decision {
        try scan(try code(of: guest, at: trueTime))
    }

    /// Shows a text; every guest has a ticket that is good as often as wanted.
    @discardableResult
    mutating func scan(_ text: String, direction: Direction = .entry) throws -> Decision {
        let credential = Credential(ScannedCode(Array(text.utf8)), trust: trust, event: event)
        let decision = decide(
            credential,
            facts: facts(credential),
            situation: LaneSituation(
                event: event,
                hall: Self.hall,
                gate: GateNumber(11),
                lane: LaneNumber(1),
                direction: direction,
                clock: reading,
                isIsolated: false
            )
        )
        if let token = GateClock.LiveToken(credential, decision) { take(.token(token)) }
        return decision
    }

    private func facts(_ credential: Credential) -> Facts {
        Facts(
            manifest: ManifestFacts(
                version: 1,
                staleAfter: Timestamp(seconds: .max),
                expires: Timestamp(seconds: .max),
                policy: policy
            ),
            ticket: credential.claimedTicket.map { ticket in
                TicketRow(
                    id: ticket,
                    accessClass: Self.accessClass,
                    status: .valid,
                    generation: Generation(0),
                    notBefore: nil,
                    expires: nil,
                    usesMax: 1,
                    reentry: false,
                    methods: .all,
                    home: .any,
                    holder: nil
                )
            },
            access: [
                AccessRow(
                    accessClass: Self.accessClass,
                    hall: Self.hall,
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                )
            ]
        )
    }
}
