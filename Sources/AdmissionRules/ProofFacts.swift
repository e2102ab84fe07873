package import Sodium
import TokenFormat

/// The event's keys that a gate needs for codes which are not signed, or not only; sealed to each
/// device with that duty (PROTOCOL 5.3).
///
/// It never prints itself.
package struct EventSecrets: Sendable, CustomStringConvertible, CustomReflectable {
    /// Hashes static codes, 32 bytes; without it none can be looked up.
    package var barcodeKey: [UInt8]?
    /// Derives the passwords of wallet passes, 32 bytes; without it none is accepted.
    package var walletKey: [UInt8]?

    package static let none = EventSecrets()
    package static let keyLength = WalletCode.walletKeyLength

    package init(barcodeKey: [UInt8]? = nil, walletKey: [UInt8]? = nil) {
        self.barcodeKey = barcodeKey
        self.walletKey = walletKey
    }

    package var description: String { "EventSecrets" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the manifest says that a proof depends on: fetched before the proof is checked.
package struct ProofFacts: Hashable, Sendable {
    /// The holder's key in the row of the ticket that a HOLDER token names; `nil` without a row or
    /// a key.
    package let holder: PublicKey?

    package static let none = ProofFacts()

    package init(holder: PublicKey? = nil) {
        self.holder = holder
    }
}
