import CSodium

/// An X25519 key that others seal messages to (`crypto_box_seal`).
public struct BoxPublicKey: Hashable, Sendable {
    public static let length = 32
    public let bytes: [UInt8]

    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }

    /// Seals a message that only the owner of the private half can read; it does not say from whom.
    public func seal(_ message: [UInt8]) -> [UInt8] {
        _ = Sodium.ready
        var sealed = [UInt8](repeating: 0, count: message.count + Int(crypto_box_sealbytes()))
        crypto_box_seal(&sealed, message, UInt64(message.count), bytes)
        return sealed
    }
}

/// The private half of a ``BoxPublicKey``.
///
/// It never prints itself.
public struct BoxKey: Sendable, CustomStringConvertible, CustomReflectable {
    public static let seedLength = 32
    public let publicKey: BoxPublicKey
    public let seed: [UInt8]
    private let secret: [UInt8]

    public init?(seed: [UInt8]) {
        guard seed.count == Self.seedLength else { return nil }
        _ = Sodium.ready
        var pub = [UInt8](repeating: 0, count: BoxPublicKey.length)
        var secret = [UInt8](repeating: 0, count: 32)
        crypto_box_seed_keypair(&pub, &secret, seed)
        guard let publicKey = BoxPublicKey(bytes: pub) else { return nil }
        self.seed = seed
        self.secret = secret
        self.publicKey = publicKey
    }

    /// The message inside; `nil` if it was not sealed to this key or was altered.
    public func open(_ sealed: [UInt8]) -> [UInt8]? {
        let overhead = Int(crypto_box_sealbytes())
        guard sealed.count >= overhead else { return nil }
        var message = [UInt8](repeating: 0, count: sealed.count - overhead)
        guard
            crypto_box_seal_open(
                &message,
                sealed,
                UInt64(sealed.count),
                publicKey.bytes,
                secret
            ) == 0
        else { return nil }
        return message
    }

    public var description: String { "BoxKey" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A symmetric key that encrypts what rests on a disk (XChaCha20-Poly1305).
///
/// Never prints itself.
public struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    public static let length = 32
    private static let nonceLength = 24
    private static let tagLength = 16
    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// Encrypts `message`; `context` is bound to it, so that one stored secret cannot stand in for
    /// another.
    ///
    /// - Parameter nonce: 24 random bytes, never used twice.
    public func seal(_ message: [UInt8], context: [UInt8], nonce: [UInt8]) -> [UInt8] {
        _ = Sodium.ready
        precondition(nonce.count == Self.nonceLength, "a nonce has 24 bytes")
        var sealed = [UInt8](repeating: 0, count: message.count + Self.tagLength)
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            &sealed,
            nil,
            message,
            UInt64(message.count),
            context,
            UInt64(context.count),
            nil,
            nonce,
            bytes
        )
        return nonce + sealed
    }

    /// The message inside; `nil` for another key, another context or altered bytes.
    public func open(_ sealed: [UInt8], context: [UInt8]) -> [UInt8]? {
        _ = Sodium.ready
        guard sealed.count >= Self.nonceLength + Self.tagLength else { return nil }
        let nonce = Array(sealed.prefix(Self.nonceLength))
        let body = Array(sealed.dropFirst(Self.nonceLength))
        var message = [UInt8](repeating: 0, count: body.count - Self.tagLength)
        guard
            crypto_aead_xchacha20poly1305_ietf_decrypt(
                &message,
                nil,
                nil,
                body,
                UInt64(body.count),
                context,
                UInt64(context.count),
                nonce,
                bytes
            ) == 0
        else { return nil }
        return message
    }

    public var description: String { "SecretKey" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
