import Foundation
import FuzzTargets
import Testing

@Suite("Inputs that fuzzing has found are read again")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

    @Test("each file of the corpus is refused or reads back", arguments: FuzzTarget.allCases)
    func replay(_ target: FuzzTarget) throws {
        let folder = Self.folder.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        #expect(files.count >= 5, "a corpus has examples of what is taken and what is refused")
        for file in files { target.run(Array(try Data(contentsOf: file))) }
    }

    @Test("short and repeated bytes are refused or read back", arguments: FuzzTarget.allCases)
    func small(_ target: FuzzTarget) {
        for byte in UInt8.min...UInt8.max {
            for count in [0, 1, 2, 18, 94, 157, 500] {
                target.run([UInt8](repeating: byte, count: count))
            }
        }
    }
}
