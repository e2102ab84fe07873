public import Encodings

/// One line of a delta: what happens to one row of a manifest (PROTOCOL 5.4).
///
/// In JSON a TEXT column is a string, a BLOB column base64url without padding, a number an integer
/// and NULL `null`; a column's type is fixed by its table, so nothing has to be marked.
public enum ManifestChange: Hashable, Sendable {
    /// The row is there with these values, whether its key was known before or not.
    case put(ManifestRow)
    /// No row has this key any more; nothing happens if none had.
    case delete(ManifestKey)

    /// Bytes of one line without its end: the longest names fit.
    public static let lineBytesMax = 8 << 10

    public var key: ManifestKey {
        switch self {
        case .put(let row): row.primaryKey
        case .delete(let key): key
        }
    }

    /// The line, without its end.
    public var line: [UInt8] {
        let parts: [JSONValue] =
            switch self {
            case .put(let row):
                [
                    .string("put"), .string(row.table.rawValue),
                    .array(row.values.map(\.json)),
                ]
            case .delete(let key):
                [
                    .string("del"), .string(key.table.rawValue), .array(key.values.map(\.json)),
                ]
            }
        return JSONValue.array(parts).encoded
    }

    /// Reads a line without its end, as strictly as a row of a manifest file is read.
    public init(line: [UInt8]) throws(DeltaError) {
        let document: JSONValue
        do {
            document = try JSONReader.read(line, bytesMax: Self.lineBytesMax)
        } catch { throw .json(error) }
        guard let parts = document.array, parts.count == 3, let verb = parts[0].string,
            let name = parts[1].string, let columns = parts[2].array
        else { throw .notAChange }
        guard let table = ManifestTable(rawValue: name) else { throw .unknownTable(name) }
        switch verb {
        case "put":
            guard let values = Self.values(columns, table.types),
                let row = ManifestRow(checked: table, values)
            else { throw .badRow(table) }
            self = .put(row)
        case "del":
            let types = Array(table.types.prefix(table.keyColumns.count))
            guard let values = Self.values(columns, types),
                let key = ManifestKey(checked: table, values)
            else { throw .badKey(table) }
            self = .delete(key)
        default: throw .notAChange
        }
    }

    private static func values(
        _ columns: [JSONValue],
        _ types: [ManifestTable.ColumnType]
    ) -> [ManifestValue]? {
        guard columns.count == types.count else { return nil }
        var values: [ManifestValue] = []
        values.reserveCapacity(columns.count)
        for (column, type) in zip(columns, types) {
            switch (type, column) {
            case (.integer, .integer(let number)): values.append(.integer(number))
            case (.text, .string(let text)): values.append(.text(text))
            case (.blob, .string(let text)), (.blobOrNull, .string(let text)):
                guard let bytes = Base64.decodeURL(text) else { return nil }
                values.append(.blob(bytes))
            case (.blobOrNull, .null): values.append(.null)
            default: return nil
            }
        }
        return values
    }
}

/// Why a delta was refused; the manifest it was for stays as it was.
public enum DeltaError: Error, Hashable, Sendable {
    case lineTooLong
    case tooManyChanges
    case tooLarge
    case json(JSONError)
    /// Neither `["put",…]` nor `["del",…]`.
    case notAChange
    case unknownTable(String)
    /// Columns that no row of this table may hold.
    case badRow(ManifestTable)
    case badKey(ManifestTable)
    /// An empty line, or one that starts neither a change nor an envelope.
    case badLine
    /// Lines after the metadata, which is the last one.
    case afterEnd
    /// The stream ended before the metadata.
    case truncated
    /// The last line is no envelope.
    case envelope
}

/// The columns that name a row among those of its table.
public struct ManifestKey: Hashable, Sendable {
    public let table: ManifestTable
    public let values: [ManifestValue]

    init(_ table: ManifestTable, _ values: [ManifestValue]) {
        self.table = table
        self.values = values
    }

    /// `nil` if no row of `table` can have these key columns.
    public init?(checked table: ManifestTable, _ values: [ManifestValue]) {
        let isRight =
            switch (table, values.count, values.first) {
            case (.meta, 1, .text): true
            case (.accessClass, 1, .integer(let id)): UInt16(exactly: id) != nil
            case (.access, 4, _): AccessRow(values + [.integer(0)]) != nil
            case (.ticket, 1, .blob(let id)): id.count == 16
            case (.code, 1, .blob(let hash)): hash.count == BarcodeHash.length
            default: false
            }
        guard isRight else { return nil }
        self.init(table, values)
    }
}

extension ManifestRow {
    public var primaryKey: ManifestKey {
        ManifestKey(table, Array(values.prefix(table.keyColumns.count)))
    }

    /// `nil` if the manifest's table may not hold these columns.
    public init?(checked table: ManifestTable, _ values: [ManifestValue]) {
        guard values.count == table.columns.count else { return nil }
        let isRight =
            switch table {
            case .meta, .accessClass:
                switch (values[0], values[1]) {
                case (.text, .text): table == .meta
                case (.integer(let id), .text): table != .meta && UInt16(exactly: id) != nil
                default: false
                }
            case .access: AccessRow(values) != nil
            case .ticket: TicketRow(values) != nil
            case .code: CodeRow(values) != nil
            }
        guard isRight else { return nil }
        self.init(table, values)
    }
}

extension ManifestTable {
    /// What a column may hold.
    enum ColumnType: Hashable, Sendable {
        case integer, text, blob, blobOrNull
    }

    /// Types of ``columns``, in their order.
    var types: [ColumnType] {
        switch self {
        case .meta: [.text, .text]
        case .accessClass: [.integer, .text]
        case .access: [ColumnType](repeating: .integer, count: 5)
        case .ticket:
            [.blob] + [ColumnType](repeating: .integer, count: 9) + [.blobOrNull]
        case .code: [.blob, .blob, .integer, .integer, .integer]
        }
    }

    /// The columns of the primary key, which stand first.
    public var keyColumns: ArraySlice<String> {
        switch self {
        case .meta, .accessClass, .ticket, .code: columns.prefix(1)
        case .access: columns.prefix(4)
        }
    }
}

extension ManifestValue {
    fileprivate var json: JSONValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .text(let text): .string(text)
        case .blob(let bytes): .string(Base64.encodeURL(bytes))
        }
    }
}
