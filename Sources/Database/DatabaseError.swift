/// What a database refused, in words that mean the same for every engine.
package enum DatabaseError: Error, Hashable, Sendable {
    /// A row with this key exists; the text names table and columns, or the constraint.
    case uniqueViolation(String)
    /// A row names another that does not exist, or is still named by another.
    case foreignKeyViolation
    case notNullViolation(String)
    case checkViolation(String)
    /// Another writer held the database for longer than the busy timeout.
    case busy
    /// The disk is full.
    case full
    /// The file system failed; nothing of the transaction is kept.
    case inputOutput(String)
    case readOnly
    /// The file is no database, or a broken one.
    case corrupt(String)
    case cannotOpen(String)
    /// A column holds another type than the program expects there.
    case wrongType(column: Int)
    /// A statement was given more or fewer values than it has marks.
    case wrongArgumentCount(expected: Int, given: Int)
    /// The engine does not understand the statement: our mistake.
    case badStatement(String)
    case closed
    /// Anything else, with the engine's own code.
    case other(code: Int, message: String)
}

extension DatabaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .uniqueViolation(let key): "a row with this key exists (\(key))"
        case .foreignKeyViolation: "a row is missing that another names"
        case .notNullViolation(let column): "a value is missing (\(column))"
        case .checkViolation(let rule): "a value is out of range (\(rule))"
        case .busy: "another writer holds the database"
        case .full: "the disk is full"
        case .inputOutput(let message): "the disk failed (\(message))"
        case .readOnly: "the database cannot be written"
        case .corrupt(let message): "the file is no sound database (\(message))"
        case .cannotOpen(let message): "the database cannot be opened (\(message))"
        case .wrongType(let column): "column \(column) holds an unexpected type"
        case .wrongArgumentCount(let expected, let given):
            "\(expected) values are needed, \(given) were given"
        case .badStatement(let message): "the statement is wrong (\(message))"
        case .closed: "the database is closed"
        case .other(let code, let message): "\(message) (\(code))"
        }
    }
}
