import EntryLogFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// Whether an admission by a LIVE token comes with that token, genuine (PROTOCOL 9.4, rule 3).
///
/// Other forms carry their evidence sealed to central; it is opened in an audit, not on upload.
struct EvidenceChecker: Sendable {
    private let liveKeys: [KeyID: TrustedKey]

    /// - Parameter liveKeys: of every event that an upload may name, old ones and revoked ones too.
    init(_ liveKeys: [TrustedKey]) {
        self.liveKeys = Dictionary(liveKeys.map { ($0.key.keyID, $0) }) { first, _ in first }
    }

    func isMissing(in record: EntryRecord) -> Bool {
        guard case .scan(let scan) = record.body, scan.code == .success, scan.form == .live else {
            return false
        }
        guard let token = UnverifiedToken(bytes: scan.evidence), token.fields.type == .live,
            token.fields.ticket == scan.ticket, let key = liveKeys[token.fields.keyID],
            key.event == record.event, key.isUsable(at: token.fields.startTime)
        else { return true }
        return token.verified(by: key.key, event: record.event) == nil
    }
}
