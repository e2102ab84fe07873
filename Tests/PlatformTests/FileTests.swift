import Foundation
import Platform
import Testing

@Suite("Files that survive a power cut")
struct FileTests {
    private let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path(percentEncoded: false)
    }

    @Test("a replaced file holds the new bytes, keeps its mode, and leaves nothing beside it")
    func replace() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }  // best effort: a test's own
        let path = folder + "/key"
        try AtomicFile.write([1, 2, 3], to: path, mode: 0o600)
        try AtomicFile.write([4, 5], to: path, mode: 0o600)
        #expect(try AtomicFile.read(path) == [4, 5])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("a folder that does not exist is named in the error")
    func missingFolder() {
        #expect(throws: FileError.self) {
            try AtomicFile.write([1], to: folder + "/none/file", mode: 0o600)
        }
    }

    @Test("a file larger than its limit is refused, not read")
    func tooLarge() throws {
        let path = folder + "/big"
        try AtomicFile.write([UInt8](repeating: 7, count: 200_000), to: path, mode: 0o644)
        #expect(throws: FileError.self) { try AtomicFile.read(path, bytesMax: 199_999) }
        #expect(try AtomicFile.read(path, bytesMax: 200_000).count == 200_000)
    }
}
