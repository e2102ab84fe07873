import Database
import EntryLogFormat
import ManifestFormat
import Sodium
import TicketModel
import TrustFormat

extension EvidenceChecker {
    /// Reads all that the evidence of `records` is checked against.
    init(
        for records: [EntryRecord],
        _ keys: KeyRing,
        _ connection: any SQLConnection
    ) throws {
        var basis = Basis()
        basis.boxes = keys.seasonKeys.logBoxes
        for key in try Self.tokenKeys(connection) { basis.keys[key.key.keyID] = key }
        for record in records {
            guard case .scan(let scan) = record.body, Self.isDue(in: record),
                let ticket = scan.ticket, let form = scan.form
            else { continue }
            switch form {
            case .live, .paper, .holderFull: continue
            case .holder where basis.holders[ticket] == nil:
                basis.holders[ticket] = try Self.holders(of: ticket, connection)
            case .holder: continue
            case .wallet, .ownCode, .imported:
                guard basis.secrets[record.event] == nil else { continue }
                basis.secrets[record.event] = try Self.secrets(
                    of: record.event,
                    keys.vault,
                    connection
                )
            }
        }
        self.init(basis: basis)
    }

    private static func tokenKeys(_ connection: any SQLConnection) throws -> [TrustedKey] {
        try connection.rows(
            """
            SELECT event, pub, role, nbf, exp, revoked FROM signing_key
            WHERE role IN ('live', 'paper', 'cred')
            """
        ) { row in
            TrustedKey(
                key: try row.parsed(1, try row.blob(1)) { PublicKey(bytes: $0) },
                role: try row.parsed(2, try row.text(2)) { StoredRole(rawValue: $0)?.role },
                event: try row.id(0),
                notBefore: try row.time(3),
                expires: try row.time(4),
                revoked: try row.timeIfAny(5)
            )
        }
    }

    private static func holders(
        of ticket: TicketID,
        _ connection: any SQLConnection
    ) throws -> [PublicKey] {
        try connection.rows("SELECT pub FROM holder_key WHERE ticket = ?", [.id(ticket)]) { row in
            try row.parsed(0, try row.blob(0)) { PublicKey(bytes: $0) }
        }
    }

    private static func secrets(
        of event: EventID,
        _ vault: KeyVault,
        _ connection: any SQLConnection
    ) throws -> Secrets {
        let imports = try connection.rows(
            "SELECT DISTINCT fold, slow FROM barcode_import WHERE event = ?",
            [.id(event)]
        ) { row in
            ImportRule(
                fold: try row.parsed(0, try row.text(0)) { ImportRule.Fold(rawValue: $0) },
                isSlow: try row.flag(1)
            )
        }
        return Secrets(
            barcodeKey: try vault.secret(.barcode, event: event, connection),
            walletKey: try vault.secret(.wallet, event: event, connection),
            imports: Set(imports)
        )
    }

    /// Whether a finding leaves a record without valid evidence, once codes were looked up.
    static func isMissing(
        _ finding: Finding,
        in event: EventID,
        _ connection: any SQLConnection
    ) throws -> Bool {
        switch finding {
        case .sound: return false
        case .missing: return true
        case .code(let names, let ticket):
            return try !names.contains { name in
                let named: TicketID? = try connection.first(
                    "SELECT ticket FROM ticket_code WHERE event = ? AND h = ?",
                    [.id(event), .blob(name)]
                ) { try $0.id(0) }
                return named == ticket
            }
        }
    }
}
