import AdmissionRules
import Encodings
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

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
                key("live", .live, event), key("paper", .paper, event), key("cred", .cred, event),
                key("other live", .live, otherEvent), key("fresh", .fresh, nil),
            ],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }()

    var text: String {
        switch shown {
        case .token: signedToken(type).text
        case .holder: holderToken
        case .holderFull: fullToken
        case .wallet: walletCode
        case .ownCode: OwnCode(payload: Array(Fixed.seed("own").prefix(10)))?.text ?? ""
        case .imported: "4012345678901"
        case .text(let text): text
        }
    }

    private func keyID(_ role: String) -> KeyID { Fixed.key(namedKey ?? role).publicKey.keyID }

    private func fields(
        _ type: TokenType,
        role: String,
        start: UInt32,
        life: TokenLife
    ) -> TokenFields {
        let fields = TokenFields(
            type: type,
            flags: flags,
            keyID: keyID(role),
            ticket: Self.ticket,
            start: start,
            life: life,
            generation: generation,
            accessClass: tokenClass
        )
        guard let fields else { preconditionFailure("the test asks for a token that cannot be") }
        return fields
    }

    private func signedToken(_ type: TokenType, start: UInt32? = nil) -> SignedToken {
        let role = type == .live ? "live" : "paper"
        let fields = fields(
            type,
            role: role,
            start: start ?? self.start,
            life: life ?? (type == .live ? .minute : .none)
        )
        let signer = Fixed.key(signer ?? namedKey ?? role)
        return SignedToken(fields, event: signedEvent, key: signer)
    }

    private var holderToken: String {
        let holder = Fixed.key("holder")
        let fields = TokenFields(
            shownBy: holder.publicKey,
            flags: flags,
            keyID: keyID("cred"),
            ticket: Self.ticket,
            shown: start,
            generation: generation
        )
        guard let fields else { preconditionFailure("the test asks for a token that cannot be") }
        let signed = SignedToken(fields, event: signedEvent, key: holder)
        guard let signer else { return signed.text }
        // Another phone that says it is ours.
        let head = Array(signed.bytes.prefix(30))
        let message =
            Array("st1/hold\0".utf8) + signedEvent.bytes + holder.publicKey.bytes + head
        return "ST1" + Base32.encode(head + Fixed.key(signer).signature(over: message).bytes)
    }

    private var fullToken: String {
        let fields = fields(.holderFull, role: "cred", start: issued, life: credentialLife)
        let credential = HolderCredential(
            fields,
            holder: Fixed.key("holder").publicKey,
            event: signedEvent,
            key: Fixed.key(signer ?? namedKey ?? "cred")
        )
        guard let credential else { preconditionFailure("the fields are of the right type") }
        let presenter = Fixed.key(presenter)
        return credential.presented(at: start, event: signedEvent, key: presenter).text
    }

    private var walletCode: String {
        let key = Fixed.seed(isPasswordWrong ? "another wallet key" : "wallet key")
        let paper = signedToken(.paper, start: Self.start - 86_400)
        return WalletCode.text(paper: paper, time: UInt64(start), walletKey: key) ?? ""
    }

    /// What a gate finds out before it decides; the row may have changed since.
    var proof: Proof {
        let bound = isTicketListed ? boundHolderBefore ?? boundHolder : nil
        return Proof(
            ScannedCode(Array(text.utf8)),
            trust: Self.trust,
            event: Self.event,
            secrets: secrets,
            facts: ProofFacts(holder: bound.map { Fixed.key($0).publicKey })
        )
    }

    var credential: Credential { proof.credential }

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
            holder: boundHolder.map { Fixed.key($0).publicKey.bytes }
        )
    }

    private var codeRow: CodeRow? {
        let kind: CodeForm
        switch shown {
        case .token, .holder, .holderFull, .wallet, .text: return nil
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

    /// With SPECIMEN: the verdict that it stands for, as ``verdict`` writes it.
    var rehearsed: String? {
        decision.rehearsed.map { refusal in
            refusal.detail == .none
                ? refusal.code.name : "\(refusal.code.name) \(refusal.detail.rawValue)"
        }
    }

    /// Code and detail as people write them, such as `EXPIRED code`.
    var verdict: String {
        let decision = decision
        return decision.detail == .none
            ? decision.code.name : "\(decision.code.name) \(decision.detail.rawValue)"
    }
}
