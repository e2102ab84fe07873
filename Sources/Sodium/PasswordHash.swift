import CSodium

/// Argon2id, for secrets so short that a fast hash of them could be tried through (PROTOCOL 3.7).
public enum PasswordHash {
    public static let saltLength = 16
    public static let length = 32

    /// The 32-byte hash of `secret`; `nil` if the memory cannot be had.
    ///
    /// Costs tens of milliseconds and the memory asked for: never call it under a lock.
    ///
    /// - Parameters:
    ///   - salt: 16 bytes.
    ///   - operations: passes over the memory, at least 1.
    ///   - memory: bytes, at least 8 KiB.
    public static func argon2id(
        _ secret: [UInt8],
        salt: [UInt8],
        operations: UInt64,
        memory: Int
    ) -> [UInt8]? {
        _ = Sodium.ready
        precondition(salt.count == saltLength, "a salt has 16 bytes")
        var output = [UInt8](repeating: 0, count: length)
        let characters = secret.map { CChar(bitPattern: $0) }
        let isDone = crypto_pwhash(
            &output,
            UInt64(length),
            characters,
            UInt64(characters.count),
            salt,
            operations,
            memory,
            crypto_pwhash_ALG_ARGON2ID13
        )
        return isDone == 0 ? output : nil
    }
}
