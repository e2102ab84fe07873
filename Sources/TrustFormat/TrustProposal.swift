import Encodings
public import Sodium

/// A trust list on its way to the root keys and back: the next one with the signatures it has so
/// far, and the one in force, so that a signer can see what would change.
///
/// The file is three lines of text: ``title``, the envelope in force or `null`, the next envelope.
public struct TrustProposal: Hashable, Sendable {
    public static let title = "stile-trust-proposal 1"
    /// Two envelopes, each at its largest, and the title.
    public static let bytesMax = 2 * JSONReader.bytesMax + 64

    public enum Fault: Error, Hashable, Sendable {
        /// The file is no proposal of this version.
        case notAProposal
        case envelope(EnvelopeError)
        /// The list in force is not signed by the roots that it names.
        case currentNotSigned
        /// The key is no root, neither of the list in force nor of the next one.
        case notARoot
        /// The next list has a version that is not above the one in force.
        case versionNotAbove
    }

    /// The list in force, signed by its own roots; `nil` before the first one.
    public let current: TrustList?
    public let next: TrustList
    public let currentEnvelope: Envelope?
    public private(set) var nextEnvelope: Envelope

    public init(current: Envelope?, next: Envelope) throws(Fault) {
        currentEnvelope = current
        nextEnvelope = next
        do throws(EnvelopeError) {
            self.next = try TrustList.claimed(by: next)
        } catch { throw .envelope(error) }
        if let current {
            do throws(EnvelopeError) {
                self.current = try TrustList(selfSigned: current)
            } catch { throw .currentNotSigned }
        } else {
            self.current = nil
        }
        if let held = self.current, self.next.version <= held.version { throw .versionNotAbove }
    }

    public init(text: [UInt8]) throws(Fault) {
        guard text.count <= Self.bytesMax else { throw .notAProposal }
        let lines = text.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        guard lines.count == 3, lines[0] == Array(Self.title.utf8) else { throw .notAProposal }
        let current: Envelope?
        let next: Envelope
        do throws(EnvelopeError) {
            current = lines[1] == Array("null".utf8) ? nil : try Envelope(json: lines[1])
            next = try Envelope(json: lines[2])
        } catch { throw .envelope(error) }
        try self.init(current: current, next: next)
    }

    public var text: [UInt8] {
        let newline = UInt8(ascii: "\n")
        let current = currentEnvelope?.json ?? Array("null".utf8)
        return Array(Self.title.utf8) + [newline] + current + [newline] + nextEnvelope.json
            + [newline]
    }

    public var changes: [TrustChange] { TrustChange.changes(from: current, to: next) }

    /// Adds one signature; the same key twice counts once.
    public mutating func sign(with root: SigningKey) throws(Fault) {
        let isRoot =
            next.roots.contains(root.publicKey)
            || current?.roots.contains(root.publicKey) ?? false
        guard isRoot else { throw .notARoot }
        let added = Envelope(.trust, payload: nextEnvelope.payload, signedBy: [root]).signatures
        let others = nextEnvelope.signatures.filter { !added.contains($0) }
        nextEnvelope = Envelope(
            payloadType: nextEnvelope.payloadType,
            payload: nextEnvelope.payload,
            signatures: others + added
        )
    }

    /// How many of `roots` have signed the next list.
    public func signatures(of roots: [PublicKey]) -> Int {
        // Too few signatures are no error here: they are what is counted.
        (try? nextEnvelope.opened(as: .trust, by: roots))?.signers.count ?? 0
    }

    /// Signatures that are missing: of the roots in force, and of the next roots.
    public var missing: (current: Int, next: Int) {
        let old = current.map { max(0, $0.threshold - signatures(of: $0.roots)) } ?? 0
        return (old, max(0, next.threshold - signatures(of: next.roots)))
    }
}
