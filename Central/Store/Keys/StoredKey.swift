package import Sodium
package import TicketModel
package import TrustFormat

/// A key as the tables hold it, without its private half.
package struct StoredKey: Hashable, Sendable {
    package let key: PublicKey
    package let role: KeyRole
    package let event: EventID?
    package let notBefore: Timestamp
    package let expires: Timestamp
    package let revoked: Timestamp?
    /// The first trust list in force that names it.
    package let listed: Int64?
    package let signsFrom: Timestamp?
    package let standing: Standing

    package var id: KeyID { key.keyID }

    /// What the key does at the instant that was asked for.
    package enum Standing: String, CaseIterable, Hashable, Sendable {
        /// New signatures are made with it.
        case signs
        /// Gates know it; it takes over later.
        case announced
        /// Gates know it; it takes over when it is called for.
        case reserve
        /// No trust list in force names it: the root keys must sign one.
        case awaitsSignature = "awaits-signature"
        /// It signs nothing more; what it has signed holds.
        case retired
        case revoked
        case expired
    }
}

/// What became of a change of keys.
package struct KeyChange: Hashable, Sendable {
    /// The key that was drawn, called for or revoked.
    package let key: StoredKey
    /// The key that signs in its role at the instant of the change; `nil` while none may.
    package let signing: KeyID?
    /// The trust list that says so; `nil` where the roots are offline.
    package let version: Int64?

    /// Gates learn of the change only once the root keys have signed a list; a reserve that is
    /// called for they know already.
    package var awaitsSignature: Bool {
        version == nil && (key.listed == nil || key.revoked != nil)
    }
}

/// The trust list in force, and what it lacks.
package struct TrustStanding: Sendable {
    /// `nil` before the first one was signed.
    package let list: TrustList?
    package let isOffline: Bool
    /// The roots that the next list is to name, and how many of them must sign.
    package let roots: RootSet
    /// What the next list will change.
    package let pending: [TrustChange]
}
