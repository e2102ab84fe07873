import Sodium
import TicketModel

/// The bytes of tokens (PROTOCOL 3.2 to 3.4): 30 bytes of fields, then what proves them.
enum TokenLayout {
    static let headLength = 30
    static let length = headLength + Signature.length
    /// A holder's credential: the head, the holder's key, and central's signature over both.
    static let vouchedLength = headLength + PublicKey.length
    static let credentialLength = vouchedLength + Signature.length
    /// The credential with the time of presentation, and the holder's signature over both.
    static let presentedLength = credentialLength + 4
    static let fullLength = presentedLength + Signature.length

    private static let tokenContext = Array("st1/token\0".utf8)
    private static let holderContext = Array("st1/hold\0".utf8)
    private static let credentialContext = Array("st1/cred\0".utf8)
    private static let presentationContext = Array("st1/holdx\0".utf8)

    static func head(of fields: TokenFields) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        bytes.append(fields.type.rawValue)
        bytes.append(fields.flags.rawValue)
        append(fields.keyID.number, to: &bytes)
        bytes += fields.ticket.bytes
        append(fields.start, to: &bytes)
        bytes.append(fields.life.units)
        bytes.append(fields.generation.number)
        append(fields.classOrTag, to: &bytes)
        return bytes
    }

    /// Reads the canonical fields of a whole token or credential; `nil` for an unknown type and
    /// wherever PROTOCOL 3.5 says MALFORMED.
    ///
    /// - Parameter bytes: at least ``headLength`` of them.
    static func fields(of bytes: ArraySlice<UInt8>) -> TokenFields? {
        let bytes = Array(bytes.prefix(headLength))
        guard bytes.count == headLength, let type = TokenType(rawValue: bytes[0]),
            let ticket = TicketID(bytes: bytes[6..<22])
        else { return nil }
        return TokenFields(
            type: type,
            flags: TokenFlags(rawValue: bytes[1]),
            keyID: KeyID(number(bytes[2..<6])),
            ticket: ticket,
            start: number(bytes[22..<26]),
            life: TokenLife(byte: bytes[26], on: type),
            generation: Generation(bytes[27]),
            classOrTag: number(bytes[28..<30])
        )
    }

    /// How many bytes a token of `type` has.
    static func length(of type: TokenType) -> Int {
        switch type {
        case .live, .paper, .holder: length
        case .holderFull: fullLength
        }
    }

    /// What central signs on a LIVE or PAPER token.
    static func message(event: EventID, head: some Collection<UInt8>) -> [UInt8] {
        tokenContext + event.bytes + head
    }

    /// What the holder signs on a HOLDER token.
    static func holderMessage(
        event: EventID,
        holder: PublicKey,
        head: some Collection<UInt8>
    ) -> [UInt8] {
        holderContext + event.bytes + holder.bytes + head
    }

    /// What central signs on a holder's credential.
    static func credentialMessage(
        event: EventID,
        vouched: some Collection<UInt8>
    ) -> [UInt8] {
        credentialContext + event.bytes + vouched
    }

    /// What the holder signs when a credential is presented.
    static func presentationMessage(
        event: EventID,
        presented: some Collection<UInt8>
    ) -> [UInt8] {
        presentationContext + event.bytes + presented
    }

    static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
        bytes.reduce(0) { $0 << 8 | Number($1) }
    }

    static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
