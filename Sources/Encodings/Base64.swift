/// Base64 of RFC 4648: the standard form inside DSSE envelopes, the URL-safe form without padding
/// everywhere else.
public enum Base64 {
    private static let standard: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let urlSafe: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// Standard alphabet, padded.
    public static func encode(_ bytes: [UInt8]) -> String {
        encode(bytes, alphabet: standard, padded: true)
    }

    /// URL-safe alphabet, no padding.
    public static func encodeURL(_ bytes: [UInt8]) -> String {
        encode(bytes, alphabet: urlSafe, padded: false)
    }

    /// Reads the standard alphabet with its padding; `nil` for anything an encoder would not write.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8), padded: true)
    }

    /// Reads the URL-safe alphabet without padding; `nil` for anything an encoder would not write.
    public static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8), padded: false)
    }

    private static func encode(
        _ bytes: [UInt8],
        alphabet: StaticString,
        padded: Bool
    ) -> String {
        let capacity = (bytes.count + 2) / 3 * 4
        let letters = alphabet.utf8Start
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            var index = 0
            var offset = 0
            while offset + 3 <= bytes.count {
                let word =
                    UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8
                    | UInt32(bytes[offset + 2])
                buffer[index] = letters[Int(word >> 18)]
                buffer[index + 1] = letters[Int(word >> 12 & 63)]
                buffer[index + 2] = letters[Int(word >> 6 & 63)]
                buffer[index + 3] = letters[Int(word & 63)]
                index += 4
                offset += 3
            }
            let left = bytes.count - offset
            guard left > 0 else { return index }
            let second = left == 2 ? UInt32(bytes[offset + 1]) : 0
            let word = UInt32(bytes[offset]) << 16 | second << 8
            for position in 0..<4 {
                if position <= left {
                    buffer[index] = letters[Int(word >> (18 - 6 * UInt32(position)) & 63)]
                } else if padded {
                    buffer[index] = UInt8(ascii: "=")
                } else {
                    continue
                }
                index += 1
            }
            return index
        }
    }

    private static let standardValues = values(of: standard)
    private static let urlSafeValues = values(of: urlSafe)

    /// For each byte its six bits, or 255.
    private static func values(of alphabet: StaticString) -> [UInt8] {
        var table = [UInt8](repeating: 255, count: 256)
        for index in 0..<64 {
            table[Int(alphabet.utf8Start[index])] = UInt8(index)
        }
        return table
    }

    private static func decode(_ text: [UInt8], padded: Bool) -> [UInt8]? {
        var end = text.count
        if padded {
            guard end.isMultiple(of: 4) else { return nil }
            while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        }
        guard end % 4 != 1 else { return nil }
        let table = padded ? standardValues : urlSafeValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end * 3 / 4)
        var window: UInt32 = 0
        var bits: UInt32 = 0
        for index in 0..<end {
            let value = table[Int(text[index])]
            guard value < 64 else { return nil }
            window = window << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: window >> bits))
            }
        }
        guard window & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }
}
