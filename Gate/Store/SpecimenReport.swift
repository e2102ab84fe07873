import AdmissionRules
package import ManifestFormat
package import TicketModel
import TokenFormat
import TrustFormat

/// How a gate decides the specimens of its manifest (PROTOCOL 5.6).
package struct SpecimenReport: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The verdict that it must have.
        case right
        case wrong(VerdictCode)
        /// The manifest has none, the barcode key is not there yet, or the key that signed it is no
        /// longer believed: says nothing about this gate.
        case unchecked
    }

    package private(set) var outcomes: [Specimen: Outcome] = [:]

    /// Nothing was found wrong.
    package var isGood: Bool { wrong == nil }

    /// The first specimen with another verdict than it must have.
    package var wrong: (Specimen, VerdictCode)? {
        for specimen in Specimen.allCases {
            if case .wrong(let verdict) = outcomes[specimen] { return (specimen, verdict) }
        }
        return nil
    }

    init() {}

    /// Decides every specimen as a lane would, for a hall that the class of specimens may enter.
    ///
    /// - Parameter codes: what each specimen is shown with.
    init(
        _ manifest: ManifestFile,
        codes: [Specimen: String],
        trust: TrustList,
        barcodeKey: [UInt8]?
    ) throws(StorageFault) {
        let halls = Set(manifest.access(of: .specimen).map(\.hall))
        for specimen in Specimen.allCases {
            guard let text = codes[specimen], let open = halls.min(),
                specimen != .barcode || barcodeKey != nil
            else {
                outcomes[specimen] = .unchecked
                continue
            }
            let closed = (1...UInt16.max).lazy.map { HallNumber($0) }.first { !halls.contains($0) }
            let hall = specimen == .hall ? closed ?? open : open
            let code = ScannedCode(Array(text.utf8))
            let proof = Proof(
                code,
                trust: trust,
                event: manifest.metadata.event,
                secrets: EventSecrets(barcodeKey: barcodeKey),
                facts: try manifest.proofFacts(for: code)
            )
            outcomes[specimen] = try Self.outcome(specimen, proof, manifest, hall: hall)
        }
    }

    private static func outcome(
        _ specimen: Specimen,
        _ proof: Proof,
        _ manifest: ManifestFile,
        hall: HallNumber
    ) throws(StorageFault) -> Outcome {
        let facts = try manifest.facts(
            for: proof.credential,
            barcodeNames: proof.barcodeNames
        )
        let created = manifest.metadata.created
        let situation = LaneSituation(
            event: manifest.metadata.event,
            hall: hall,
            gate: GateNumber(1),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: created,
                uncertainty: .zero,
                state: .synced,
                floor: created,
                monotonic: 0
            ),
            isIsolated: false
        )
        let decision = decide(proof.credential, facts: facts, situation: situation)
        // Anything but SPECIMEN would admit, or refuse, a ticket that is nobody's.
        if decision.code == .specimen {
            let judged = decision.rehearsed?.code ?? .specimen
            return judged == specimen.expected ? .right : .wrong(judged)
        }
        switch decision.detail {
        // The key was retired since: that is the trust list's matter, and no fault of the rules.
        case .unknownKey, .wrongRole: return .unchecked
        default: return .wrong(decision.code)
        }
    }
}
