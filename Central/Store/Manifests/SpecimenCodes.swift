import ManifestFormat
package import TicketModel
import TokenFormat

/// Makes what the specimens of an event are shown with (PROTOCOL 5.6); nothing of it is stored.
struct SpecimenCodes: Sendable {
    let keys: EventKeys
    let codes: TicketCodes

    /// - Parameter created: when the event was made, so that the codes are the same ever after.
    func text(of specimen: Specimen, created: Timestamp) throws(StoreError) -> String {
        let ticket = specimen.ticket(of: keys.event)
        guard specimen != .barcode else { return ownCode(of: ticket).text }
        let fields = created.tokenSeconds.flatMap { start in
            TokenFields(
                type: .paper,
                keyID: keys.paperID,
                ticket: ticket,
                start: start,
                life: .none,
                generation: Generation(0),
                accessClass: .specimen
            )
        }
        guard let fields else {
            throw .invalid([InvalidValue("", "the event was made outside 1970 to 2106")])
        }
        return SignedToken(fields, event: keys.event, key: keys.paper).text
    }

    func rows(created: Timestamp, halls: [HallNumber]) throws(StoreError) -> SpecimenRows {
        var meta: [ManifestRow] = []
        for specimen in Specimen.allCases {
            let text = try text(of: specimen, created: created)
            meta.append(ManifestRow(.meta, [.text(specimen.metaKey), .text(text)]))
        }
        let code = ownCode(of: Specimen.barcode.ticket(of: keys.event))
        let hash = TicketCodes.hash(of: code, keys)
        return SpecimenRows(
            meta: meta,
            small: Specimen.smallRows(halls: halls),
            tickets: Specimen.allCases.map { $0.row(of: keys.event).row },
            codes: [Specimen.codeRow(hash: hash, of: keys.event).row]
        )
    }

    private func ownCode(of ticket: TicketID) -> OwnCode { codes.ownCode(ticket, Generation(0)) }
}

/// The rows that specimens add to a manifest.
struct SpecimenRows: Hashable, Sendable {
    let meta: [ManifestRow]
    /// Class and windows.
    let small: [ManifestRow]
    let tickets: [ManifestRow]
    let codes: [ManifestRow]
}

/// A specimen as staff print it.
package struct SpecimenCode: Hashable, Sendable {
    package let kind: String
    package let ticket: TicketID
    /// The verdict that a gate in order gives.
    package let expected: VerdictCode
    /// A PAPER token, or an own static code.
    package let text: String
}
