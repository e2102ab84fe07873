/// A 16-byte name for one kind of thing: an ``EventID`` cannot stand in for a ``TicketID``.
public struct Identifier<Subject>: Hashable, Sendable {
    /// The first eight bytes, read as a big-endian number.
    public let high: UInt64
    /// The last eight bytes, read as a big-endian number.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads an id from exactly 16 bytes; `nil` for any other length.
    public init?(bytes: some Collection<UInt8>) {
        guard let id = withContiguousBytes(of: bytes, Self.read) else { return nil }
        self = id
    }

    /// Reads the 32 lower-case hex digits that JSON carries; `nil` for anything else.
    public init?(hex: some StringProtocol) {
        guard let id = withContiguousBytes(of: hex.utf8, Self.readHex) else { return nil }
        self = id
    }

    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Self? {
        guard bytes.count == 16 else { return nil }
        return Self(
            high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    private static func readHex(_ digits: UnsafeBufferPointer<UInt8>) -> Self? {
        guard digits.count == 32, let high = word(digits[..<16]), let low = word(digits[16...])
        else { return nil }
        return Self(high: high, low: low)
    }

    private static func word(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var word: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                word = word << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                word = word << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return word
    }

    /// The 16 bytes, most significant first.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(index)))
                buffer[index + 8] = UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(index)))
            }
            count = 16
        }
    }

    /// The 32 lower-case hex digits that JSON carries.
    public var hex: String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 32) { buffer in
            var index = 0
            for word in [high, low] {
                for shift in stride(from: UInt64(60), through: 0, by: -4) {
                    buffer[index] = digits.utf8Start[Int(word >> shift & 15)]
                    index += 1
                }
            }
            return 32
        }
    }
}

extension Identifier: Comparable {
    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension Identifier: CustomStringConvertible {
    public var description: String { hex }
}

/// Hands `read` the bytes of a collection in one piece: a generic walk, byte by byte, through
/// another module's collection cannot be specialised and is far slower.
private func withContiguousBytes<Value>(
    of bytes: some Collection<UInt8>,
    _ read: (UnsafeBufferPointer<UInt8>) -> Value?
) -> Value? {
    if let value = bytes.withContiguousStorageIfAvailable(read) { return value }
    return Array(bytes).withUnsafeBufferPointer(read)
}

/// What guests attend.
public enum Event {}
/// A right to enter.
public enum Ticket {}

public typealias EventID = Identifier<Event>
public typealias TicketID = Identifier<Ticket>
