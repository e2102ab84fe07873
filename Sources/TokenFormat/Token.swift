public import Sodium
public import TicketModel

/// A token as it was read: well formed, but not yet known to be genuine.
public struct UnverifiedToken: Hashable, Sendable {
    public let fields: TokenFields
    /// The 94 bytes, or 194 of a HOLDER_FULL: the evidence that an entry record carries.
    public let bytes: [UInt8]
    /// HOLDER_FULL: the holder's key, for which the credential is to vouch.
    public let holder: PublicKey?

    /// Reads the bytes behind a token text; `nil` where PROTOCOL 3.5 says MALFORMED.
    public init?(bytes: [UInt8]) {
        guard let fields = TokenLayout.fields(of: bytes[...]),
            bytes.count == TokenLayout.length(of: fields.type)
        else { return nil }
        self.fields = fields
        self.bytes = bytes
        switch fields.type {
        case .live, .paper, .holder: holder = nil
        case .holderFull:
            holder = PublicKey(bytes: bytes[TokenLayout.headLength..<TokenLayout.vouchedLength])
        }
    }

    /// HOLDER_FULL: when the holder presented it.
    var presented: Timestamp? {
        guard fields.type == .holderFull else { return nil }
        let time = bytes[TokenLayout.credentialLength..<TokenLayout.presentedLength]
        return Timestamp(seconds: TokenLayout.number(time))
    }

    /// Checks a LIVE, PAPER or HOLDER_FULL token: the one way to a ``VerifiedToken`` of them.
    ///
    /// - Parameters:
    ///   - key: the key that the trust list names for ``TokenFields/keyID``; whether it has the
    ///     right role and dates is for the caller to check first.
    ///   - event: the event which the trust list gives that key.
    /// - Returns: `nil` also for HOLDER tokens, which no key of the trust list signs.
    public func verified(by key: PublicKey, event: EventID) -> VerifiedToken? {
        guard let claims = claims(by: key, event: event), claims.allSatisfy(\.holds) else {
            return nil
        }
        return VerifiedToken(self, event: event, holder: holder)
    }

    /// Checks a HOLDER token: the one way to a ``VerifiedToken`` of it.
    ///
    /// - Parameters:
    ///   - holder: the key in the ticket's row of the manifest.
    ///   - event: the event which the trust list gives the key that the token names.
    /// - Returns: `nil` also for the other types, and for a token that names another holder.
    public func verified(byHolder holder: PublicKey, event: EventID) -> VerifiedToken? {
        guard let claim = claim(byHolder: holder, event: event), claim.holds else { return nil }
        return VerifiedToken(self, event: event, holder: holder)
    }

    /// The signatures that must hold: one on LIVE and PAPER, two on HOLDER_FULL.
    func claims(by key: PublicKey, event: EventID) -> [SignatureClaim]? {
        switch fields.type {
        case .live, .paper:
            let message = TokenLayout.message(event: event, head: bytes[..<TokenLayout.headLength])
            return SignatureClaim(key, bytes[TokenLayout.headLength...], message).map { [$0] }
        case .holder: return nil
        case .holderFull:
            guard let holder else { return nil }
            let credential = SignatureClaim(
                key,
                bytes[TokenLayout.vouchedLength..<TokenLayout.credentialLength],
                TokenLayout.credentialMessage(
                    event: event,
                    vouched: bytes[..<TokenLayout.vouchedLength]
                )
            )
            let presentation = SignatureClaim(
                holder,
                bytes[TokenLayout.presentedLength...],
                TokenLayout.presentationMessage(
                    event: event,
                    presented: bytes[..<TokenLayout.presentedLength]
                )
            )
            guard let credential, let presentation else { return nil }
            return [credential, presentation]
        }
    }

    /// The one signature of a HOLDER token.
    func claim(byHolder holder: PublicKey, event: EventID) -> SignatureClaim? {
        guard fields.isTagged(with: holder) else { return nil }
        let message = TokenLayout.holderMessage(
            event: event,
            holder: holder,
            head: bytes[..<TokenLayout.headLength]
        )
        return SignatureClaim(holder, bytes[TokenLayout.headLength...], message)
    }
}

/// One signature that a token asks to be believed for.
struct SignatureClaim {
    let key: PublicKey
    let signature: Signature
    let message: [UInt8]

    init?(_ key: PublicKey, _ signature: ArraySlice<UInt8>, _ message: [UInt8]) {
        guard let signature = Signature(bytes: signature) else { return nil }
        self.key = key
        self.signature = signature
        self.message = message
    }

    var holds: Bool { key.isValid(signature, over: message) }
}

/// A token whose signatures hold, and of a wallet code the password too.
///
/// Only this module can make one; rules accept no other.
public struct VerifiedToken: Hashable, Sendable {
    public let fields: TokenFields
    public let event: EventID
    /// The 94 or 194 bytes, so that anyone can check later that the ticket was shown.
    public let bytes: [UInt8]
    /// HOLDER and HOLDER_FULL: the key of the phone that showed it.
    public let holder: PublicKey?
    /// HOLDER_FULL: when it was presented.
    private let presented: Timestamp?
    /// Wallet form: the start of the minute its password is for.
    private let walletMinute: Timestamp?

    init(
        _ token: UnverifiedToken,
        event: EventID,
        holder: PublicKey? = nil,
        walletMinute: Timestamp? = nil
    ) {
        fields = token.fields
        self.event = event
        bytes = token.bytes
        self.holder = holder
        presented = token.presented
        self.walletMinute = walletMinute
    }

    public var form: CodeForm { walletMinute == nil ? fields.form : .wallet }

    /// How this code counts among a ticket's allowed methods.
    public var method: Methods { walletMinute == nil ? fields.method : .wallet }

    /// All the spans of time that must hold the instant of the scan; none for PAPER.
    public var validities: [CodeValidity] {
        if let walletMinute { return [CodeValidity(start: walletMinute, life: minute)] }
        switch fields.type {
        case .live, .holder:
            return [CodeValidity(start: fields.startTime, life: fields.life.duration)]
        case .paper: return []
        case .holderFull:
            let life = fields.life == .none ? nil : fields.life.duration
            let credential = CodeValidity(start: fields.startTime, life: life)
            return presented.map { [CodeValidity(start: $0, life: minute), credential] } ?? []
        }
    }

    /// When the code was made for this showing: the ``CodeValidity/start`` that ages.
    public var shownTime: Timestamp? { validities.first?.start }

    private var minute: Duration { TokenLife.minute.duration }
}
