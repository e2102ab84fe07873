extension Collection<UInt8> {
    /// Hands `body` the bytes in one piece.
    ///
    /// Coders do their work on this: a generic walk, byte by byte, through another module's
    /// collection cannot be specialised and is far slower.
    func withContiguousBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        if let value = withContiguousStorageIfAvailable(body) { return value }
        return Array(self).withUnsafeBufferPointer(body)
    }
}
