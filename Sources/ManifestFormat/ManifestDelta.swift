public import TrustFormat

/// What leads from one version of a manifest to a later one (PROTOCOL 5.4).
///
/// Its lines need no signature: applied in their order they must give the content that the signed
/// metadata names.
public struct ManifestDelta: Hashable, Sendable {
    /// Changes in one delta; whoever is further behind downloads the file.
    public static let changesMax = 20_000
    /// Bytes of all lines.
    public static let bytesMax = 16 << 20
    /// Bytes of the last line, the metadata's envelope.
    public static let envelopeBytesMax = 64 << 10

    public let changes: [ManifestChange]
    /// The metadata of the version that the changes lead to; nobody has checked it yet.
    public let envelope: Envelope

    public init(changes: [ManifestChange], envelope: Envelope) {
        self.changes = changes
        self.envelope = envelope
    }

    /// The lines as they are sent, each with its end.
    public var lines: [UInt8] {
        var lines: [UInt8] = []
        for change in changes {
            lines += change.line
            lines.append(DeltaReader.lineEnd)
        }
        return lines + envelope.json + [DeltaReader.lineEnd]
    }
}

/// Reads a delta from a stream that may be cut anywhere.
public struct DeltaReader: Sendable {
    static let lineEnd = UInt8(ascii: "\n")

    private var changes: [ManifestChange] = []
    private var envelope: Envelope?
    /// The start of a line whose end has not come yet.
    private var rest: [UInt8] = []
    private var bytes = 0

    public init() {}

    /// Takes the next bytes; after an error the reader is of no use any more.
    public mutating func append(_ next: some Collection<UInt8>) throws(DeltaError) {
        bytes += next.count
        guard bytes <= ManifestDelta.bytesMax else { throw .tooLarge }
        var start = next.startIndex
        while let end = next[start...].firstIndex(of: Self.lineEnd) {
            rest += next[start..<end]
            try line(rest)
            rest.removeAll(keepingCapacity: true)
            start = next.index(after: end)
        }
        rest += next[start...]
        guard rest.count <= ManifestDelta.envelopeBytesMax else { throw .lineTooLong }
    }

    /// The delta, once the stream has ended; its last line needs no line end.
    public mutating func finish() throws(DeltaError) -> ManifestDelta {
        if !rest.isEmpty {
            try line(rest)
            rest = []
        }
        guard let envelope else { throw .truncated }
        return ManifestDelta(changes: changes, envelope: envelope)
    }

    private mutating func line(_ line: [UInt8]) throws(DeltaError) {
        guard envelope == nil else { throw .afterEnd }
        switch line.first {
        case UInt8(ascii: "["):
            guard line.count <= ManifestChange.lineBytesMax else { throw .lineTooLong }
            guard changes.count < ManifestDelta.changesMax else { throw .tooManyChanges }
            changes.append(try ManifestChange(line: line))
        case UInt8(ascii: "{"):
            guard line.count <= ManifestDelta.envelopeBytesMax else { throw .lineTooLong }
            do throws(EnvelopeError) {
                envelope = try Envelope(json: line)
            } catch { throw .envelope }
        default: throw .badLine
        }
    }
}
