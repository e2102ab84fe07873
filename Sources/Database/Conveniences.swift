extension SQLConnection {
    @discardableResult
    package func run(_ sql: String) throws -> Int {
        try run(sql, [])
    }

    /// All rows, each read by `read`; for results whose size has a limit of its own.
    package func rows<Value>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ read: (any SQLRow) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        try forEachRow(sql, values) { found.append(try read($0)) }
        return found
    }

    /// The first row, read by `read`; the statement should find one at most.
    package func first<Value>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ read: (any SQLRow) throws -> Value
    ) throws -> Value? {
        var found: Value?
        try forEachRow(sql, values) { if found == nil { found = try read($0) } }
        return found
    }

    /// Runs one statement for every element, compiled once; says how many rows changed in all.
    @discardableResult
    package func runBatch(_ sql: String, _ rows: some Sequence<[SQLValue]>) throws -> Int {
        let statement = try prepare(sql)
        var changed = 0
        for row in rows { changed += try statement.run(row) }
        return changed
    }
}

extension SQLRow {
    /// Every column as a value of its own, which outlives the cursor.
    package var values: [SQLValue] {
        get throws { try (0..<count).map { try value($0) } }
    }

    /// A whole number that fits `Number`.
    package func number<Number: FixedWidthInteger>(
        _ column: Int,
        as type: Number.Type = Number.self
    ) throws -> Number {
        guard let number = Number(exactly: try integer(column)) else {
            throw DatabaseError.wrongType(column: column)
        }
        return number
    }

    /// A truth value kept as 0 or 1.
    package func flag(_ column: Int) throws -> Bool {
        switch try integer(column) {
        case 0: false
        case 1: true
        default: throw DatabaseError.wrongType(column: column)
        }
    }

    package func integerIfAny(_ column: Int) throws -> Int64? {
        isNull(column) ? nil : try integer(column)
    }

    package func textIfAny(_ column: Int) throws -> String? {
        isNull(column) ? nil : try text(column)
    }

    package func blobIfAny(_ column: Int) throws -> [UInt8]? {
        isNull(column) ? nil : try blob(column)
    }

    /// A column read by `parse`; `nil` from it counts as a wrong type.
    package func parsed<Raw, Value>(
        _ column: Int,
        _ raw: Raw,
        _ parse: (Raw) -> Value?
    ) throws -> Value {
        guard let value = parse(raw) else { throw DatabaseError.wrongType(column: column) }
        return value
    }
}
