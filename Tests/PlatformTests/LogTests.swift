import Encodings
import Foundation
import Logging
import Platform
import Testing
import TicketModel

@Suite("Log lines")
struct LogTests {
    @Test("each event is one line of JSON with its metadata, whatever it contains")
    func lines() throws {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        var handler = JSONLogHandler(label: "gate", level: .info, output: output)
        handler[metadataKey: "lane"] = "1"
        let logger = Logger(label: "gate") { _ in handler }
        logger.info("two\nlines", metadata: ["count": "\(3)", "list": ["a", "\"b\""]])
        try pipe.fileHandleForWriting.close()
        let bytes = [UInt8](try #require(try pipe.fileHandleForReading.readToEnd()))
        #expect(bytes.filter { $0 == 0x0A }.count == 1)
        let line = try JSONReader.read(bytes)
        #expect(line["message"]?.string == "two\nlines")
        #expect(line["lane"]?.string == "1")
        #expect(line["list"]?.array == [.string("a"), .string("\"b\"")])
        #expect(line["level"]?.string == "info")
    }

    @Test("instants are written in UTC with milliseconds, before 1970 too")
    func instants() {
        #expect(Timestamp(milliseconds: 1_798_761_612_345).rfc3339 == "2027-01-01T00:00:12.345Z")
        #expect(Timestamp(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
    }
}
