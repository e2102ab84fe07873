/// Base32 of RFC 4648 without padding: the alphabet of tokens, which survives keyboard wedges and
/// fits the alphanumeric mode of QR codes.
public enum Base32 {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        bytes.withContiguousBytes { encodeAll($0) }
    }

    private static func encodeAll(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let length = (bytes.count * 8 + 4) / 5
        return String(unsafeUninitializedCapacity: length) { buffer in
            var window: UInt32 = 0
            var bits: UInt32 = 0
            var index = 0
            for byte in bytes {
                window = window << 8 | UInt32(byte)
                bits += 8
                while bits >= 5 {
                    bits -= 5
                    buffer[index] = alphabet.utf8Start[Int(window >> bits & 31)]
                    index += 1
                }
            }
            if bits > 0 {
                buffer[index] = alphabet.utf8Start[Int(window << (5 - bits) & 31)]
                index += 1
            }
            return index
        }
    }

    /// Reads canonical upper-case text only: no padding, no other length than an encoder writes,
    /// unused low bits zero.
    ///
    /// `nil` for anything else, so that one value has one text.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousBytes { decodeAll($0) }
    }

    private static func decodeAll(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        switch text.count % 8 {
        case 1, 3, 6: return nil
        default: break
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 5 / 8)
        var window: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            let value: UInt8
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): value = character - UInt8(ascii: "2") + 26
            default: return nil
            }
            window = window << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: window >> bits))
            }
        }
        guard window & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }
}
