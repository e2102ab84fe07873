/// The few places where two engines need different words; all other SQL is shared.
package enum SQLDialect: Hashable, Sendable {
    case sqlite
    case postgres

    /// The column type of byte strings.
    package var blob: String {
        switch self {
        case .sqlite: "BLOB"
        case .postgres: "BYTEA"
        }
    }

    /// Follows a table's closing bracket: keep its rows in the order of its primary key.
    package var clustered: String {
        switch self {
        case .sqlite: " WITHOUT ROWID"
        case .postgres: ""
        }
    }

    /// Fills the hooks `{BLOB}` and `{CLUSTERED}` of a schema statement.
    package func fill(_ template: String) -> String {
        var filled = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            filled += rest[..<open]
            switch rest[rest.index(after: open)..<close] {
            case "BLOB": filled += blob
            case "CLUSTERED": filled += clustered
            case let unknown: preconditionFailure("no dialect hook is named \(unknown)")
            }
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }
}
