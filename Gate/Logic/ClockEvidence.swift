import TicketModel

/// Tokens from the future: what shows that a clock is slow (PROTOCOL 7).
///
/// Holds at most one entry less than the tickets that decide.
struct SlowEvidence: Hashable, Sendable {
    /// A token that starts this much after now, and the uncertainty more, tells that now is early.
    static let ahead = Duration.seconds(10)
    static let ticketsNeeded = 3
    static let window = Duration.seconds(600)

    private struct Proof: Hashable, Sendable {
        let offset: Int64
        let at: Int64
    }

    private var proofs: [TicketID: Proof] = [:]

    /// Adds what a token proves: the offset would be at least this.
    ///
    /// - Parameters:
    ///   - offset: the token's start less milliseconds since boot.
    ///   - boot: when it was shown.
    /// - Returns: the median of the offsets that enough different tickets prove; `nil` if there
    ///   are not enough yet.
    mutating func add(_ ticket: TicketID, offset: Int64, at boot: Int64) -> Int64? {
        proofs = proofs.filter { boot - $0.value.at <= Self.window.milliseconds }
        if let earlier = proofs[ticket], earlier.offset > offset { return nil }
        proofs[ticket] = Proof(offset: offset, at: boot)
        guard proofs.count >= Self.ticketsNeeded else { return nil }
        return proofs.values.map(\.offset).sorted()[proofs.count / 2]
    }
}

/// Expired tokens and nothing else: what shows that a clock is fast (PROTOCOL 7).
///
/// Never more tickets than decide.
struct FastEvidence: Hashable, Sendable {
    /// A token must be over for longer than this.
    static let over = Duration.seconds(60)
    static let ticketsNeeded = 20

    private var tickets: Set<TicketID> = []

    /// Counts an expired token; `true` once enough different tickets were expired in a row.
    mutating func add(_ ticket: TicketID) -> Bool {
        tickets.insert(ticket)
        return tickets.count >= Self.ticketsNeeded
    }
}
