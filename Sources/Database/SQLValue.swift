/// One value of a statement or of a row; every engine has these five and no more.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    /// A number of any width that fits 64 bits with a sign.
    package static func number(_ value: some FixedWidthInteger) -> SQLValue {
        .integer(Int64(clamping: value))
    }

    /// A truth value, kept as 0 or 1 so that both engines store the same.
    package static func flag(_ value: Bool) -> SQLValue {
        .integer(value ? 1 : 0)
    }

    package static func optional(_ value: Int64?) -> SQLValue {
        value.map { .integer($0) } ?? .null
    }

    package static func optional(_ value: String?) -> SQLValue {
        value.map { .text($0) } ?? .null
    }

    package static func optional(_ value: [UInt8]?) -> SQLValue {
        value.map { .blob($0) } ?? .null
    }
}
