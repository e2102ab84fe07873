import CSodium

/// BLAKE2b as PROTOCOL 0 uses it: `b2(n, message)` and `b2(n, message, key)`.
public enum Hash {
    /// Hashes the concatenation of `parts`.
    ///
    /// - Parameters:
    ///   - length: bytes of output, 1 to 32; below 32 the output is a prefix of the 32-byte hash.
    ///   - parts: hashed one after another, without separators.
    ///   - key: empty, or 16 to 64 bytes.
    public static func b2(_ length: Int, _ parts: [UInt8]..., key: [UInt8] = []) -> [UInt8] {
        b2(length, parts, key: key)
    }

    public static func b2(_ length: Int, _ parts: [[UInt8]], key: [UInt8] = []) -> [UInt8] {
        _ = Sodium.ready
        precondition((1...32).contains(length), "1 to 32 bytes of output")
        precondition(key.isEmpty || (16...64).contains(key.count), "a key has 16 to 64 bytes")
        let message = parts.count == 1 ? parts[0] : joined(parts)
        var output = [UInt8](repeating: 0, count: 32)
        crypto_generichash(
            &output,
            32,
            message,
            UInt64(message.count),
            key.isEmpty ? nil : key,
            key.count
        )
        return length == 32 ? output : Array(output.prefix(length))
    }

    /// As whole arrays: byte by byte it would take longer than the hash does.
    private static func joined(_ parts: [[UInt8]]) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts { all += part }
        return all
    }

    /// BLAKE2b with an output length of its own: another function, not a prefix of `b2`.
    ///
    /// Only the wallet form uses it: its vectors were made so.
    ///
    /// - Parameters:
    ///   - length: bytes of output, 16 to 64.
    ///   - parts: hashed one after another, without separators.
    ///   - key: 16 to 64 bytes.
    public static func ownLength(_ length: Int, _ parts: [[UInt8]], key: [UInt8]) -> [UInt8] {
        _ = Sodium.ready
        precondition((16...64).contains(length), "16 to 64 bytes of output")
        precondition((16...64).contains(key.count), "a key has 16 to 64 bytes")
        let message = joined(parts)
        var output = [UInt8](repeating: 0, count: length)
        crypto_generichash(&output, length, message, UInt64(message.count), key, key.count)
        return output
    }

    /// Hashes a stream piece by piece, without a key.
    public struct Hasher: ~Copyable {
        private let memory: UnsafeMutableRawPointer
        private var state: OpaquePointer { OpaquePointer(memory) }

        public init() {
            _ = Sodium.ready
            // libsodium wants its state on a 64-byte boundary.
            memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
            crypto_generichash_init(state, nil, 0, 32)
        }

        deinit {
            memory.deallocate()
        }

        public mutating func update(_ bytes: [UInt8]) {
            crypto_generichash_update(state, bytes, UInt64(bytes.count))
        }

        public mutating func update(_ bytes: UnsafeRawBufferPointer) {
            guard let address = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
            crypto_generichash_update(state, address, UInt64(bytes.count))
        }

        /// The 32-byte hash of everything so far.
        public consuming func finish() -> [UInt8] {
            var output = [UInt8](repeating: 0, count: 32)
            crypto_generichash_final(state, &output, 32)
            return output
        }
    }
}
