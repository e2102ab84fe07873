import Encodings
public import Sodium
public import TicketModel

/// A 94-byte token that was just signed, ready to be shown.
public struct SignedToken: Hashable, Sendable {
    public let fields: TokenFields
    public let bytes: [UInt8]

    /// Signs `fields` for `event`: a LIVE or PAPER token with the key that they name, a HOLDER
    /// token with the holder's.
    ///
    /// A HOLDER_FULL is made of a ``HolderCredential`` and is no argument for this.
    public init(_ fields: TokenFields, event: EventID, key: SigningKey) {
        let head = TokenLayout.head(of: fields)
        let message: [UInt8]
        switch fields.type {
        case .live, .paper: message = TokenLayout.message(event: event, head: head)
        case .holder:
            precondition(fields.isTagged(with: key.publicKey), "the holder signs for itself")
            message = TokenLayout.holderMessage(event: event, holder: key.publicKey, head: head)
        case .holderFull: preconditionFailure("a credential is presented, not signed as a token")
        }
        self.init(fields, signature: key.signature(over: message))
    }

    init(_ fields: TokenFields, signature: Signature) {
        self.fields = fields
        bytes = TokenLayout.head(of: fields) + signature.bytes
    }

    /// The text in the QR code: `ST1` and 151 Base32 characters.
    public var text: String { ScannedCode.tokenPrefix + Base32.encode(bytes) }
}
