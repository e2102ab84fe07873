import Foundation

/// The files of the project, as the tidy tests read them.
enum Project {
    static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    struct SourceFile {
        /// Relative to the root.
        let path: String
        let lines: [Substring]
    }

    /// Every Swift file below a folder, in the order of paths.
    static func swiftFiles(in folder: String) throws -> [SourceFile] {
        let base = root.appending(path: folder)
        let walk = FileManager.default.enumerator(atPath: base.path(percentEncoded: false))
        var files: [SourceFile] = []
        for case let name as String in walk ?? .init() where name.hasSuffix(".swift") {
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            files.append(
                SourceFile(
                    path: "\(folder)/\(name)",
                    lines: text.split(separator: "\n", omittingEmptySubsequences: false)
                )
            )
        }
        return files.sorted { $0.path < $1.path }
    }

    /// The module that an import line names; `nil` for any other line.
    static func importedModule(in line: Substring) -> String? {
        var words = line.split(separator: " ")
        while let first = words.first,
            first.hasPrefix("@") || ["public", "package", "internal", "private"].contains(first)
        {
            words.removeFirst()
        }
        guard words.count >= 2, words[0] == "import" else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "var", "let", "protocol"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return name.split(separator: ".").first.map(String.init)
    }
}
