import Sodium

/// What ties a record to the one before it: 32 bytes over the payload.
public struct RecordLink: Hashable, Sendable {
    public static let length = 32
    private static let context = Array("st1/log\0".utf8)

    public let bytes: [UInt8]

    /// What the first record of an epoch names as its predecessor.
    public static let genesis = RecordLink(unchecked: [UInt8](repeating: 0, count: length))

    /// The link of the record with this payload.
    public init(payload: [UInt8]) {
        bytes = Hash.b2(Self.length, Self.context, payload)
    }

    /// Takes a stored link; `nil` unless it has 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }
}
