import Encodings
public import Sodium
public import TicketModel

/// One difference between two trust lists, for people who decide whether to sign the later one.
public enum TrustChange: Hashable, Sendable {
    case key(TrustedKey, KeyChange)
    case root(PublicKey, isAdded: Bool)
    case threshold(from: Int, to: Int)
    case logBox(BoxPublicKey)
    case deviceRevoked(RevokedDevice)
    /// A device that was revoked is believed again.
    case deviceRestored(DeviceName)

    public enum KeyChange: Hashable, Sendable {
        case added
        /// Gates forget it: its signatures are not believed any more.
        case removed
        case revoked(Timestamp)
        /// A key that was revoked, or revoked earlier, is believed again.
        case revocationWeakened
        /// Other instants between which it is usable.
        case dates(from: TrustedKey)
    }

    /// Whether this takes back what protected gates, which no honest list does.
    public var isWeakening: Bool {
        switch self {
        case .deviceRestored, .key(_, .revocationWeakened): true
        case .key, .root, .threshold, .logBox, .deviceRevoked: false
        }
    }

    /// What `next` changes against `current`; without a current list, all that it says.
    ///
    /// Keys of `current` that had run out by the time `next` was issued may go without a word.
    public static func changes(from current: TrustList?, to next: TrustList) -> [TrustChange] {
        roots(current, next) + keys(current, next) + rest(current, next)
    }

    private static func roots(_ current: TrustList?, _ next: TrustList) -> [TrustChange] {
        let old = current?.roots ?? []
        var changes = next.roots.filter { !old.contains($0) }.map { root($0, isAdded: true) }
        changes += old.filter { !next.roots.contains($0) }.map { root($0, isAdded: false) }
        if let current, current.threshold != next.threshold {
            changes.append(.threshold(from: current.threshold, to: next.threshold))
        }
        return changes
    }

    private static func keys(_ current: TrustList?, _ next: TrustList) -> [TrustChange] {
        let old = Dictionary((current?.keys ?? []).map { ($0.key, $0) }) { first, _ in first }
        let new = Set(next.keys.map(\.key))
        var changes: [TrustChange] = []
        for key in next.keys {
            guard let before = old[key.key] else {
                changes.append(.key(key, .added))
                if let revoked = key.revoked { changes.append(.key(key, .revoked(revoked))) }
                continue
            }
            if before.role != key.role || before.event != key.event {
                changes += [.key(before, .removed), .key(key, .added)]
            }
            if before.notBefore != key.notBefore || before.expires != key.expires {
                changes.append(.key(key, .dates(from: before)))
            }
            changes += revocation(of: key, before: before)
        }
        for key in current?.keys ?? [] where !new.contains(key.key) && key.expires > next.issued {
            changes.append(.key(key, .removed))
        }
        return changes
    }

    private static func revocation(of key: TrustedKey, before: TrustedKey) -> [TrustChange] {
        switch (before.revoked, key.revoked) {
        case (nil, nil): []
        case (nil, let now?): [.key(key, .revoked(now))]
        case (_?, nil): [.key(key, .revocationWeakened)]
        case (let old?, let now?):
            now == old ? [] : [.key(key, now < old ? .revoked(now) : .revocationWeakened)]
        }
    }

    private static func rest(_ current: TrustList?, _ next: TrustList) -> [TrustChange] {
        var changes: [TrustChange] = []
        if current?.logBox != next.logBox { changes.append(.logBox(next.logBox)) }
        let old = current?.revokedDevices ?? []
        changes += next.revokedDevices.filter { !old.contains($0) }.map { .deviceRevoked($0) }
        let named = Set(next.revokedDevices.map(\.device))
        changes += old.filter { !named.contains($0.device) }.map { .deviceRestored($0.device) }
        return changes
    }
}
