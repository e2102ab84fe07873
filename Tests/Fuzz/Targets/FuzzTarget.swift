import Encodings
import EntryLogFormat
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// What is fed with arbitrary bytes: everything that a gate or central reads from strangers.
///
/// Each either refuses the bytes or takes them, and then what it took, written again, reads as the
/// same; a trap, an endless loop or a failed `check` is a finding.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The text of a scan.
    case code
    /// A DSSE envelope as it comes over the wire.
    case envelope
    /// The signed payload of manifest metadata.
    case manifest
    /// The signed payload of an entry record.
    case entry
    /// The signed payload of a trust list.
    case trust

    /// Inputs that are longer teach nothing: every format has its limit far below.
    package static let inputBytesMax = 1 << 16

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .code: Self.code(bytes)
        case .envelope: Self.envelope(bytes)
        case .manifest: Self.manifest(bytes)
        case .entry: Self.entry(bytes)
        case .trust: Self.trust(bytes)
        }
    }

    /// Signs what a format expects signed, so that the bytes get as far as a stolen key would.
    private static let key: SigningKey = {
        guard let key = SigningKey(seed: [UInt8](repeating: 7, count: 32)) else {
            preconditionFailure("32 bytes make a key")
        }
        return key
    }()

    private static let event = EventID(high: 1, low: 2)

    private static func envelope(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(json: bytes) else { return }  // refused, as it may be
        check((try? Envelope(json: envelope.json)) == envelope, "an envelope reads back")
        for type in PayloadType.allCases {
            // Nobody has the key to make these hold by chance.
            check(
                (try? envelope.opened(as: type, by: [key.publicKey])) == nil
                    || envelope.signatures.count > 0,
                "no payload without a signature"
            )
        }
    }

    private static func manifest(_ bytes: [UInt8]) {
        let envelope = Envelope(.manifest, payload: bytes, signedBy: [key])
        // Refusing is as good as taking here, and below.
        guard let metadata = try? ManifestMetadata(envelope, by: [key.publicKey]) else { return }
        let again = Envelope(.manifest, payload: metadata.payload, signedBy: [key])
        check(
            (try? ManifestMetadata(again, by: [key.publicKey])) == metadata,
            "metadata read back"
        )
    }

    private static func entry(_ bytes: [UInt8]) {
        guard let record = try? EntryRecord(stored: bytes) else { return }  // refused
        check((try? EntryRecord(stored: record.payload)) == record, "a record reads back")
        let signed = record.signed(by: key)
        check(
            (try? SignedRecord(signed.envelope, device: record.device, key: key.publicKey))
                == signed,
            "a signed record reads back"
        )
    }

    private static func trust(_ bytes: [UInt8]) {
        let envelope = Envelope(.trust, payload: bytes, signedBy: [key])
        let pinned = TrustList.rootHash(of: [key.publicKey])
        guard let list = try? TrustList(envelope, pinnedTo: pinned) else { return }  // refused
        let again = Envelope(.trust, payload: list.payload, signedBy: [key])
        check((try? TrustList(again, pinnedTo: pinned)) == list, "a trust list reads back")
    }

    private static func code(_ bytes: [UInt8]) {
        for source in [CodeSource.scanner, .typed] {
            switch ScannedCode(bytes, source: source) {
            case .token(let token):
                // One token has one text: what it was read from says no more than its bytes.
                check(UnverifiedToken(bytes: token.bytes) == token, "a token reads back")
                // Nobody in here can sign for this key.
                check(token.verified(by: key.publicKey, event: event) == nil, "no forged token")
                check(
                    token.verified(byHolder: key.publicKey, event: event) == nil,
                    "no forged token of a phone"
                )
            case .wallet(let code):
                check(code.paper.fields.type == .paper, "a pass holds a PAPER token")
                let walletKey = [UInt8](repeating: 7, count: WalletCode.walletKeyLength)
                // A fault is what every input but a forgery comes to.
                let proven = try? code.verified(
                    by: key.publicKey,
                    event: event,
                    walletKey: walletKey
                )
                check(proven == nil, "no forged pass")
            case .ownCode(let code):
                check(
                    ScannedCode(Array(code.text.utf8)) == .ownCode(code),
                    "an own code reads back"
                )
            case .imported(let barcode):
                check((4...128).contains(barcode.bytes.count), "a barcode has 4 to 128 bytes")
            case .malformed, .unsupported: break
            }
        }
    }

    static func check(_ holds: Bool, _ claim: String) {
        precondition(holds, claim)
    }
}
