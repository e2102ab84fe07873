import Database
import DatabaseSQLite
import Foundation
import Testing

/// The engines that the contract holds for; another engine joins by one more case.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case memory, file

    var testDescription: String { rawValue }

    /// Runs `body` on an empty database that is gone afterwards.
    func withDatabase(_ body: (any Database) async throws -> Void) async throws {
        switch self {
        case .memory:
            let database = try SQLiteDatabase.inMemory()
            try await body(database)
            try database.close()
        case .file:
            try await withFolder { folder in
                let database = try SQLiteDatabase.open("\(folder)/test.sqlite")
                try await body(database)
                try database.close()
            }
        }
    }
}

/// Runs `body` with the path of a folder that is gone afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "stile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path(percentEncoded: false))
}
