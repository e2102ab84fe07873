/// Writes one JSON object member by member, straight into its bytes: what ``JSONValue`` would
/// write, for documents that are made for every guest.
public struct JSONWriter {
    private var text: [UInt8] = []

    /// - Parameter capacity: about how many bytes the object will have.
    public init(capacity: Int) {
        text.reserveCapacity(capacity)
        text.append(UInt8(ascii: "{"))
    }

    public mutating func member(_ name: StaticString, _ number: Int64) {
        begin(name)
        Self.write(number, to: &text)
    }

    public mutating func member(_ name: StaticString, _ string: String) {
        begin(name)
        Self.write(string, to: &text)
    }

    /// Any other value.
    public mutating func member(_ name: StaticString, _ value: JSONValue) {
        begin(name)
        value.write(to: &text)
    }

    /// The object's bytes.
    public consuming func finish() -> [UInt8] {
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// - Parameter name: nothing that JSON would escape.
    private mutating func begin(_ name: StaticString) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        text.append(UInt8(ascii: "\""))
        text.append(
            contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        )
        text.append(UInt8(ascii: "\""))
        text.append(UInt8(ascii: ":"))
    }

    /// The longest decimal text of a 64-bit integer, sign included.
    private static let digitsMax = 20

    static func write(_ number: Int64, to text: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digitsMax) { digits in
            var start = digits.count
            var left = number.magnitude
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left % 10)
                left /= 10
            } while left > 0
            if number < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            text.append(contentsOf: digits[start...])
        }
    }

    static func write(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        string.utf8.withContiguousBytes { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated() {
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    continue
                }
                text.append(contentsOf: bytes[start..<index])
                start = index + 1
                text.append(UInt8(ascii: "\\"))
                if byte < 0x20 {
                    text += "u00".utf8
                    text += Hex.encode(CollectionOfOne(byte)).utf8
                } else {
                    text.append(byte)
                }
            }
            text.append(contentsOf: bytes[start...])
        }
        text.append(UInt8(ascii: "\""))
    }
}
