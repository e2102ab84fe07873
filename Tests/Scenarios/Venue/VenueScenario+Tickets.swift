import AdmissionRules
import FormatVectors
import ManifestFormat
import Reconciliation
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// What a ticket is good for.
struct Terms {
    var accessClass = ClassNumber(7)
    var status = TicketStatus.valid
    var codeStatus = TicketStatus.valid
    var notBefore: Timestamp?
    var expires: Timestamp?
    var usesMax: UInt16 = 1
    var reentry = false
    var methods = Methods.all
    var home = GateNumber.any
    /// The key of the phone that the ticket is bound to.
    var holder: PublicKey?
}

/// How a token departs from the one that the guest's phone shows now.
struct TokenOptions {
    var type = TokenType.live
    var flags: TokenFlags = []
    var start: Timestamp?
    var life: TokenLife?
    /// Names of ``Fixed`` keys: the one the token names, and the one that signs.
    var key: String?
    var signer: String?
    var accessClass = ClassNumber(7)
}

// MARK: - Central's side of tickets
extension VenueScenario {
    /// Sells a ticket and puts it into the next manifest.
    mutating func issue(usesMax: UInt16 = 1, reentry: Bool = false) throws -> Guest {
        try issue {
            $0.usesMax = usesMax
            $0.reentry = reentry
        }
    }

    mutating func issue(_ edit: (inout Terms) -> Void) throws -> Guest {
        let guest = Guest(id: Fixed.ticket("guest \(terms.count)"))
        terms[guest.id] = Terms()
        try change(guest, edit)
        return guest
    }

    mutating func revoke(_ guest: Guest) throws {
        try change(guest) {
            $0.status = .revoked
            $0.codeStatus = .revoked
        }
    }

    /// Central issues new codes: the old ones end wherever the new manifest, or code, is known.
    mutating func reissue(_ guest: inout Guest) throws {
        guest.generation = guest.generation.next ?? guest.generation
        try change(guest) {
            $0.status = .valid
            $0.codeStatus = .valid
        }
    }

    mutating func change(_ guest: Guest, _ edit: (inout Terms) -> Void) throws {
        var edited = terms[guest.id] ?? Terms()
        edit(&edited)
        terms[guest.id] = edited
        manifest.put(
            TicketRow(
                id: guest.id,
                accessClass: edited.accessClass,
                status: edited.status,
                generation: guest.generation,
                notBefore: edited.notBefore,
                expires: edited.expires,
                usesMax: edited.usesMax,
                reentry: edited.reentry,
                methods: edited.methods,
                home: edited.home,
                holder: edited.holder?.bytes
            )
        )
        let code = Array(Self.ownCode(of: guest).utf8)
        manifest.put(
            CodeRow(
                hash: BarcodeHash.hash(of: code, event: event, key: VenueManifest.barcodeKey),
                ticket: guest.id,
                kind: .ownCode,
                generation: guest.generation,
                status: edited.codeStatus
            )
        )
        try publish()
    }

    var sold: [TicketID: TicketEntitlement] {
        terms.mapValues {
            TicketEntitlement(
                accessClass: $0.accessClass,
                usesMax: $0.usesMax,
                reentry: $0.reentry
            )
        }
    }

    /// Lets a class into a hall by a gate, now or for a while.
    mutating func allow(
        _ accessClass: ClassNumber,
        hall: HallNumber = VenueScenario.hall,
        gate: GateNumber = .any,
        from start: Timestamp? = nil,
        until end: Timestamp? = nil
    ) throws {
        manifest.put(
            AccessRow(
                accessClass: accessClass,
                hall: hall,
                gate: gate,
                notBefore: start,
                expires: end
            )
        )
        try publish()
    }
}

// MARK: - What guests show
extension VenueScenario {
    /// What the guest's phone shows now.
    func code(of guest: Guest) throws -> String { try token(of: guest, TokenOptions()) }

    func paper(of guest: Guest) throws -> String {
        try token(of: guest, TokenOptions(type: .paper))
    }

    func token(of guest: Guest, _ options: TokenOptions) throws -> String {
        let role = options.type == .live ? "live" : "paper"
        let start = options.start ?? now
        guard
            let seconds = start.tokenSeconds,
            let fields = TokenFields(
                type: options.type,
                flags: options.flags,
                keyID: Fixed.key(options.key ?? role).publicKey.keyID,
                ticket: guest.id,
                start: seconds,
                life: options.life ?? (options.type == .live ? .minute : .none),
                generation: guest.generation,
                accessClass: options.accessClass
            )
        else { throw ScenarioError.noSuchToken }
        let signer = Fixed.key(options.signer ?? options.key ?? role)
        return SignedToken(fields, event: event, key: signer).text
    }

    /// The code on the guest's print, another one for each generation.
    static func ownCode(of guest: Guest) -> String {
        let bytes = Hash.b2(OwnCode.payloadLength, guest.id.bytes, [guest.generation.number])
        return OwnCode(payload: bytes)?.text ?? ""
    }

    /// The class that a token states for itself.
    static func accessClass(of credential: Credential) -> ClassNumber? {
        guard case .token(let token) = credential else { return nil }
        return token.fields.accessClass
    }

    /// What a record carries of a code: tokens that are over soon in clear, the rest sealed.
    static func evidence(of code: ScannedCode, sealedTo box: BoxPublicKey) -> [UInt8] {
        switch code {
        case .token(let token):
            switch token.fields.type {
            case .live, .holder, .holderFull: token.bytes
            case .paper: box.seal(token.bytes)
            }
        case .wallet(let code): box.seal(code.paper.bytes)
        case .ownCode(let code): box.seal(Array(code.text.utf8))
        case .imported(let barcode): box.seal(barcode.bytes)
        case .malformed, .unsupported: []
        }
    }
}

// MARK: - Phones that sign for themselves, and wallets
extension VenueScenario {
    /// Binds the guest's ticket to a phone, named after its ``Fixed`` key: new codes from now on.
    mutating func bind(_ guest: inout Guest, to phone: String) throws {
        guest.generation = guest.generation.next ?? guest.generation
        try change(guest) { $0.holder = Fixed.key(phone).publicKey }
    }

    /// The short code that a bound phone shows.
    func holderCode(of guest: Guest, on phone: String) throws -> String {
        let key = Fixed.key(phone)
        guard let seconds = now.tokenSeconds,
            let fields = TokenFields(
                shownBy: key.publicKey,
                keyID: Fixed.key("cred").publicKey.keyID,
                ticket: guest.id,
                shown: seconds,
                generation: guest.generation
            )
        else { throw ScenarioError.noSuchToken }
        return SignedToken(fields, event: event, key: key).text
    }

    /// The long code, with central's credential, for gates that do not know the phone yet.
    func longCode(of guest: Guest, on phone: String, signer: String? = nil) throws -> String {
        let key = Fixed.key(phone)
        guard let seconds = now.tokenSeconds,
            let fields = TokenFields(
                type: .holderFull,
                keyID: Fixed.key("cred").publicKey.keyID,
                ticket: guest.id,
                start: seconds,
                life: .none,
                generation: guest.generation,
                accessClass: ClassNumber(7)
            ),
            let credential = HolderCredential(
                fields,
                holder: key.publicKey,
                event: event,
                key: Fixed.key("cred")
            )
        else { throw ScenarioError.noSuchToken }
        let shower = Fixed.key(signer ?? phone)
        return credential.presented(at: seconds, event: event, key: shower).text
    }

    /// What a wallet pass shows.
    func walletCode(of guest: Guest, key: [UInt8] = VenueManifest.walletKey) throws -> String {
        guard let seconds = now.tokenSeconds,
            let fields = TokenFields(
                type: .paper,
                keyID: Fixed.key("paper").publicKey.keyID,
                ticket: guest.id,
                start: seconds,
                life: .none,
                generation: guest.generation,
                accessClass: ClassNumber(7)
            ),
            let text = WalletCode.text(
                paper: SignedToken(fields, event: event, key: Fixed.key("paper")),
                time: UInt64(seconds),
                walletKey: key
            )
        else { throw ScenarioError.noSuchToken }
        return text
    }
}
