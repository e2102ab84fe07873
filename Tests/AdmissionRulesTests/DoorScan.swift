import AdmissionRules
import Encodings
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
        /// A LIVE or PAPER token, see ``type``.
        case token
        /// A code of the holder's phone, without and with its credential.
        case holder, holderFull
        /// A wallet pass: a PAPER token and a password.
        case wallet
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
    /// HOLDER_FULL: when the credential was issued, for how long, and who presents it.
    var issued = DoorScan.start - 86_400
    var credentialLife = TokenLife(hours: 48)
    var presenter = "holder"
    /// Wallet: whether its password is another minute's.
    var isPasswordWrong = false
    var secrets = EventSecrets(
        barcodeKey: Fixed.seed("barcode key"),
        walletKey: Fixed.seed("wallet key")
    )

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
    /// The ``Fixed`` key that the row binds, and the one it bound when the proof was checked, if
    /// the manifest changed in between.
    var boundHolder: String? = "holder"
    var boundHolderBefore: String?
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
