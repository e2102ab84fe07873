import Sodium
package import TicketModel
package import TokenFormat
package import TrustFormat

/// What a scanned code turned out to be once its proof was checked (PROTOCOL 8.2, rules 3 to 6).
///
/// This is the costly part of a decision: a lane does it before it takes the journal's write lock.
package enum Credential: Hashable, Sendable {
    case token(VerifiedToken)
    case ownCode(OwnCode)
    case imported(ImportedBarcode)
    /// The text proves nothing; `claim` is what it said it was, if it could be read.
    case unproven(Refusal, claim: ClaimedCode?)

    /// Checks the proof that `code` carries, with at most one signature for types 1 to 3 and
    /// wallet codes, two for type 4.
    ///
    /// - Parameters:
    ///   - trust: the keys this gate believes.
    ///   - event: the event that this gate admits to.
    ///   - secrets: what this gate holds of the event's keys.
    ///   - facts: what the manifest in force says about this code.
    package init(
        _ code: ScannedCode,
        trust: TrustList,
        event: EventID,
        secrets: EventSecrets = .none,
        facts: ProofFacts = .none
    ) {
        switch code {
        case .malformed: self = .unproven(Refusal(.malformed), claim: nil)
        case .unsupported: self = .unproven(Refusal(.unsupported), claim: nil)
        case .ownCode(let code): self = .ownCode(code)
        case .imported(let barcode): self = .imported(barcode)
        case .token(let token):
            do throws(Refusal) {
                self = .token(try Self.check(token, facts, trust: trust, event: event))
            } catch {
                self = .unproven(error, claim: ClaimedCode(token, form: token.fields.form))
            }
        case .wallet(let code):
            do throws(Refusal) {
                self = .token(
                    try Self.check(code, secrets.walletKey, trust: trust, event: event)
                )
            } catch {
                self = .unproven(error, claim: ClaimedCode(code.paper, form: .wallet))
            }
        }
    }

    private static func check(
        _ token: UnverifiedToken,
        _ facts: ProofFacts,
        trust: TrustList,
        event: EventID
    ) throws(Refusal) -> VerifiedToken {
        let key = try Self.key(of: token.fields, trust: trust, event: event)
        let verified: VerifiedToken?
        switch token.fields.type {
        case .live, .paper, .holderFull: verified = token.verified(by: key, event: event)
        case .holder:
            guard let holder = facts.holder, token.fields.isTagged(with: holder) else {
                throw Refusal(.showLongCode)
            }
            verified = token.verified(byHolder: holder, event: event)
        }
        guard let verified else { throw Refusal(.badSignature, .signature) }
        return verified
    }

    private static func check(
        _ code: UnverifiedWalletCode,
        _ walletKey: [UInt8]?,
        trust: TrustList,
        event: EventID
    ) throws(Refusal) -> VerifiedToken {
        let key = try Self.key(of: code.paper.fields, trust: trust, event: event)
        // A gate without wallet duty cannot tell a pass from a photograph of one.
        guard let walletKey else { throw Refusal(.methodNotAllowed) }
        do throws(UnverifiedWalletCode.Fault) {
            return try code.verified(by: key, event: event, walletKey: walletKey)
        } catch {
            switch error {
            case .signature: throw Refusal(.badSignature, .signature)
            case .password: throw Refusal(.badSignature, .totp)
            }
        }
    }

    /// The key that a token names, if it may sign such a token (rule 4).
    private static func key(
        of fields: TokenFields,
        trust: TrustList,
        event: EventID
    ) throws(Refusal) -> PublicKey {
        guard let key = trust.key(fields.keyID) else { throw Refusal(.badSignature, .unknownKey) }
        // A key of another event is told apart from a wrong role: "wrong match" is what the steward
        // can explain to the guest.
        if let other = key.event, other != event { throw Refusal(.wrongEvent) }
        let role: KeyRole =
            switch fields.type {
            case .live: .live
            case .paper: .paper
            case .holder, .holderFull: .cred
            }
        guard key.role == role, key.isUsable(at: fields.startTime) else {
            throw Refusal(.badSignature, .wrongRole)
        }
        return key.key
    }

    /// The form that entry records name; `nil` where the text was no code.
    package var form: CodeForm? {
        switch self {
        case .token(let token): token.form
        case .ownCode: .ownCode
        case .imported: .imported
        case .unproven(_, let claim): claim?.form
        }
    }

    /// Which allowed method this code counts as; `nil` if it proves nothing.
    var method: Methods? {
        switch self {
        case .token(let token): token.method
        case .ownCode: .ownCode
        case .imported: .imported
        case .unproven: nil
        }
    }

    /// A token once it is proven.
    var provenToken: VerifiedToken? {
        guard case .token(let token) = self else { return nil }
        return token
    }

    /// A token's fields once they are proven.
    var tokenFields: TokenFields? { provenToken?.fields }

    /// The ticket a token names, proven or not: what an entry record says was shown.
    package var claimedTicket: TicketID? {
        switch self {
        case .token(let token): token.fields.ticket
        case .unproven(_, let claim): claim?.ticket
        case .ownCode, .imported: nil
        }
    }
}

/// What an unproven code said it was.
package struct ClaimedCode: Hashable, Sendable {
    /// Of a wallet code, its PAPER half.
    package let token: UnverifiedToken
    package let form: CodeForm

    init(_ token: UnverifiedToken, form: CodeForm) {
        self.token = token
        self.form = form
    }

    package var ticket: TicketID { token.fields.ticket }
}

/// Why a scan is not a plain SUCCESS.
package struct Refusal: Error, Hashable, Sendable {
    package let code: VerdictCode
    package let detail: VerdictDetail

    package init(_ code: VerdictCode, _ detail: VerdictDetail = .none) {
        self.code = code
        self.detail = detail
    }
}
