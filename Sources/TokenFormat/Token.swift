import Encodings
public import Sodium
public import TicketModel

/// A token as it was read: well formed, but not yet known to be genuine.
public struct UnverifiedToken: Hashable, Sendable {
    public let fields: TokenFields
    /// The 94 bytes: the evidence that an entry record carries.
    public let bytes: [UInt8]

    /// Reads the bytes behind a token text; `nil` where PROTOCOL 3.5 says MALFORMED.
    public init?(bytes: [UInt8]) {
        guard let fields = TokenLayout.fields(of: bytes) else { return nil }
        self.fields = fields
        self.bytes = bytes
    }

    /// Checks the signature: the one way to a ``VerifiedToken``.
    ///
    /// - Parameters:
    ///   - key: the key that the trust list names for ``TokenFields/keyID``; whether it has the
    ///     right role and dates is for the caller to check first.
    ///   - event: the event which the trust list gives that key.
    public func verified(by key: PublicKey, event: EventID) -> VerifiedToken? {
        guard let signature = Signature(bytes: bytes[TokenLayout.headLength...]) else { return nil }
        let message = TokenLayout.message(event: event, head: bytes[..<TokenLayout.headLength])
        guard key.isValid(signature, over: message) else { return nil }
        return VerifiedToken(fields: fields, event: event, bytes: bytes)
    }
}

/// A token whose signature holds.
///
/// Only this module can make one; rules accept no other.
public struct VerifiedToken: Hashable, Sendable {
    public let fields: TokenFields
    public let event: EventID
    /// The 94 bytes, so that anyone can check later that the ticket was shown.
    public let bytes: [UInt8]

    init(fields: TokenFields, event: EventID, bytes: [UInt8]) {
        self.fields = fields
        self.event = event
        self.bytes = bytes
    }
}

/// A token that was just signed, ready to be shown.
public struct SignedToken: Hashable, Sendable {
    public let fields: TokenFields
    public let bytes: [UInt8]

    /// Signs `fields` for `event` with the key that they name.
    public init(_ fields: TokenFields, event: EventID, key: SigningKey) {
        let head = TokenLayout.head(of: fields)
        let signature = key.signature(over: TokenLayout.message(event: event, head: head))
        self.fields = fields
        bytes = head + signature.bytes
    }

    /// The text in the QR code: `ST1` and 151 Base32 characters.
    public var text: String { ScannedCode.tokenPrefix + Base32.encode(bytes) }
}
