import Encodings
import Glibc
import Platform
package import Sodium

/// The device's own keys: made at its first start, never leaving it.
package struct DeviceKeys: Sendable {
    /// Signs records (Ed25519).
    package let sign: SigningKey
    /// Opens what central seals to this device (X25519).
    package let box: BoxKey

    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case file(String)
        /// The file is not one that this program wrote.
        case content(String)
        /// Others than the owner may read the file.
        case permissions(String)

        package var description: String {
            switch self {
            case .file(let error): error
            case .content(let path): "\(path) is not a device key file"
            case .permissions(let path): "\(path) must not be readable by others (chmod 600)"
            }
        }
    }

    package init(sign: SigningKey, box: BoxKey) {
        self.sign = sign
        self.box = box
    }

    /// Reads the keys at `path`; makes and stores them (mode 0600) where there is no file.
    package static func load(_ path: String) throws(Failure) -> DeviceKeys {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else {
                throw .file("\(path): \(String(cString: strerror(errno)))")
            }
            return try make(path)
        }
        guard status.st_mode & 0o077 == 0 else { throw .permissions(path) }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try AtomicFile.read(path, bytesMax: 4096)
        } catch { throw .file(error.description) }
        // Whatever is wrong with its text, the file holds no key.
        guard let document = try? JSONReader.read(bytes),
            document["v"]?.integer == 1,
            let sign = document["sign"]?.string.flatMap({ Base64.decodeURL($0) })
                .flatMap({ SigningKey(seed: $0) }),
            let box = document["box"]?.string.flatMap({ Base64.decodeURL($0) })
                .flatMap({ BoxKey(seed: $0) })
        else { throw .content(path) }
        return DeviceKeys(sign: sign, box: box)
    }

    /// Stores keys that were made elsewhere.
    package func store(_ path: String) throws(Failure) {
        let document = JSONValue.object([
            .init("v", .integer(1)),
            .init("sign", .string(Base64.encodeURL(sign.seed))),
            .init("box", .string(Base64.encodeURL(box.seed))),
        ])
        do throws(FileError) {
            try AtomicFile.write(document.encoded, to: path, mode: 0o600)
        } catch { throw .file(error.description) }
    }

    /// Makes new keys and stores them in place of those at `path`.
    package static func make(_ path: String) throws(Failure) -> DeviceKeys {
        guard let sign = SigningKey(seed: Sodium.randomBytes(SigningKey.seedLength)),
            let box = BoxKey(seed: Sodium.randomBytes(BoxKey.seedLength))
        else { throw .content(path) }
        let keys = DeviceKeys(sign: sign, box: box)
        try keys.store(path)
        return keys
    }
}
