import Sodium
package import TicketModel
package import TokenFormat
package import TrustFormat

/// What a scanned code turned out to be once its proof was checked (PROTOCOL 8.2, rules 3 to 6).
///
/// This is the costly part of a decision, and it needs no store: a lane does it before it takes the
/// journal's write lock.
package enum Credential: Hashable, Sendable {
    case token(VerifiedToken)
    case ownCode(OwnCode)
    case imported(ImportedBarcode)
    /// The text proves nothing; `token` is what it claimed to be, if it was one.
    case unproven(Refusal, token: UnverifiedToken?)

    /// Checks the proof that `code` carries.
    ///
    /// - Parameters:
    ///   - trust: the keys this gate believes.
    ///   - event: the event that this gate admits to.
    package init(_ code: ScannedCode, trust: TrustList, event: EventID) {
        switch code {
        case .malformed: self = .unproven(Refusal(.malformed), token: nil)
        case .unsupported: self = .unproven(Refusal(.unsupported), token: nil)
        case .ownCode(let code): self = .ownCode(code)
        case .imported(let barcode): self = .imported(barcode)
        case .token(let token):
            switch Self.check(token, trust: trust, event: event) {
            case .success(let verified): self = .token(verified)
            case .failure(let refusal): self = .unproven(refusal, token: token)
            }
        }
    }

    private static func check(
        _ token: UnverifiedToken,
        trust: TrustList,
        event: EventID
    ) -> Result<VerifiedToken, Refusal> {
        guard let key = trust.key(token.fields.keyID) else {
            return .failure(Refusal(.badSignature, .unknownKey))
        }
        // A key of another event is told apart from a wrong role: "wrong match" is what the steward
        // can explain to the guest.
        if let other = key.event, other != event { return .failure(Refusal(.wrongEvent)) }
        let role: KeyRole =
            switch token.fields.type {
            case .live: .live
            case .paper: .paper
            }
        guard key.role == role, key.isUsable(at: token.fields.startTime) else {
            return .failure(Refusal(.badSignature, .wrongRole))
        }
        guard let verified = token.verified(by: key.key, event: event) else {
            return .failure(Refusal(.badSignature, .signature))
        }
        return .success(verified)
    }

    /// The form that entry records name; `nil` where the text was no code.
    package var form: CodeForm? {
        switch self {
        case .token(let token): token.fields.form
        case .ownCode: .ownCode
        case .imported: .imported
        case .unproven(_, let token): token?.fields.form
        }
    }

    /// Which allowed method this code counts as; `nil` if it proves nothing.
    var method: Methods? {
        switch self {
        case .token(let token): token.fields.method
        case .ownCode: .ownCode
        case .imported: .imported
        case .unproven: nil
        }
    }

    /// A token's fields once they are proven.
    var tokenFields: TokenFields? {
        guard case .token(let token) = self else { return nil }
        return token.fields
    }

    /// The ticket a token names, proven or not: what an entry record says was shown.
    package var claimedTicket: TicketID? {
        switch self {
        case .token(let token): token.fields.ticket
        case .unproven(_, let token): token?.fields.ticket
        case .ownCode, .imported: nil
        }
    }
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
