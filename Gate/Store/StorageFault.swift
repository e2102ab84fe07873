import GRDB

/// Why the journal or a manifest file could not be read or written.
package enum StorageFault: Error, Hashable, Sendable, CustomStringConvertible {
    case diskFull
    case readOnly
    /// The device failed; the SQLite extended result code.
    case inputOutput(Int32)
    /// The file is not an SQLite database, or is damaged.
    case damaged
    /// Written by a later version of Stile.
    case newerSchema
    /// A stored value is not what this program writes there.
    case badValue(String)
    /// The gate has no identity yet, so it has no log to write to.
    case notEnrolled
    /// More scans wait than ``Settlement/waitingMax``.
    case overloaded
    case other(Int32, String)

    init(_ error: any Error) {
        switch error {
        case let fault as StorageFault: self = fault
        case let error as DatabaseError: self = Self.fault(of: error)
        default: self = .other(-1, "\(type(of: error))")
        }
    }

    private static func fault(of error: DatabaseError) -> StorageFault {
        let extended = error.extendedResultCode.rawValue
        switch error.resultCode {
        case .SQLITE_FULL: return .diskFull
        case .SQLITE_READONLY: return .readOnly
        case .SQLITE_IOERR: return .inputOutput(extended)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged
        // The message may name tables, never values: statements are bound, not spelled out.
        default: return .other(extended, error.message ?? "")
        }
    }

    package var description: String {
        switch self {
        case .diskFull: "disk full"
        case .readOnly: "storage is read-only"
        case .inputOutput(let code): "input/output error \(code)"
        case .damaged: "file is damaged"
        case .newerSchema: "written by a later version"
        case .badValue(let name): "stored value of \(name) is not valid"
        case .notEnrolled: "gate is not enrolled yet"
        case .overloaded: "too many scans wait"
        case .other(let code, let message): "SQLite error \(code): \(message)"
        }
    }
}
