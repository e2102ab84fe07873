public import Sodium
public import TicketModel

/// LIVE tokens signed ahead of their time, one a minute, for a phone that will be offline
/// (PROTOCOL 3.8).
///
/// They differ in their start only, so the fields travel once and the signatures in a row: 6 hours
/// are 23 kB.
public struct OfflinePack: Hashable, Sendable {
    /// Twelve hours.
    public static let tokensMax = 720
    /// Starts are whole minutes, and a minute apart.
    public static let period: UInt32 = 60

    /// The fields of the first token.
    public let first: TokenFields
    private let signatures: [Signature]

    /// Signs `count` tokens in a row.
    ///
    /// - Parameters:
    ///   - first: fields of a LIVE token with PREISSUED that starts on a whole minute and lives for
    ///     one.
    ///   - count: 1 to ``tokensMax``.
    ///   - key: the live key that `first` names.
    /// - Returns: `nil` for other fields or counts, and where time would run past 32 bits.
    public init?(_ first: TokenFields, count: Int, event: EventID, key: SigningKey) {
        guard Self.isHead(first, count) else { return nil }
        self.first = first
        signatures = (0..<count).map { index in
            let head = TokenLayout.head(of: Self.fields(first, index))
            return key.signature(over: TokenLayout.message(event: event, head: head))
        }
    }

    /// Reads what central sent.
    ///
    /// - Parameters:
    ///   - head: the first token's 30 bytes.
    ///   - signatures: 64 bytes for each token.
    public init?(head: [UInt8], signatures: [UInt8]) {
        guard head.count == TokenLayout.headLength, let first = TokenLayout.fields(of: head[...]),
            signatures.count.isMultiple(of: Signature.length),
            signatures.count <= Self.tokensMax * Signature.length,
            Self.isHead(first, signatures.count / Signature.length)
        else { return nil }
        self.first = first
        self.signatures = stride(from: 0, to: signatures.count, by: Signature.length).compactMap {
            Signature(bytes: signatures[$0..<$0 + Signature.length])
        }
    }

    private static func isHead(_ first: TokenFields, _ count: Int) -> Bool {
        guard (1...tokensMax).contains(count) else { return false }
        let (_, isTooLate) = first.start.addingReportingOverflow(UInt32(count - 1) * period)
        return first.type == .live && first.flags.contains(.preissued) && first.life == .minute
            && first.start.isMultiple(of: period) && !isTooLate
    }

    private static func fields(_ first: TokenFields, _ index: Int) -> TokenFields {
        let fields = TokenFields(
            type: first.type,
            flags: first.flags,
            keyID: first.keyID,
            ticket: first.ticket,
            start: first.start + UInt32(index) * period,
            life: first.life,
            generation: first.generation,
            classOrTag: first.classOrTag
        )
        guard let fields else { preconditionFailure("only the start differs from the first") }
        return fields
    }

    public var count: Int { signatures.count }

    /// The 30 bytes that travel once.
    public var headBytes: [UInt8] { TokenLayout.head(of: first) }

    /// The signatures in a row, 64 bytes for each token.
    public var signatureBytes: [UInt8] { signatures.flatMap(\.bytes) }

    /// The token of one minute; `nil` beyond the pack.
    public func token(_ index: Int) -> SignedToken? {
        guard signatures.indices.contains(index) else { return nil }
        return SignedToken(Self.fields(first, index), signature: signatures[index])
    }

    /// The token to show at an instant; `nil` before the first and after the last.
    public func token(at instant: Timestamp) -> SignedToken? {
        guard let seconds = instant.tokenSeconds, seconds >= first.start else { return nil }
        return token(Int((seconds - first.start) / Self.period))
    }

    /// All of them, in the order of their time.
    public var tokens: [SignedToken] { signatures.indices.compactMap { token($0) } }
}
