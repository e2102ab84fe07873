import Sodium
import TicketModel

/// A private key with what decides when it signs.
struct Signer: Sendable {
    let key: SigningKey
    let expires: Timestamp
    /// The first trust list in force that names it; `nil` while it awaits signature.
    let listed: Int64?
    /// It signs from here on; `nil` keeps it in reserve.
    let signsFrom: Timestamp?
}

/// The keys of one role, of which one signs at a time.
struct SignerLine: Sendable {
    /// Not revoked, in the order in which they were drawn.
    let signers: [Signer]

    /// The key that signs at `now`; `nil` while no trust list in force names any.
    func signer(at now: Timestamp) -> Signer? {
        SignerChoice.choose(
            signers.map {
                .init(
                    value: $0,
                    expires: $0.expires,
                    isListed: $0.listed != nil,
                    from: $0.signsFrom
                )
            },
            at: now
        )
    }

    /// As ``signer(at:)``; a key that awaits signature will do where there is no other.
    func anySigner(at now: Timestamp) -> Signer? {
        signer(at: now) ?? signers.last { now < $0.expires } ?? signers.last
    }
}

/// Which of the keys of a role signs.
///
/// The one that took over last; before any has, the one that will first; then a reserve. When all
/// have run out it is the last one, whose signatures nobody will believe.
struct SignerChoice<Value> {
    let value: Value
    let expires: Timestamp
    let isListed: Bool
    let from: Timestamp?

    /// - Parameter line: keys that were not revoked, in the order in which they were drawn.
    static func choose(_ line: [SignerChoice], at now: Timestamp) -> Value? {
        let listed = line.filter(\.isListed)
        let good = listed.filter { now < $0.expires }
        let chosen =
            latest(good) { $0 <= now } ?? earliest(good) ?? good.first
            ?? latest(listed) { _ in true } ?? listed.last
        return chosen?.value
    }

    /// Of keys that took over at the same instant, the one drawn last.
    private static func latest(
        _ line: [SignerChoice],
        where matches: (Timestamp) -> Bool
    ) -> SignerChoice? {
        var best: (choice: SignerChoice, from: Timestamp)?
        for choice in line {
            guard let from = choice.from, matches(from) else { continue }
            if let held = best, from < held.from { continue }
            best = (choice, from)
        }
        return best?.choice
    }

    private static func earliest(_ line: [SignerChoice]) -> SignerChoice? {
        var best: (choice: SignerChoice, from: Timestamp)?
        for choice in line {
            guard let from = choice.from else { continue }
            if let held = best, held.from <= from { continue }
            best = (choice, from)
        }
        return best?.choice
    }
}
