/// Crockford's Base32 with the check character of own static codes (PROTOCOL 3.7).
public enum Crockford32 {
    public static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    /// The five bits a character stands for; `nil` for letters outside the alphabet.
    public static func value(of character: UInt8) -> UInt8? {
        for index in 0..<32 where alphabet.utf8Start[index] == character { return UInt8(index) }
        return nil
    }

    public static func character(for value: UInt8) -> UInt8 {
        precondition(value < 32, "five bits")
        return alphabet.utf8Start[Int(value)]
    }

    /// Encodes whole groups of five bytes as eight characters each.
    public static func encode(_ bytes: [UInt8]) -> String {
        precondition(bytes.count.isMultiple(of: 5), "whole groups of five bytes")
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 5 * 8)
        for start in stride(from: 0, to: bytes.count, by: 5) {
            var window: UInt64 = 0
            for byte in bytes[start..<start + 5] { window = window << 8 | UInt64(byte) }
            for shift in stride(from: UInt64(35), through: 0, by: -5) {
                text.append(character(for: UInt8(window >> shift & 31)))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The Luhn mod 32 check character over `text`; `nil` if a character is outside the alphabet.
    ///
    /// Finds every single wrong character and nearly every swap of two neighbours.
    public static func check(over text: some BidirectionalCollection<UInt8>) -> UInt8? {
        var sum = 0
        var factor = 2
        for character in text.reversed() {
            guard let value = value(of: character) else { return nil }
            let product = Int(value) * factor
            sum += product / 32 + product % 32
            factor = factor == 2 ? 1 : 2
        }
        return Self.character(for: UInt8((32 - sum % 32) % 32))
    }
}
