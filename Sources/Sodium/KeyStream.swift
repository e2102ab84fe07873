import CSodium

/// The ChaCha20-IETF key stream that the content hash draws its lanes from (PROTOCOL 5.1).
public enum KeyStream {
    /// Fills `output` with the stream under `key`, nonce 0, counter 0.
    public static func fill(_ output: UnsafeMutableRawBufferPointer, key: [UInt8]) {
        _ = Sodium.ready
        precondition(key.count == Int(crypto_stream_chacha20_ietf_keybytes()), "a 32-byte key")
        let nonce = [UInt8](repeating: 0, count: Int(crypto_stream_chacha20_ietf_noncebytes()))
        guard let address = output.bindMemory(to: UInt8.self).baseAddress else { return }
        crypto_stream_chacha20_ietf(address, UInt64(output.count), nonce, key)
    }
}
