/// Cuts a scanner's byte stream into codes: one a line, ended by CR, LF or both.
package struct LineSplitter: Sendable {
    /// The longest line that is kept whole; more than any code has.
    package static let lineBytesMax = 4096

    private var line: [UInt8] = []

    package init() {}

    /// The codes that `bytes` complete, in order; empty lines are no codes.
    ///
    /// Of a longer line the first ``lineBytesMax`` + 1 bytes are given when it ends, which no rule
    /// takes for a code; the rest is dropped as it comes.
    package mutating func codes(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var codes: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let code = end() { codes.append(code) }
            } else if line.count <= Self.lineBytesMax {
                line.append(byte)
            }
        }
        return codes
    }

    /// The code that the end of the stream completes.
    package mutating func end() -> [UInt8]? {
        guard !line.isEmpty else { return nil }
        defer { line = [] }
        return line
    }
}
