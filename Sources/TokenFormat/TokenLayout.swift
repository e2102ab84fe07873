import Sodium
import TicketModel

/// The bytes of a 94-byte token (PROTOCOL 3.2): 30 bytes of fields, then the signature.
enum TokenLayout {
    static let headLength = 30
    static let length = headLength + Signature.length
    static let context = Array("st1/token\0".utf8)

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
        append(fields.accessClass.number, to: &bytes)
        return bytes
    }

    /// Reads canonical fields; `nil` for an unknown type and wherever PROTOCOL 3.5 says MALFORMED.
    static func fields(of bytes: [UInt8]) -> TokenFields? {
        guard bytes.count == length, let type = TokenType(rawValue: bytes[0]),
            let ticket = TicketID(bytes: bytes[6..<22])
        else { return nil }
        return TokenFields(
            type: type,
            flags: TokenFlags(rawValue: bytes[1]),
            keyID: KeyID(number(bytes[2..<6])),
            ticket: ticket,
            start: number(bytes[22..<26]),
            life: TokenLife(units: bytes[26]),
            generation: Generation(bytes[27]),
            accessClass: ClassNumber(number(bytes[28..<30]))
        )
    }

    /// What the signature covers: context, event and the head.
    static func message(event: EventID, head: some Collection<UInt8>) -> [UInt8] {
        context + event.bytes + head
    }

    private static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
        bytes.reduce(0) { $0 << 8 | Number($1) }
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
