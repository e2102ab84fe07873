package import Foundation

/// One photograph or rendering of codes, and what a reader should say about it.
package struct Sample: Sendable {
    package let name: String
    package let file: URL
    /// Any one of these counts as read.
    package let expected: [String]
    /// What else the picture truly holds, beyond the text it is filed under.
    package let alsoThere: [String]

    package func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

    package func isRead(_ texts: [String?]) -> Bool {
        texts.contains { text in expected.contains { $0 == text } }
    }

    /// Texts that the picture does not hold.
    package func wrong(_ texts: [String?]) -> [String] {
        texts.map { $0 ?? "(bytes that are no text)" }
            .filter { !expected.contains($0) && !alsoThere.contains($0) }
    }
}

/// A folder of samples beside the project, `../shared/images/NAME`.
package struct SampleSet: Sendable {
    package let name: String
    package let samples: [Sample]

    package static let names = ["phone", "photos"]

    /// Where the sets are: `STILE_SHARED`, else `shared` beside the package.
    package static var folder: URL {
        let given = ProcessInfo.processInfo.environment["STILE_SHARED"]
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = given.map { URL(filePath: $0) } ?? package.appending(path: "../shared")
        return shared.appending(path: "images")
    }

    package static var folderPath: String { folder.path }

    package static var arePresent: Bool {
        names.allSatisfy {
            FileManager.default.fileExists(
                atPath: folder.appending(path: "\($0)/expected.tsv").path
            )
        }
    }

    package init(_ name: String) throws {
        let folder = Self.folder.appending(path: name)
        let table = try String(contentsOf: folder.appending(path: "expected.tsv"), encoding: .utf8)
        self.name = name
        samples = try table.split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            let file = String(cells[0])
            let text = String(cells[1])
            let isList = name == "photos"
            let expected =
                isList ? try JSONDecoder().decode([String].self, from: Data(text.utf8)) : [text]
            return Sample(
                name: file,
                file: folder.appending(path: file),
                expected: expected,
                alsoThere: Self.alsoThere[file] ?? []
            )
        }
    }

    /// Texts that are in the pictures but not in the set's list, checked by hand.
    private static let alsoThere = [
        // The card shows two codes; the set names one.
        "nominal-image002.jpg": ["https://www.facebook.com/Lethmik/"],
        // The set files it under "photograph"; the code itself says "photography".
        "qrcode-2-13.jpg": [
            "The 2005 USGS aerial photography of the Washington Monument is censored."
        ],
    ]
}
