import Database
import EntryLogFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// Whether an admission by a LIVE token comes with that token, genuine (PROTOCOL 9.4, rule 3).
///
/// Other forms carry their evidence sealed to central; it is opened in an audit of its own.
struct EvidenceChecker: Sendable {
    private let liveKeys: [KeyID: TrustedKey]

    /// Knows the public halves of all live keys there are, old and revoked ones too.
    init(_ connection: any SQLConnection) throws {
        let keys = try connection.rows(
            "SELECT event, pub, nbf, exp, revoked FROM signing_key WHERE role = 'live'"
        ) { row in
            let key = TrustedKey(
                key: try row.parsed(1, try row.blob(1)) { PublicKey(bytes: $0) },
                role: .live,
                event: try row.id(0),
                notBefore: try row.time(2),
                expires: try row.time(3),
                revoked: try row.timeIfAny(4)
            )
            return (key.key.keyID, key)
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
            live.event == record.event, live.isUsable(at: token.fields.startTime)
        else { return true }
        return token.verified(by: live.key, event: record.event) == nil
    }
}
