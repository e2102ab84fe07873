import Encodings
public import Sodium
public import TicketModel

extension TrustChange: CustomStringConvertible {
    /// One line for people; instants are written in UTC.
    public var description: String {
        switch self {
        case .key(let key, let change): Self.words(key, change)
        case .root(let root, isAdded: true): "root \(Self.name(root)) is added"
        case .root(let root, isAdded: false): "root \(Self.name(root)) is REMOVED"
        case .threshold(let old, let new): "signatures of roots needed: \(new), now \(old)"
        case .logBox(let key): "key for sealed evidence: \(Base64.encodeURL(key.bytes))"
        case .deviceRevoked(let device):
            "device \(device.device) is REVOKED from \(Self.date(device.since))"
        case .deviceRestored(let device): "WARNING: device \(device) is believed again"
        }
    }

    private static func words(_ key: TrustedKey, _ change: KeyChange) -> String {
        let event = key.event.map { " of event \($0.hex)" } ?? ""
        let name = "\(key.role.rawValue) key \(Hex.encode(key.key.keyID.bytes))\(event)"
        return switch change {
        case .added: "\(name) is added, \(date(key.notBefore)) to \(date(key.expires))"
        case .removed: "\(name) is REMOVED"
        case .revoked(let instant): "\(name) is REVOKED from \(date(instant))"
        case .revocationWeakened: "WARNING: the revocation of \(name) is taken back"
        case .dates(let old):
            "\(name) holds \(date(key.notBefore)) to \(date(key.expires)), "
                + "now \(date(old.notBefore)) to \(date(old.expires))"
        }
    }

    /// A root as its owner knows it: key id and public key.
    public static func name(_ root: PublicKey) -> String {
        "\(Hex.encode(root.keyID.bytes)) (\(Base64.encodeURL(root.bytes)))"
    }

    /// `2026-12-31 18:00 UTC`; proleptic Gregorian, by the days of 400-year cycles.
    public static func date(_ instant: Timestamp) -> String {
        func floored(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
            let rest = value % divisor
            return rest < 0 ? (value / divisor - 1, rest + divisor) : (value / divisor, rest)
        }
        let (days, milliseconds) = floored(instant.milliseconds, by: 86_400_000)
        // Years begin in March here, so that the day that is leapt comes last.
        let (cycle, day) = floored(days + 719_468, by: 146_097)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let civilYear = year + cycle * 400 + (civilMonth <= 2 ? 1 : 0)
        let minutes = milliseconds / 60_000
        return "\(civilYear)-\(two(civilMonth))-\(two(dayOfMonth)) "
            + "\(two(minutes / 60)):\(two(minutes % 60)) UTC"
    }

    private static func two(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
