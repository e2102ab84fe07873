import Foundation
import GRDB
import ManifestFormat

extension [UInt8] {
    /// Bytes as SQLite takes them.
    var databaseBlob: Data { Data(self) }
}

extension Row {
    /// The columns as the manifest format knows them; a REAL counts as NULL, which no row may hold.
    var manifestValues: [ManifestValue] {
        (0..<count).map { index in
            switch databaseValue(at: index).storage {
            case .null, .double: .null
            case .int64(let number): .integer(number)
            case .string(let text): .text(text)
            case .blob(let data): .blob([UInt8](data))
            }
        }
    }

    private func databaseValue(at index: Int) -> DatabaseValue {
        self[index] as DatabaseValue
    }

    /// The bytes of a BLOB column; `nil` for anything else.
    func bytes(_ index: Int) -> [UInt8]? {
        guard case .blob(let data) = databaseValue(at: index).storage else { return nil }
        return [UInt8](data)
    }

    /// The number of an INTEGER column; `nil` for anything else.
    func integer(_ index: Int) -> Int64? {
        guard case .int64(let number) = databaseValue(at: index).storage else { return nil }
        return number
    }

    /// The text of a TEXT column; `nil` for anything else.
    func text(_ index: Int) -> String? {
        guard case .string(let text) = databaseValue(at: index).storage else { return nil }
        return text
    }
}
