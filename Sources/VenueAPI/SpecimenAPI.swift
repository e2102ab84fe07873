extension EventAPI {
    /// The specimens of an event, as staff print them.
    public struct Specimens: Codable, Hashable, Sendable {
        public var items: [Specimen]

        public init(items: [Specimen]) {
            self.items = items
        }
    }

    /// A ticket that admits nobody: shows that a gate decides as it should (PROTOCOL 5.6).
    public struct Specimen: Codable, Hashable, Sendable {
        /// The ticket's id, 32 hex digits.
        public var id: String
        /// `valid`, `revoked`, `hall`, `unpaid` or `barcode`.
        public var kind: String
        /// The verdict that a gate in order gives, by its name.
        public var expected: String
        /// A PAPER token, or an own static code: print it as a QR code.
        public var code: String

        public init(id: String, kind: String, expected: String, code: String) {
            self.id = id
            self.kind = kind
            self.expected = expected
            self.code = code
        }
    }
}
