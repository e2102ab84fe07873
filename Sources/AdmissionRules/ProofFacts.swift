package import ManifestFormat
package import Sodium
package import TicketModel
package import TokenFormat
package import TrustFormat

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
    /// How imported barcodes stand in the manifest.
    package let imports: Set<ImportRule>

    package static let none = ProofFacts()

    package init(holder: PublicKey? = nil, imports: Set<ImportRule> = [.exact]) {
        self.holder = holder
        self.imports = imports
    }
}

/// All that is costly about one scan, done before anything is locked: signatures, passwords and
/// hashes.
package struct Proof: Hashable, Sendable {
    package let credential: Credential
    /// Under which names the manifest may list a static code, in the order to try them; none if
    /// this gate has no key for them.
    package let barcodeNames: [[UInt8]]

    package init(
        _ code: ScannedCode,
        trust: TrustList,
        event: EventID,
        secrets: EventSecrets,
        facts: ProofFacts
    ) {
        let credential = Credential(
            code,
            trust: trust,
            event: event,
            secrets: secrets,
            facts: facts
        )
        let names = Self.names(of: credential, event, secrets.barcodeKey, facts.imports)
        guard let names else {
            // What cannot be looked up for want of memory is a fault, and no counterfeit.
            self = .failed
            return
        }
        self.init(credential: credential, barcodeNames: names)
    }

    private init(credential: Credential, barcodeNames: [[UInt8]]) {
        self.credential = credential
        self.barcodeNames = barcodeNames
    }

    /// What a proof comes to that could not be checked: an ERROR, and nobody is admitted.
    package static let failed = Proof(
        credential: .unproven(Refusal(.error), claim: nil),
        barcodeNames: []
    )

    private static func names(
        of credential: Credential,
        _ event: EventID,
        _ key: [UInt8]?,
        _ imports: Set<ImportRule>
    ) -> [[UInt8]]? {
        guard let key else { return [] }
        switch credential {
        case .token, .unproven: return []
        case .ownCode(let code):
            return [BarcodeHash.hash(of: Array(code.text.utf8), event: event, key: key)]
        case .imported(let barcode):
            var names: [[UInt8]] = []
            var hashed: Set<HashedText> = []
            for rule in imports.sorted() {
                // Folding changes nothing where there is no lower case: do not hash twice.
                let text = HashedText(bytes: rule.fold.apply(barcode.bytes), isSlow: rule.isSlow)
                guard hashed.insert(text).inserted else { continue }
                guard let name = rule.name(of: barcode.bytes, event: event, key: key) else {
                    return nil
                }
                names.append(name)
            }
            return names
        }
    }

    private struct HashedText: Hashable {
        let bytes: [UInt8]
        let isSlow: Bool
    }
}
