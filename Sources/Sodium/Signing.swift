import CSodium

/// An Ed25519 public key: verifies signatures.
public struct PublicKey: Hashable, Sendable {
    public static let length = 32
    public let bytes: [UInt8]
    /// The key's short name: the first four bytes of `b2(32, "st1/kid\0" || key)`.
    ///
    /// Made once: every token and envelope is matched with it.
    public let keyID: KeyID

    /// Takes exactly 32 bytes; `nil` for any other length.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
        let hash = Hash.b2(4, Array("st1/kid\0".utf8), self.bytes)
        keyID = KeyID(hash.reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// Whether `signature` is this key's over `message` (RFC 8032 as libsodium checks it).
    public func isValid(_ signature: Signature, over message: [UInt8]) -> Bool {
        _ = Sodium.ready
        return crypto_sign_verify_detached(
            signature.bytes,
            message,
            UInt64(message.count),
            bytes
        ) == 0
    }
}

/// The short name of a key in tokens and envelopes; in JSON eight hex digits.
public struct KeyID: Hashable, Sendable {
    public let number: UInt32

    public init(_ number: UInt32) {
        self.number = number
    }

    public var bytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
}

/// A detached Ed25519 signature.
public struct Signature: Hashable, Sendable {
    public static let length = 64
    public let bytes: [UInt8]

    /// Takes exactly 64 bytes; `nil` for any other length.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }
}

/// An Ed25519 key that signs.
///
/// It never prints itself.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    public static let seedLength = 32
    public let publicKey: PublicKey
    /// The 32 bytes that are kept, encrypted, at rest.
    public let seed: [UInt8]
    private let secret: [UInt8]

    /// Makes the key of a seed; `nil` unless it has 32 bytes.
    public init?(seed: [UInt8]) {
        guard seed.count == Self.seedLength else { return nil }
        _ = Sodium.ready
        var pub = [UInt8](repeating: 0, count: PublicKey.length)
        var secret = [UInt8](repeating: 0, count: 64)
        crypto_sign_seed_keypair(&pub, &secret, seed)
        guard let publicKey = PublicKey(bytes: pub) else { return nil }
        self.seed = seed
        self.secret = secret
        self.publicKey = publicKey
    }

    public func signature(over message: [UInt8]) -> Signature {
        var bytes = [UInt8](repeating: 0, count: Signature.length)
        crypto_sign_detached(&bytes, nil, message, UInt64(message.count), secret)
        guard let signature = Signature(bytes: bytes) else {
            preconditionFailure("libsodium writes 64 bytes")
        }
        return signature
    }

    public var description: String { "SigningKey" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
