import AdmissionRules
import Encodings
import GateStore
import ManifestFormat
import TicketModel

/// Whether this gate would decide guests as central wants it: what must be true before doors open.
///
/// Healthy is less: a gate without a manifest still records what it is shown.
struct Readiness: Sendable {
    /// What is missing, for people; empty when the gate is ready.
    let missing: [String]
    let specimens: SpecimenReport

    var isReady: Bool { missing.isEmpty }

    init(_ core: GateCore) {
        let reading = core.clock.reading()
        specimens = core.shelf.specimens
        var missing: [String] = []
        if core.identity == nil { missing.append("not enrolled") }
        if let fault = core.settlement.fault { missing.append("journal: \(fault)") }
        if let manifest = core.shelf.current {
            if reading.now >= manifest.facts.expires { missing.append("the manifest has expired") }
        } else {
            missing.append("no manifest in service")
        }
        if let (specimen, verdict) = specimens.wrong {
            missing.append("the specimen '\(specimen.rawValue)' gets \(verdict.name)")
        }
        if let fault = core.manifestFault { missing.append("manifest refused: \(fault)") }
        self.missing = missing
    }

    var json: JSONValue {
        .object([
            .init("ready", .bool(isReady)), .init("missing", .array(missing.map { .string($0) })),
            .init(
                "specimens",
                .object(
                    Specimen.allCases.map { specimen in
                        .init(specimen.rawValue, .string(word(specimens.outcomes[specimen])))
                    }
                )
            ),
        ])
    }

    private func word(_ outcome: SpecimenReport.Outcome?) -> String {
        switch outcome {
        case .right: "right"
        case .wrong(let verdict): verdict.name
        case .unchecked, nil: "unchecked"
        }
    }
}
