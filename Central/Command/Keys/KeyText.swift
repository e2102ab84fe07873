import CentralService
import CentralStore
import Encodings
import Sodium
import TicketModel
import TrustFormat
import VenueAPI

/// Keys and trust lists in words for a terminal.
enum KeyText {
    static func json(_ keys: [StoredKey], _ trust: TrustStanding) -> String {
        let list = SigningKeyAPI.List(
            keys: keys.map(SigningKeyAPI.Key.init),
            trust: SigningKeyAPI.Trust(trust)
        )
        return String(decoding: WireJSON.encode(list), as: UTF8.self)
    }

    static func table(_ keys: [StoredKey]) -> String {
        var lines = [
            "KID       ROLE       STANDING          \(padded("USABLE", 44))  EVENT"
        ]
        for key in keys {
            let dates = "\(TrustChange.date(key.notBefore)) to \(TrustChange.date(key.expires))"
            lines.append(
                "\(Hex.encode(key.id.bytes))  \(padded(key.role.rawValue, 9))  "
                    + "\(padded(key.standing.rawValue, 16))  \(dates)  \(key.event?.hex ?? "-")"
            )
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    static func words(_ trust: TrustStanding) -> String {
        var lines: [String] = []
        let roots = trust.list?.roots ?? trust.roots.keys
        let threshold = trust.list?.threshold ?? trust.roots.threshold
        lines.append(
            trust.isOffline
                ? "Root: offline, \(threshold) of \(roots.count) must sign."
                : "Root: online; central signs trust lists itself."
        )
        lines.append("Root fingerprint: \(Hex.encode(TrustList.rootHash(of: roots)))")
        if let list = trust.list {
            lines.append(
                "Trust list \(list.version) is in force, until \(TrustChange.date(list.expires))."
            )
        } else {
            lines.append("No trust list is in force yet: no gate can enrol.")
        }
        if !trust.pending.isEmpty {
            lines.append("PENDING until the root keys sign (keys trust propose, sign, install):")
            lines += trust.pending.map { "  - \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func words(_ change: KeyChange) -> String {
        let key = change.key
        var lines = [
            "\(key.role.rawValue) key \(Hex.encode(key.id.bytes)): \(key.standing.rawValue)."
        ]
        if let start = key.signsFrom, key.standing == .announced {
            lines.append("It signs from \(TrustChange.date(start)).")
        }
        if let signing = change.signing {
            lines.append("Key \(Hex.encode(signing.bytes)) signs now.")
        } else {
            lines.append("NO KEY SIGNS in this role until a trust list is signed and installed.")
        }
        lines.append(
            change.version == nil && !change.awaitsSignature
                ? "Gates know it already." : force(change.version)
        )
        return lines.joined(separator: "\n")
    }

    static func force(_ version: Int64?) -> String {
        version.map { "Trust list \($0) says so." }
            ?? "PENDING: gates learn it when a signed list is installed (keys trust propose)."
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
