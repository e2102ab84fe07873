import Encodings
import FormatVectors
import Foundation
import Testing

@Suite("Our own vectors")
struct VectorFilesTests {
    /// STILE_WRITE_VECTORS=1 writes the files anew instead of comparing them.
    @Test("every vector file is what its maker makes, byte for byte", arguments: VectorFile.all)
    func upToDate(_ file: VectorFile) throws {
        let path = VectorFolder.own.appending(path: file.name)
        if ProcessInfo.processInfo.environment["STILE_WRITE_VECTORS"] == "1" {
            try Data(file.bytes).write(to: path)
            print("written: \(file.name), \(file.bytes.count) bytes")
        }
        #expect([UInt8](try Data(contentsOf: path)) == file.bytes)
    }
}
