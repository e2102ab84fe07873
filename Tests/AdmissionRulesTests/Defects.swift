import AdmissionRules
import FormatVectors
import ManifestFormat
import TicketModel
import TokenFormat

/// The forms in which the faults are tried.
enum Carrier: String, CaseIterable, Sendable {
    case live, holder, holderFull, wallet, code

    static let all = Set(Carrier.allCases)
    static let tokens = all.subtracting([.code])

    var shown: DoorScan.Shown {
        switch self {
        case .live: .token
        case .holder: .holder
        case .holderFull: .holderFull
        case .wallet: .wallet
        case .code: .imported
        }
    }
}

/// One thing that is wrong with a scan.
struct Defect: Sendable {
    /// What a defect changes, or needs to find unchanged in order to hold.
    enum Slot {
        case manifest, text, key, signature, holder, code, row, status, generation, seen, methods
        case clock
        case tokenTime, ticketTime, access, flags, isolation, uses
    }

    /// The rule of PROTOCOL 8.2 that it breaks.
    let rule: Int
    let verdict: String
    let carriers: Set<Carrier>
    let alters: Set<Slot>
    let needs: Set<Slot>
    let apply: @Sendable (inout DoorScan) -> Void

    init(
        _ rule: Int,
        _ verdict: String,
        on carriers: Set<Carrier> = Carrier.all,
        alters: Set<Slot>,
        needs: Set<Slot> = [],
        _ apply: @escaping @Sendable (inout DoorScan) -> Void
    ) {
        self.rule = rule
        self.verdict = verdict
        self.carriers = carriers
        self.alters = alters
        self.needs = needs
        self.apply = apply
    }

    func canHold(with other: Defect) -> Bool {
        alters.isDisjoint(with: other.alters.union(other.needs))
            && other.alters.isDisjoint(with: needs) && !carriers.isDisjoint(with: other.carriers)
    }
}

/// Every refusal of PROTOCOL 8.2 in the order of that page, copied from it by hand: this list is
/// the test's own, so that a rule moved in the code is noticed.
let protocolOrder: [Defect] = earlyDefects + lateDefects

/// Forms whose missing row is rule 8's affair; a HOLDER code's is rule 5's.
private let listed = Carrier.tokens.subtracting([.holder])

private let earlyDefects: [Defect] = [
    Defect(2, "MANIFEST_EXPIRED", alters: [.manifest]) { $0.manifest = nil },
    Defect(2, "MANIFEST_EXPIRED", alters: [.manifest]) {
        let policy = $0.manifest?.policy ?? GatePolicy()
        $0.manifest = DoorScan.manifest(expires: $0.floor, policy: policy)
    },
    Defect(3, "MALFORMED", on: Carrier.tokens, alters: [.text]) { $0.shown = .text("ST1BROKEN") },
    Defect(3, "UNSUPPORTED", on: Carrier.tokens, alters: [.text]) {
        $0.shown = .text("ST2" + String(repeating: "A", count: 151))
    },
    Defect(4, "BAD_SIGNATURE unknown_key", on: Carrier.tokens, alters: [.key], needs: [.text]) {
        $0.namedKey = "nobody"
    },
    Defect(4, "WRONG_EVENT", on: Carrier.tokens, alters: [.key], needs: [.text]) {
        $0.namedKey = "other live"
    },
    Defect(4, "BAD_SIGNATURE wrong_role", on: Carrier.tokens, alters: [.key], needs: [.text]) {
        $0.namedKey = "fresh"
    },
    Defect(5, "SHOW_LONG_CODE", on: [.holder], alters: [.row], needs: [.text]) {
        $0.isTicketListed = false
    },
    Defect(5, "SHOW_LONG_CODE", on: [.holder], alters: [.holder], needs: [.text, .row]) {
        $0.boundHolder = nil
    },
    Defect(5, "SHOW_LONG_CODE", on: [.holder], alters: [.holder], needs: [.text, .row]) {
        $0.boundHolder = "stranger"
    },
    Defect(6, "BAD_SIGNATURE signature", on: Carrier.tokens, alters: [.signature], needs: [.text]) {
        $0.signer = "nobody"
    },
    Defect(6, "BAD_SIGNATURE signature", on: [.holderFull], alters: [.signature], needs: [.text]) {
        $0.presenter = "stranger"
    },
    Defect(6, "BAD_SIGNATURE totp", on: [.wallet], alters: [.signature], needs: [.text]) {
        $0.isPasswordWrong = true
    },
    Defect(7, "NOT_FOUND", on: [.code], alters: [.code]) { $0.isCodeListed = false },
    Defect(7, "REVOKED", on: [.code], alters: [.code]) { $0.codeStatus = .revoked },
    Defect(7, "BLOCKED", on: [.code], alters: [.code]) { $0.codeStatus = .blocked },
    Defect(7, "NOT_FOUND", on: [.code], alters: [.code]) { $0.codeStatus = .spare },
    Defect(8, "REFER unlisted", on: listed, alters: [.row], needs: [.manifest, .text]) {
        $0.isTicketListed = false
        setPolicy(&$0) { $0.unlisted = .refer }
    },
    Defect(8, "NOT_FOUND", on: listed.union([.code]), alters: [.row], needs: [.text]) {
        $0.isTicketListed = false
        setPolicy(&$0) { $0.unlisted = .refuse }
    },
    Defect(9, "REVOKED", alters: [.status], needs: [.row]) { $0.status = .revoked },
    Defect(9, "BLOCKED", alters: [.status], needs: [.row]) { $0.status = .blocked },
    Defect(9, "UNPAID", alters: [.status], needs: [.row]) { $0.status = .unpaid },
    Defect(9, "NOT_FOUND", alters: [.status], needs: [.row]) { $0.status = .spare },
    Defect(10, "SUPERSEDED", alters: [.generation], needs: [.row, .text, .code]) {
        $0.rowGeneration = Generation(1)
    },
    Defect(10, "SUPERSEDED", alters: [.seen], needs: [.text, .code]) {
        $0.generationSeen = Generation(1)
    },
    Defect(
        10,
        "SUPERSEDED",
        on: [.holderFull],
        alters: [.holder],
        needs: [.row, .text, .generation]
    ) {
        $0.boundHolder = "stranger"
    },
]

private let lateDefects: [Defect] = [
    Defect(11, "METHOD_NOT_ALLOWED", alters: [.methods], needs: [.row, .text]) {
        $0.methods = []
    },
    Defect(
        12,
        "CLOCK_UNTRUSTED",
        on: Carrier.tokens,
        alters: [.clock],
        needs: [.manifest, .text, .tokenTime]
    ) {
        $0.clockState = .untrusted
        setPolicy(&$0) { $0.untrustedClock = .refer }
    },
    Defect(
        12,
        "NOT_YET_VALID code",
        on: Carrier.tokens,
        alters: [.tokenTime],
        needs: [.text, .clock]
    ) {
        // A rotating token would only show that the gate is slow.
        if case .token = $0.shown { $0.flags.insert(.preissued) }
        $0.start = DoorScan.start + 600
    },
    Defect(12, "EXPIRED code", on: Carrier.tokens, alters: [.tokenTime], needs: [.text, .clock]) {
        $0.start = DoorScan.start - 120
    },
    Defect(12, "EXPIRED code", on: [.holderFull], alters: [.tokenTime], needs: [.text, .clock]) {
        $0.credentialLife = TokenLife(hours: 23)
    },
    Defect(
        12,
        "NOT_YET_VALID code",
        on: [.holderFull],
        alters: [.tokenTime],
        needs: [.text, .clock]
    ) {
        $0.issued = DoorScan.start + 600
    },
    Defect(13, "NOT_YET_VALID ticket", alters: [.ticketTime], needs: [.row, .clock]) {
        $0.notBefore = $0.now + .milliseconds(1)
    },
    Defect(13, "EXPIRED ticket", alters: [.ticketTime], needs: [.row]) { $0.expires = $0.floor },
    Defect(14, "WRONG_HALL", alters: [.access]) { $0.access = [DoorScan.access(hall: 4)] },
    Defect(14, "WRONG_GATE", alters: [.access]) { $0.access = [DoorScan.access(gate: 13)] },
    Defect(15, "REFER check_id", on: Carrier.tokens, alters: [.flags], needs: [.text]) {
        $0.flags.insert(.checkID)
    },
    Defect(15, "REFER isolated", alters: [.isolation], needs: [.manifest]) {
        $0.isIsolated = true
        setPolicy(&$0) { $0.isolated = .refer }
    },
    Defect(16, "DUPLICATE same_lane_no_passage", alters: [.uses]) {
        $0.uses = DoorScan.used(passage: .open)
    },
    Defect(16, "DUPLICATE same_lane_passed", alters: [.uses]) { $0.uses = DoorScan.used() },
    Defect(16, "DUPLICATE other_gate", alters: [.uses]) { $0.uses = DoorScan.used(gate: 13) },
]

private func setPolicy(_ scan: inout DoorScan, _ change: (inout GatePolicy) -> Void) {
    guard let manifest = scan.manifest else { return }
    var policy = manifest.policy
    change(&policy)
    scan.manifest = ManifestFacts(
        version: manifest.version,
        staleAfter: manifest.staleAfter,
        expires: manifest.expires,
        policy: policy
    )
}
