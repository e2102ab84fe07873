import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// One scan at gate 12, lane 1 of hall 3, with everything in order: tests spoil one thing at a
/// time.
struct DoorScan {
    static let event = Fixed.event("event")
    static let otherEvent = Fixed.event("other event")
    static let ticket = Fixed.ticket("ticket")
    /// The start of the token; the gate's clock says 12.345 s later.
    static let start: UInt32 = 1_798_761_600

    /// What the guest shows.
    enum Shown {
        case token
        case ownCode
        case imported
        case text(String)
    }

    var shown = Shown.token

    // The token.
    var type = TokenType.live
    var flags: TokenFlags = []
    var start = DoorScan.start
    var life: TokenLife?
    var generation = Generation(0)
    var tokenClass = ClassNumber(7)
    /// Names of ``Fixed`` keys: the one named in the token, and the one that signs.
    var namedKey: String?
    var signer: String?
    var signedEvent = DoorScan.event

    // The facts.
    var manifest: ManifestFacts? = DoorScan.manifest()
    var isCodeListed = true
    var codeStatus = TicketStatus.valid
    var codeGeneration = Generation(0)
    var isTicketListed = true
    var rowClass = ClassNumber(7)
    var status = TicketStatus.valid
    var rowGeneration = Generation(0)
    var notBefore: Timestamp?
    var expires: Timestamp?
    var usesMax: UInt16 = 1
    var reentry = false
    var methods = Methods.all
    var home = GateNumber(12)
    var access = [DoorScan.access()]
    var uses = Uses.none
    var generationSeen: Generation?

    // The door.
    var now = Fixed.now
    var uncertainty = Duration.milliseconds(800)
    var clockState = ClockState.synced
    var floor = Fixed.now - .seconds(5)
    var direction = Direction.entry
    var isIsolated = false
    var isIdentityConfirmed = false

    static func manifest(
        staleAfter: Timestamp = Fixed.now + .seconds(900),
        expires: Timestamp = Fixed.now + .seconds(86_400),
        policy: GatePolicy = GatePolicy()
    ) -> ManifestFacts {
        ManifestFacts(version: 41, staleAfter: staleAfter, expires: expires, policy: policy)
    }

    static func access(
        hall: UInt16 = 3,
        gate: UInt16 = 0,
        notBefore: Timestamp? = nil,
        expires: Timestamp? = nil
    ) -> AccessRow {
        AccessRow(
            accessClass: ClassNumber(7),
            hall: HallNumber(hall),
            gate: GateNumber(gate),
            notBefore: notBefore,
            expires: expires
        )
    }

    static func used(
        entries: Int = 1,
        inside: Int? = nil,
        gate: UInt16 = 12,
        lane: UInt16 = 1,
        passage: Uses.Passage = .passed
    ) -> Uses {
        Uses(
            entries: entries,
            inside: inside ?? entries,
            last: Uses.Last(
                device: Fixed.device("G7K2M9"),
                gate: GateNumber(gate),
                lane: LaneNumber(lane),
                time: Fixed.now - .seconds(60),
                passage: passage
            )
        )
    }

    func with(_ change: (inout DoorScan) -> Void) -> DoorScan {
        var copy = self
        change(&copy)
        return copy
    }
}

extension DoorScan {
    static let trust: TrustList = {
        let key = { (name: String, role: KeyRole, event: EventID?) in
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
                key("other live", .live, otherEvent), key("fresh", .fresh, nil),
            ],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }()

    private var roleKey: String { type == .live ? "live" : "paper" }

    var text: String {
        switch shown {
        case .token: token
        case .ownCode: OwnCode(payload: Array(Fixed.seed("own").prefix(10)))?.text ?? ""
        case .imported: "4012345678901"
        case .text(let text): text
        }
    }

    private var token: String {
        guard
            let fields = TokenFields(
                type: type,
                flags: flags,
                keyID: Fixed.key(namedKey ?? roleKey).publicKey.keyID,
                ticket: Self.ticket,
                start: start,
                life: life ?? (type == .live ? .minute : .none),
                generation: generation,
                accessClass: tokenClass
            )
        else { preconditionFailure("the test asks for a token that cannot be") }
        let signer = Fixed.key(signer ?? namedKey ?? roleKey)
        return SignedToken(fields, event: signedEvent, key: signer).text
    }

    var credential: Credential {
        Credential(ScannedCode(Array(text.utf8)), trust: Self.trust, event: Self.event)
    }

    private var row: TicketRow {
        TicketRow(
            id: Self.ticket,
            accessClass: rowClass,
            status: status,
            generation: rowGeneration,
            notBefore: notBefore,
            expires: expires,
            usesMax: usesMax,
            reentry: reentry,
            methods: methods,
            home: home,
            holder: nil
        )
    }

    private var codeRow: CodeRow? {
        let kind: CodeForm
        switch shown {
        case .token, .text: return nil
        case .ownCode: kind = .ownCode
        case .imported: kind = .imported
        }
        guard isCodeListed else { return nil }
        return CodeRow(
            hash: Array(Fixed.seed("hash").prefix(16)),
            ticket: Self.ticket,
            kind: kind,
            generation: codeGeneration,
            status: codeStatus
        )
    }

    var decision: Decision {
        decide(
            credential,
            facts: Facts(
                manifest: manifest,
                code: codeRow,
                ticket: isTicketListed ? row : nil,
                access: access,
                uses: uses,
                generationSeen: generationSeen
            ),
            situation: LaneSituation(
                event: Self.event,
                hall: HallNumber(3),
                gate: GateNumber(12),
                lane: LaneNumber(1),
                direction: direction,
                clock: ClockReading(
                    now: now,
                    uncertainty: uncertainty,
                    state: clockState,
                    floor: floor,
                    monotonic: 0
                ),
                isIsolated: isIsolated,
                isIdentityConfirmed: isIdentityConfirmed
            )
        )
    }

    /// Code and detail as people write them, such as `EXPIRED code`.
    var verdict: String {
        let decision = decision
        return decision.detail == .none
            ? decision.code.name : "\(decision.code.name) \(decision.detail.rawValue)"
    }
}
