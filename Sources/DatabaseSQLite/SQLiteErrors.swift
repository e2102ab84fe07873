import Database
import GRDB

import enum Database.DatabaseError

extension DatabaseError {
    /// The same refusal in the words of the port.
    init(_ error: GRDB.DatabaseError) {
        self.init(
            primary: error.resultCode.rawValue,
            extended: error.extendedResultCode.rawValue,
            message: error.message ?? ""
        )
    }

    /// Reads SQLite's result codes (https://www.sqlite.org/rescode.html).
    init(primary: Int32, extended: Int32, message: String) {
        let detail = message.split(separator: ": ").last.map(String.init) ?? message
        switch (ResultCode(rawValue: primary), ResultCode(rawValue: extended)) {
        case (_, .SQLITE_CONSTRAINT_UNIQUE), (_, .SQLITE_CONSTRAINT_PRIMARYKEY),
            (_, .SQLITE_CONSTRAINT_ROWID):
            self = .uniqueViolation(detail)
        case (_, .SQLITE_CONSTRAINT_FOREIGNKEY): self = .foreignKeyViolation
        case (_, .SQLITE_CONSTRAINT_NOTNULL): self = .notNullViolation(detail)
        case (_, .SQLITE_CONSTRAINT_CHECK): self = .checkViolation(detail)
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _): self = .busy
        case (.SQLITE_FULL, _): self = .full
        case (.SQLITE_IOERR, _): self = .inputOutput("\(message) (\(extended))")
        case (.SQLITE_READONLY, _): self = .readOnly
        case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _): self = .corrupt(message)
        case (.SQLITE_CANTOPEN, _): self = .cannotOpen(message)
        case (.SQLITE_ERROR, _), (.SQLITE_RANGE, _): self = .badStatement(message)
        case (.SQLITE_MISUSE, _): self = .closed
        default: self = .other(code: Int(extended), message: message)
        }
    }
}
