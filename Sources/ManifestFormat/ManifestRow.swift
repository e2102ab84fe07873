import Sodium

/// The five tables whose rows the content hash covers (PROTOCOL 5.1).
public enum ManifestTable: String, CaseIterable, Hashable, Sendable {
    case meta
    case accessClass = "class"
    case access
    case ticket
    case code

    /// Columns in the order in which they are stored, hashed and sent.
    public var columns: [String] {
        switch self {
        case .meta: ["k", "v"]
        case .accessClass: ["id", "name"]
        case .access: ["class", "hall", "gate", "nbf", "exp"]
        case .ticket:
            [
                "id", "class", "status", "gen", "nbf", "exp", "max_uses", "reentry", "methods",
                "home", "holder",
            ]
        case .code: ["h", "ticket", "kind", "gen", "status"]
        }
    }
}

/// One column of a manifest row.
public enum ManifestValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// One row of a manifest table, as the content hash sees it.
public struct ManifestRow: Hashable, Sendable {
    public let table: ManifestTable
    public let values: [ManifestValue]

    public init(_ table: ManifestTable, _ values: [ManifestValue]) {
        precondition(values.count == table.columns.count, "one value a column")
        self.table = table
        self.values = values
    }

    /// Each column as tag, then eight bytes of a number, or length and bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        for value in values {
            switch value {
            case .null: bytes.append(0)
            case .integer(let number):
                bytes.append(1)
                withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
            case .text(let text):
                bytes.append(3)
                Self.append(length: text.utf8.count, to: &bytes)
                bytes += text.utf8
            case .blob(let blob):
                bytes.append(4)
                Self.append(length: blob.count, to: &bytes)
                bytes += blob
            }
        }
        return bytes
    }

    /// The 32 bytes that the row's lanes are drawn from.
    public var key: [UInt8] {
        Hash.b2(32, Array("st1/row\0".utf8) + table.rawValue.utf8 + [0] + encoded)
    }

    private static func append(length: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(length).bigEndian) { bytes += $0 }
    }
}
