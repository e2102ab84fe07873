import Encodings
import Platform
package import Sodium

/// The key that seals all private keys at rest.
package enum MasterKey {
    package static let fileName = "master.key"

    /// Reads the text of a master key: 32 bytes in base64url, as environment variables, systemd
    /// credentials and ``fileName`` carry it.
    package static func parse(_ text: String) throws(StoreError) -> SecretKey {
        let trimmed = String(text.reversed().drop { $0.isWhitespace }.reversed())
        guard let bytes = Base64.decodeURL(trimmed), let key = SecretKey(bytes: bytes) else {
            throw .wrongMasterKey
        }
        return key
    }

    /// Reads a file that holds such a text.
    package static func read(file path: String) throws(StoreError) -> SecretKey {
        let bytes: [UInt8]
        do { bytes = try AtomicFile.read(path, bytesMax: 256) } catch {
            throw .file(error.description)
        }
        return try parse(String(decoding: bytes, as: UTF8.self))
    }

    /// Draws a new key and writes it where only its owner may read it.
    static func create(file path: String) throws(StoreError) -> SecretKey {
        guard let key = SecretKey(bytes: Sodium.randomBytes(SecretKey.length)) else {
            throw .wrongMasterKey
        }
        try write(key, to: path)
        return key
    }

    static func write(_ key: SecretKey, to path: String) throws(StoreError) {
        let text = Base64.encodeURL(key.bytes) + "\n"
        do throws(FileError) {
            try AtomicFile.write(Array(text.utf8), to: path, mode: 0o600)
        } catch { throw .file(error.description) }
    }
}
