package import Sodium
package import TicketModel
import TrustFormat

/// The keys that sign for one event at one instant, opened.
package struct EventKeys: Sendable {
    package let event: EventID
    package let live: SigningKey
    package let paper: SigningKey
    /// Signs holder credentials (type 4).
    package let cred: SigningKey
    package let liveID: KeyID
    package let paperID: KeyID
    package let credID: KeyID
    /// Hashes static codes for the manifest; 32 bytes.
    package let barcodeKey: [UInt8]

    init(
        event: EventID,
        live: SigningKey,
        paper: SigningKey,
        cred: SigningKey,
        barcodeKey: [UInt8]
    ) {
        self.event = event
        self.live = live
        self.paper = paper
        self.cred = cred
        self.barcodeKey = barcodeKey
        liveID = live.publicKey.keyID
        paperID = paper.publicKey.keyID
        credID = cred.publicKey.keyID
    }
}

/// All keys of one event that may sign some time, opened.
struct EventKeyBook: Sendable {
    let event: EventID
    let live: SignerLine
    let paper: SignerLine
    let cred: SignerLine
    let barcodeKey: [UInt8]

    /// `nil` while no trust list in force names a key of every role.
    func keys(at now: Timestamp) -> EventKeys? {
        guard let live = live.signer(at: now), let paper = paper.signer(at: now),
            let cred = cred.signer(at: now)
        else { return nil }
        return EventKeys(
            event: event,
            live: live.key,
            paper: paper.key,
            cred: cred.key,
            barcodeKey: barcodeKey
        )
    }
}

/// The keys that central itself signs with, and the secrets of no event; opened.
struct SeasonKeys: Sendable {
    let manifest: SignerLine
    let fresh: SignerLine
    let deviceCA: SignerLine
    let receipt: SignerLine
    /// Newest first; older ones still open what was sealed to them.
    let logBoxes: [BoxKey]
    /// Own static codes are derived from it.
    let codeSecret: [UInt8]
    /// Links of the holder page are derived from it.
    let linkSecret: [UInt8]
    /// The roots whose fingerprint devices pin.
    let roots: [PublicKey]
}

/// The keys that central signs with at one instant.
struct SeasonSigners: Sendable {
    let manifest: SigningKey
    let fresh: SigningKey
    let deviceCA: SigningKey
    let receipt: SigningKey
    /// The first trust list that vouches for ``manifest``.
    let manifestTrustMin: Int64
}

/// What a row of `signing_key` may be; raw values are stored.
enum StoredRole: String, CaseIterable, Sendable {
    case root, live, paper, cred, manifest, fresh
    case deviceCA = "device-ca"
    case receipt

    /// The roles that central holds one line of keys of, whatever the event.
    static let season: [StoredRole] = [.manifest, .fresh, .deviceCA, .receipt]
    static let ofEvent: [StoredRole] = [.live, .paper, .cred]

    init(_ role: KeyRole) {
        self =
            switch role {
            case .live: .live
            case .paper: .paper
            case .cred: .cred
            case .manifest: .manifest
            case .fresh: .fresh
            case .deviceCA: .deviceCA
            case .receipt: .receipt
            }
    }

    /// As the trust list names it; roots stand apart.
    var role: KeyRole? {
        switch self {
        case .root: nil
        case .live: .live
        case .paper: .paper
        case .cred: .cred
        case .manifest: .manifest
        case .fresh: .fresh
        case .deviceCA: .deviceCA
        case .receipt: .receipt
        }
    }
}

/// What a row of `secret` may be; raw values are stored.
enum SecretRole: String, CaseIterable, Sendable {
    case logBox = "log_box"
    case code, link, barcode, wallet

    static let season: [SecretRole] = [.logBox, .code, .link]
}

/// The signed trust list in force.
package struct CurrentTrust: Hashable, Sendable {
    package let version: Int64
    package let expires: Timestamp
    /// The envelope's JSON, as it is served.
    package let envelope: [UInt8]
}
