public import Sodium
public import TicketModel

/// What a key may sign (PROTOCOL 1); one key has one role.
public enum KeyRole: String, CaseIterable, Hashable, Sendable {
    case live, paper, cred, manifest, fresh
    case deviceCA = "device-ca"
    case receipt
}

/// A key as the trust list vouches for it.
public struct TrustedKey: Hashable, Sendable {
    public let key: PublicKey
    public let role: KeyRole
    /// The one event that a live, paper or cred key signs for; `nil` for the other roles.
    public let event: EventID?
    /// Usable for objects dated from here on.
    public let notBefore: Timestamp
    /// Not usable for objects dated from here on.
    public let expires: Timestamp
    /// From this instant on it is not to be believed.
    public let revoked: Timestamp?

    public init(
        key: PublicKey,
        role: KeyRole,
        event: EventID?,
        notBefore: Timestamp,
        expires: Timestamp,
        revoked: Timestamp?
    ) {
        self.key = key
        self.role = role
        self.event = event
        self.notBefore = notBefore
        self.expires = expires
        self.revoked = revoked
    }

    /// Whether an object dated `instant` may bear this key's signature.
    ///
    /// Revoked PAPER and cred keys are not usable at all: their holders may have dated at will.
    public func isUsable(at instant: Timestamp) -> Bool {
        guard instant >= notBefore, instant < expires else { return false }
        guard let revoked else { return true }
        switch role {
        case .paper, .cred: return false
        case .live, .manifest, .fresh, .deviceCA, .receipt: return instant < revoked
        }
    }
}

/// A device that was revoked, and from when.
public struct RevokedDevice: Hashable, Sendable {
    public let device: DeviceName
    public let since: Timestamp

    public init(device: DeviceName, since: Timestamp) {
        self.device = device
        self.since = since
    }
}

/// The keys that a gate believes, signed by the root keys (PROTOCOL 4).
public struct TrustList: Hashable, Sendable {
    public static let keysMax = 4096

    public let version: Int64
    public let issued: Timestamp
    public let expires: Timestamp
    /// How many root keys must sign.
    public let threshold: Int
    public let roots: [PublicKey]
    public let keys: [TrustedKey]
    /// Central's key for sealed evidence.
    public let logBox: BoxPublicKey
    public let revokedDevices: [RevokedDevice]

    public init(
        version: Int64,
        issued: Timestamp,
        expires: Timestamp,
        threshold: Int,
        roots: [PublicKey],
        keys: [TrustedKey],
        logBox: BoxPublicKey,
        revokedDevices: [RevokedDevice]
    ) {
        self.version = version
        self.issued = issued
        self.expires = expires
        self.threshold = threshold
        self.roots = roots
        self.keys = keys
        self.logBox = logBox
        self.revokedDevices = revokedDevices
    }

    /// The key that a token names; there is never more than one.
    public func key(_ id: KeyID) -> TrustedKey? {
        keys.first { $0.key.keyID == id }
    }

    /// The keys of a role that objects dated `instant` may be signed with.
    public func keys(for role: KeyRole, at instant: Timestamp) -> [PublicKey] {
        keys.filter { $0.role == role && $0.isUsable(at: instant) }.map(\.key)
    }

    /// The root keys' fingerprint, which a device learns at enrolment and pins.
    public static func rootHash(of roots: [PublicKey]) -> [UInt8] {
        let sorted = roots.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        return Hash.b2(32, [Array("st1/root\0".utf8)] + sorted)
    }
}
