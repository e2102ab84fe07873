import Encodings
import Platform
package import Sodium

/// A root key as a file that its owner keeps offline, sealed by a passphrase (Argon2id).
package struct RootKeyFile: Sendable {
    package static let passphraseBytes = 12...1024
    private static let bytesMax = 4096
    private static let context = Array("st1/rootkey\0".utf8)
    /// What a new file costs to try: half a second and 256 MiB a guess.
    private static let operations: UInt64 = 3
    private static let memory = 256 << 20
    /// No file may ask for more than this: a forged one must not exhaust the machine.
    private static let operationsMax: Int64 = 64
    private static let memoryMax: Int64 = 2 << 30

    package enum Fault: Error, Hashable, Sendable {
        /// The file is no root key of this version.
        case notARootKey
        case wrongPassphrase
        /// A passphrase has ``passphraseBytes`` bytes.
        case passphraseLength
        case outOfMemory
        case file(String)
    }

    /// Draws a root key and writes `root-KID.key`, sealed, and `root-KID.pub`, for everybody.
    ///
    /// - Returns: the public key and both paths.
    package static func create(
        in folder: String,
        passphrase: [UInt8]
    ) throws(Fault) -> (key: PublicKey, keyFile: String, publicFile: String) {
        guard passphraseBytes.contains(passphrase.count) else { throw .passphraseLength }
        guard let key = SigningKey(seed: Sodium.randomBytes(32)) else { throw .outOfMemory }
        let salt = Sodium.randomBytes(PasswordHash.saltLength)
        let sealing = try sealingKey(passphrase, salt, operations, memory)
        let pub = key.publicKey
        let sealed = sealing.seal(
            key.seed,
            context: context + pub.bytes,
            nonce: Sodium.randomBytes(24)
        )
        let document = JSONValue.object([
            .init("v", .integer(1)),
            .init("kind", .string("stile-root-key")),
            .init("kid", .string(Hex.encode(pub.keyID.bytes))),
            .init("pub", .string(Base64.encodeURL(pub.bytes))),
            .init("operations", .integer(Int64(operations))),
            .init("memory", .integer(Int64(memory))),
            .init("salt", .string(Base64.encodeURL(salt))),
            .init("sealed", .string(Base64.encodeURL(sealed))),
        ])
        let stem = "\(folder)/root-\(Hex.encode(pub.keyID.bytes))"
        let text = Base64.encodeURL(pub.bytes) + "\n"
        do throws(FileError) {
            try AtomicFile.write(document.encoded + [0x0A], to: stem + ".key", mode: 0o600)
            try AtomicFile.write(Array(text.utf8), to: stem + ".pub", mode: 0o644)
        } catch { throw .file(error.description) }
        return (pub, stem + ".key", stem + ".pub")
    }

    package let publicKey: PublicKey
    private let operations: UInt64
    private let memory: Int
    private let salt: [UInt8]
    private let sealed: [UInt8]

    /// Reads a file without opening what is sealed in it.
    package init(path: String) throws(Fault) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try AtomicFile.read(path, bytesMax: Self.bytesMax)
        } catch { throw .file(error.description) }
        do {
            let fields = try JSONFields(JSONReader.read(bytes))
            try fields.requireVersion1()
            let operations = try fields.integer("operations")
            let memory = try fields.integer("memory")
            guard try fields.string("kind") == "stile-root-key",
                let key = PublicKey(bytes: try fields.bytes("pub")),
                (1...Self.operationsMax).contains(operations),
                (8192...Self.memoryMax).contains(memory)
            else { throw Fault.notARootKey }
            publicKey = key
            self.operations = UInt64(operations)
            self.memory = Int(memory)
            salt = try fields.bytes("salt")
            sealed = try fields.bytes("sealed")
        } catch { throw .notARootKey }
        guard salt.count == PasswordHash.saltLength else { throw .notARootKey }
    }

    /// The private key; takes the time and the memory that the file asks for.
    package func open(passphrase: [UInt8]) throws(Fault) -> SigningKey {
        guard Self.passphraseBytes.contains(passphrase.count) else { throw .wrongPassphrase }
        let key = try Self.sealingKey(passphrase, salt, operations, memory)
        guard let seed = key.open(sealed, context: Self.context + publicKey.bytes),
            let root = SigningKey(seed: seed), root.publicKey == publicKey
        else { throw .wrongPassphrase }
        return root
    }

    private static func sealingKey(
        _ passphrase: [UInt8],
        _ salt: [UInt8],
        _ operations: UInt64,
        _ memory: Int
    ) throws(Fault) -> SecretKey {
        let hash = PasswordHash.argon2id(
            passphrase,
            salt: salt,
            operations: operations,
            memory: memory
        )
        guard let hash, let key = SecretKey(bytes: hash) else { throw .outOfMemory }
        return key
    }
}

extension RootSet {
    /// Reads public keys separated by commas; each is base64url, or the path of a `.pub` file.
    ///
    /// - Returns: `nil` and the part that is neither.
    package static func parse(
        _ text: String,
        threshold: Int
    ) -> Result<RootSet, UnreadableRoot> {
        var keys: [PublicKey] = []
        for part in text.split(separator: ",").map(String.init) {
            // A part that is no file is taken for the key itself.
            let content = (try? AtomicFile.read(part, bytesMax: 256)).map {
                String(decoding: $0, as: UTF8.self)
            }
            let trimmed = (content ?? part).filter { !$0.isWhitespace }
            guard let key = Base64.decodeURL(trimmed).flatMap({ PublicKey(bytes: $0) }) else {
                return .failure(UnreadableRoot(text: part))
            }
            keys.append(key)
        }
        return .success(RootSet(keys: keys, threshold: threshold))
    }
}

/// A text that names no root key.
package struct UnreadableRoot: Error, Hashable, Sendable {
    package let text: String
}
