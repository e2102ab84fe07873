import EntryLogFormat
import Sodium
import TicketModel
import TokenFormat

/// Whether an admission by a LIVE token comes with that token, genuine (PROTOCOL 9.4, rule 3).
///
/// Other forms carry their evidence sealed to central; it is opened in an audit, not on upload.
struct EvidenceChecker: Sendable {
    /// Live keys of the events that an upload names.
    let liveKeys: [EventID: PublicKey]

    func isMissing(in record: EntryRecord) -> Bool {
        guard case .scan(let scan) = record.body, scan.code == .success, scan.form == .live else {
            return false
        }
        guard let token = UnverifiedToken(bytes: scan.evidence), token.fields.type == .live,
            token.fields.ticket == scan.ticket, let key = liveKeys[record.event],
            token.fields.keyID == key.keyID
        else { return true }
        return token.verified(by: key, event: record.event) == nil
    }
}
