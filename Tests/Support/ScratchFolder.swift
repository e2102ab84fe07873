import Foundation

/// A folder of its own for one test, gone when the test is over.
package final class ScratchFolder: Sendable {
    package let path: String
    private let isOwn: Bool

    /// A folder that somebody else made and will remove.
    package init(at path: String) {
        self.path = path
        isOwn = false
    }

    package init() throws {
        isOwn = true
        path = FileManager.default.temporaryDirectory.path + "/stile-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder inside.
    package func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: file(name),
            withIntermediateDirectories: true
        )
        return file(name)
    }

    deinit {
        guard isOwn else { return }
        // Nothing depends on the folder any more; what cannot be removed the system will.
        try? FileManager.default.removeItem(atPath: path)
    }
}

extension ScratchFolder {
    /// Writes a text file; `false` if that failed.
    package static func write(_ text: String, to path: String) -> Bool {
        FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
    }
}

/// Waits for a condition; `false` if it does not come true within `seconds`.
package func eventually(
    within seconds: Double = 60,
    _ condition: () throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
