import Database
import EntryLogFormat
import Sodium
import TicketModel
import TokenFormat

/// Whether an admission by a LIVE token comes with that token, genuine (PROTOCOL 9.4, rule 3).
///
/// Other forms carry their evidence sealed to central; it is opened in an audit of its own.
struct EvidenceChecker: Sendable {
    private let liveKeys: [KeyID: (event: EventID, key: PublicKey)]

    /// Knows the public halves of all live keys there are.
    init(_ connection: any SQLConnection) throws {
        let keys = try connection.rows(
            "SELECT event, pub FROM signing_key WHERE role = 'live'"
        ) { row in
            let event: EventID = try row.id(0)
            let key = try row.parsed(1, try row.blob(1)) { PublicKey(bytes: $0) }
            return (key.keyID, (event: event, key: key))
        }
        // Central never makes two keys with one id.
        liveKeys = Dictionary(keys) { first, _ in first }
    }

    /// Whether a record has to carry evidence that central can check by itself.
    static func isDue(in record: EntryRecord) -> Bool {
        guard case .scan(let scan) = record.body else { return false }
        return scan.code == .success && scan.form == .live
    }

    /// Whether evidence is due, and missing or false.
    func isMissing(in record: EntryRecord) -> Bool {
        guard Self.isDue(in: record), case .scan(let scan) = record.body else { return false }
        guard let token = UnverifiedToken(bytes: scan.evidence), token.fields.type == .live,
            token.fields.ticket == scan.ticket, let live = liveKeys[token.fields.keyID],
            live.event == record.event
        else { return true }
        return token.verified(by: live.key, event: record.event) == nil
    }
}
