import EntryLogFormat
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// Whether an admission comes with the code that was shown, genuine (PROTOCOL 9.4, rule 3).
///
/// LIVE, HOLDER and HOLDER_FULL tokens stand in the record as they are; all other forms are sealed
/// to central, and opened here.
struct EvidenceChecker: Sendable {
    /// What the checks rest on; read before any of them runs.
    struct Basis: Sendable {
        /// Every key that ever signed tokens: old ones and revoked ones too.
        var keys: [KeyID: TrustedKey] = [:]
        /// Every key that the tickets of HOLDER codes were ever bound to.
        var holders: [TicketID: [PublicKey]] = [:]
        var secrets: [EventID: Secrets] = [:]
        /// Open what was sealed to central, the newest first.
        var boxes: [BoxKey] = []
    }

    struct Secrets: Sendable {
        var barcodeKey: [UInt8]?
        var walletKey: [UInt8]?
        /// How the event's imported barcodes are hashed.
        var imports: Set<ImportRule> = []
    }

    /// What a look at one record found.
    enum Finding: Hashable, Sendable {
        case sound
        /// Evidence is due, and missing or false.
        case missing
        /// A static code: sound if one of these names belongs to the ticket.
        case code(names: [[UInt8]], ticket: TicketID)
    }

    let basis: Basis

    /// Whether a record has to carry evidence that central can check.
    static func isDue(in record: EntryRecord) -> Bool {
        guard case .scan(let scan) = record.body else { return false }
        return scan.code == .success
    }

    func finding(on record: EntryRecord) -> Finding {
        guard Self.isDue(in: record), case .scan(let scan) = record.body else { return .sound }
        guard let ticket = scan.ticket, let form = scan.form else { return .missing }
        switch form {
        case .live, .holder, .holderFull:
            return isGenuine(scan.evidence, form, of: ticket, record) ? .sound : .missing
        case .paper:
            guard let opened = open(scan.evidence) else { return .missing }
            return isGenuine(opened, form, of: ticket, record) ? .sound : .missing
        case .wallet:
            guard let opened = open(scan.evidence) else { return .missing }
            return isGenuineWallet(opened, of: ticket, record) ? .sound : .missing
        case .ownCode, .imported:
            guard let opened = open(scan.evidence) else { return .missing }
            let names = names(of: opened, form, at: record.event)
            return names.isEmpty ? .missing : .code(names: names, ticket: ticket)
        }
    }

    private func isGenuine(
        _ bytes: [UInt8],
        _ form: CodeForm,
        of ticket: TicketID,
        _ record: EntryRecord
    ) -> Bool {
        guard let token = UnverifiedToken(bytes: bytes), token.fields.form == form,
            token.fields.ticket == ticket, let key = key(of: token.fields, record)
        else { return false }
        switch token.fields.type {
        case .live, .paper, .holderFull:
            return token.verified(by: key, event: record.event) != nil
        case .holder:
            // The token carries a tag of the key, and nobody is bound to many.
            return (basis.holders[ticket] ?? []).contains {
                token.verified(byHolder: $0, event: record.event) != nil
            }
        }
    }

    private func isGenuineWallet(
        _ text: [UInt8],
        of ticket: TicketID,
        _ record: EntryRecord
    ) -> Bool {
        guard case .wallet(let code) = ScannedCode(text), code.paper.fields.ticket == ticket,
            let key = key(of: code.paper.fields, record),
            let walletKey = basis.secrets[record.event]?.walletKey
        else { return false }
        // Signature or password: neither makes it genuine alone.
        return (try? code.verified(by: key, event: record.event, walletKey: walletKey)) != nil
    }

    /// The key that a token names, if it could sign such a token for this admission.
    private func key(of fields: TokenFields, _ record: EntryRecord) -> PublicKey? {
        let role: KeyRole =
            switch fields.type {
            case .live: .live
            case .paper: .paper
            case .holder, .holderFull: .cred
            }
        guard let key = basis.keys[fields.keyID], key.role == role, key.event == record.event,
            key.notBefore <= fields.startTime, fields.startTime < key.expires
        else { return nil }
        // What was admitted before a key was revoked was admitted rightly.
        guard let revoked = key.revoked else { return key.key }
        let time = role == .live ? fields.startTime : record.time
        return time < revoked ? key.key : nil
    }

    private func open(_ sealed: [UInt8]) -> [UInt8]? {
        for box in basis.boxes {
            if let opened = box.open(sealed) { return opened }
        }
        return nil
    }

    /// The names under which the manifest may have listed a static code.
    private func names(of bytes: [UInt8], _ form: CodeForm, at event: EventID) -> [[UInt8]] {
        guard let secrets = basis.secrets[event], let key = secrets.barcodeKey else { return [] }
        if form == .ownCode {
            guard OwnCode(text: bytes) != nil else { return [] }
            return [BarcodeHash.hash(of: bytes, event: event, key: key)]
        }
        let rules = secrets.imports.union([.exact]).sorted()
        return rules.compactMap { $0.name(of: bytes, event: event, key: key) }
    }
}
