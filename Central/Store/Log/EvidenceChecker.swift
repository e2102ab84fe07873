import EntryLogFormat
import Sodium
import TicketModel
import TokenFormat

/// Whether an admission by a LIVE token comes with that token, genuine (PROTOCOL 9.4, rule 3).
///
/// Other forms carry their evidence sealed to central; it is opened in an audit, not on upload.
struct EvidenceChecker: Sendable {
    private let liveKeys: [EventID: LiveKey]

    private struct LiveKey {
        let key: PublicKey
        let id: KeyID
    }

    /// - Parameter liveKeys: of every event that an upload may name.
    init(_ liveKeys: [EventID: PublicKey]) {
        self.liveKeys = liveKeys.mapValues { LiveKey(key: $0, id: $0.keyID) }
    }

    func isMissing(in record: EntryRecord) -> Bool {
        guard case .scan(let scan) = record.body, scan.code == .success, scan.form == .live else {
            return false
        }
        guard let token = UnverifiedToken(bytes: scan.evidence), token.fields.type == .live,
            token.fields.ticket == scan.ticket, let key = liveKeys[record.event],
            token.fields.keyID == key.id
        else { return true }
        return token.verified(by: key.key, event: record.event) == nil
    }
}
