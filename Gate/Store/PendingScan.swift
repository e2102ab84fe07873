package import AdmissionRules
import EntryLogFormat
import ManifestFormat
package import Sodium
import TicketModel
package import TokenFormat

/// A scan whose proof has been checked, waiting for its verdict.
package struct PendingScan: Sendable {
    package let credential: Credential
    /// Under which names the manifest may list a static code.
    package let barcodeNames: [[UInt8]]
    package let situation: LaneSituation
    /// What the record shows central: see ``Evidence``.
    package let evidence: [UInt8]

    package init(
        credential: Credential,
        barcodeNames: [[UInt8]] = [],
        situation: LaneSituation,
        evidence: [UInt8]
    ) {
        self.credential = credential
        self.barcodeNames = barcodeNames
        self.situation = situation
        self.evidence = evidence
    }

    /// What the record of a verdict carries: of a static code that was not admitted also its name
    /// in the manifest, so that central can tell rejected codes apart before it opens any.
    func evidence(recordedWith code: VerdictCode) -> [UInt8] {
        switch credential {
        case .token, .unproven: return evidence
        case .ownCode, .imported:
            guard code != .success else { return evidence }
            let unknown = [UInt8](repeating: 0, count: BarcodeHash.length)
            return (barcodeNames.first ?? unknown) + evidence
        }
    }

    /// A scan with the proof that was checked for it.
    package init(_ proof: Proof, situation: LaneSituation, evidence: [UInt8]) {
        self.init(
            credential: proof.credential,
            barcodeNames: proof.barcodeNames,
            situation: situation,
            evidence: evidence
        )
    }
}

/// A verdict, and where its record stands.
package struct SettledScan: Sendable {
    package let decision: Decision
    /// The record's sequence number; `nil` if there is none, and then nobody was admitted.
    package let sequence: UInt64?
    /// The manifest that was in force; 0 if there was none.
    package let manifest: Int64
    /// With ERROR: what failed.
    package let fault: StorageFault?

    init(decision: Decision, sequence: UInt64?, manifest: Int64, fault: StorageFault? = nil) {
        self.decision = decision
        self.sequence = sequence
        self.manifest = manifest
        self.fault = fault
    }
}

/// What a record carries so that central can see what was shown (PROTOCOL 9.1).
package enum Evidence {
    /// Sealed evidence may have ``EntryRecord/evidenceBytesMax`` bytes, 48 of them the box's.
    package static let sealedBytesMax = 208

    /// Types 1, 3 and 4 in clear: they are over in a minute, and anyone can check that the ticket
    /// was shown.
    ///
    /// Everything else may be good for longer, or may be anything at all, and is sealed to
    /// central.
    ///
    /// - Parameter text: the scanner's text; beyond ``sealedBytesMax`` bytes the rest is left out.
    package static func of(
        _ text: [UInt8],
        code: ScannedCode,
        sealedTo box: BoxPublicKey
    ) -> [UInt8] {
        switch code {
        case .token(let token):
            switch token.fields.type {
            case .live, .holder, .holderFull: token.bytes
            case .paper: box.seal(token.bytes)
            }
        case .wallet: box.seal(Array(text.prefix(sealedBytesMax)))
        case .ownCode(let code): box.seal(Array(code.text.utf8))
        case .imported(let barcode): box.seal(barcode.bytes)
        case .malformed, .unsupported:
            text.isEmpty ? [] : box.seal(Array(text.prefix(sealedBytesMax)))
        }
    }
}
