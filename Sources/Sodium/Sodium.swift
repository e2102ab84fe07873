import CSodium

/// The Swift face of libsodium: the only place that calls it.
public enum Sodium {
    /// Starts libsodium once; every entry point reads this first.
    ///
    /// A process in which libsodium cannot start must not sign or verify anything.
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium cannot start")
    }()

    /// Random bytes from the operating system.
    ///
    /// For floor 3 and above: rules take bytes as values.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        _ = ready
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let address = buffer.baseAddress { randombytes_buf(address, count) }
            initialized = count
        }
    }

    /// Whether two secrets are equal, in time that does not tell where they differ.
    public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        _ = ready
        return left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }
}
