import Crypto

/// A time-based one-time password (RFC 6238) with HMAC-SHA-1 and 8 digits, as wallets make them.
public enum OneTimePassword {
    public static let digits = 8
    /// The time step of wallet codes.
    public static let step = Duration.seconds(60)
    private static let modulus: UInt32 = 100_000_000

    /// The password of one time step, as 8 ASCII digits.
    ///
    /// - Parameters:
    ///   - counter: whole steps since 1970.
    ///   - key: 20 bytes in this protocol; RFC 6238 takes any number.
    public static func text(counter: UInt64, key: [UInt8]) -> [UInt8] {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: counter >> (56 - 8 * UInt64($0))) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: key))
        )
        // Dynamic truncation, RFC 4226 §5.3.
        let offset = Int(mac[19] & 15)
        let word = mac[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        var rest = word % modulus
        var text = [UInt8](repeating: UInt8(ascii: "0"), count: digits)
        for index in text.indices.reversed() {
            text[index] += UInt8(rest % 10)
            rest /= 10
        }
        return text
    }
}
