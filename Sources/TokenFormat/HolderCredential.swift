import Encodings
public import Sodium
public import TicketModel

/// Central's word that a ticket belongs to the phone with this key (PROTOCOL 3.4).
///
/// The phone keeps it, and shows it with a fresh signature of its own where a gate does not know
/// its key yet.
public struct HolderCredential: Hashable, Sendable {
    public static let length = TokenLayout.credentialLength

    public let fields: TokenFields
    public let holder: PublicKey
    /// Head, holder's key and signature: 126 bytes.
    public let bytes: [UInt8]

    /// Signs a credential; `nil` unless `fields` are of type HOLDER_FULL.
    ///
    /// - Parameter key: the event's cred key, which `fields` name.
    public init?(_ fields: TokenFields, holder: PublicKey, event: EventID, key: SigningKey) {
        guard fields.type == .holderFull else { return nil }
        let vouched = TokenLayout.head(of: fields) + holder.bytes
        let message = TokenLayout.credentialMessage(event: event, vouched: vouched)
        self.fields = fields
        self.holder = holder
        bytes = vouched + key.signature(over: message).bytes
    }

    /// Reads what central sent to the phone; that it is genuine, only a gate's check of the
    /// presentation says.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.length, let fields = TokenLayout.fields(of: bytes[...]),
            fields.type == .holderFull,
            let holder = PublicKey(
                bytes: bytes[TokenLayout.headLength..<TokenLayout.vouchedLength]
            )
        else { return nil }
        self.fields = fields
        self.holder = holder
        self.bytes = bytes
    }

    /// What the phone shows: the credential, the time, and its own signature over both.
    ///
    /// - Parameters:
    ///   - time: now, in Unix seconds; the presentation lives 60 s from it.
    ///   - key: the private half of ``holder``.
    public func presented(at time: UInt32, event: EventID, key: SigningKey) -> Presentation {
        var presented = bytes
        TokenLayout.append(time, to: &presented)
        let message = TokenLayout.presentationMessage(event: event, presented: presented)
        return Presentation(bytes: presented + key.signature(over: message).bytes)
    }

    /// A HOLDER_FULL code, ready to be shown.
    public struct Presentation: Hashable, Sendable {
        /// 194 bytes.
        public let bytes: [UInt8]

        /// The text in the QR code: `ST1` and 311 Base32 characters.
        public var text: String { ScannedCode.tokenPrefix + Base32.encode(bytes) }
    }
}
