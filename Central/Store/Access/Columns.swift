import Database
import Sodium
import TicketModel

/// How the words of the model stand in columns.
extension SQLValue {
    static func id<Subject>(_ id: Identifier<Subject>) -> SQLValue { .blob(id.bytes) }

    static func optional<Subject>(_ id: Identifier<Subject>?) -> SQLValue {
        id.map { .blob($0.bytes) } ?? .null
    }

    static func time(_ instant: Timestamp) -> SQLValue { .integer(instant.milliseconds) }

    static func optional(_ instant: Timestamp?) -> SQLValue {
        instant.map { .integer($0.milliseconds) } ?? .null
    }

    static func number<Subject>(_ number: Numbered<Subject>) -> SQLValue {
        .integer(Int64(number.number))
    }
}

extension SQLRow {
    func id<Subject>(_ column: Int) throws -> Identifier<Subject> {
        try parsed(column, try blob(column)) { Identifier(bytes: $0) }
    }

    func idIfAny<Subject>(_ column: Int) throws -> Identifier<Subject>? {
        isNull(column) ? nil : try id(column)
    }

    func time(_ column: Int) throws -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    func timeIfAny(_ column: Int) throws -> Timestamp? {
        isNull(column) ? nil : try time(column)
    }

    func numbered<Subject>(_ column: Int) throws -> Numbered<Subject> {
        Numbered(try number(column))
    }
}

/// Collects what is wrong with a value, so that a caller learns everything at once.
struct Checker {
    private(set) var found: [InvalidValue] = []

    mutating func require(_ isRight: Bool, _ pointer: String, _ detail: String) {
        // A list of ten thousand wrong tickets must not answer with ten thousand lines.
        if !isRight, found.count < 20 { found.append(InvalidValue(pointer, detail)) }
    }

    /// Text that people read: not empty, of limited length, without control characters.
    mutating func name(_ text: String, _ pointer: String) {
        require(!text.isEmpty, pointer, "must not be empty")
        self.text(text, pointer, bytesMax: StoreLimits.nameBytesMax)
    }

    mutating func text(_ text: String, _ pointer: String, bytesMax: Int) {
        require(text.utf8.count <= bytesMax, pointer, "must have at most \(bytesMax) bytes")
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        require(isPlain, pointer, "must not hold control characters")
    }

    func finish() throws(StoreError) {
        if !found.isEmpty { throw .invalid(found) }
    }
}
