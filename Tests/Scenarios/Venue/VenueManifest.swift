import AdmissionRules
import FormatVectors
import ManifestFormat
import TicketModel

/// One version of the manifest, as gates hold it: a value, so a gate that is cut off keeps its own.
struct VenueManifest {
    static let barcodeKey = Fixed.seed("barcode key")
    static let walletKey = Fixed.seed("wallet key")

    var version: Int64 = 1
    var created: Timestamp
    var policy = GatePolicy()
    private(set) var tickets: [TicketID: TicketRow] = [:]
    private(set) var codes: [[UInt8]: CodeRow] = [:]
    private(set) var access: [AccessRow] = []
    private(set) var content = ContentHash()

    init(created: Timestamp) {
        self.created = created
    }

    mutating func put(_ row: TicketRow) {
        if let old = tickets[row.id] { content.remove(old.row) }
        content.add(row.row)
        tickets[row.id] = row
    }

    mutating func put(_ row: CodeRow) {
        if let old = codes[row.hash] { content.remove(old.row) }
        content.add(row.row)
        codes[row.hash] = row
    }

    mutating func put(_ row: AccessRow) {
        content.add(row.row)
        access.append(row)
    }

    var facts: ManifestFacts {
        ManifestFacts(
            version: version,
            staleAfter: created + .seconds(900),
            expires: created + .seconds(2 * 86_400),
            policy: policy
        )
    }
}
