import AdmissionRules
import Encodings
import Foundation
import GateLogic
import GateScanners
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing
import TicketModel

/// A lane that only remembers what it was shown, and answers MANIFEST_EXPIRED.
final class RecordingLane: Sendable {
    private let seen = Mutex<[[UInt8]]>([])

    var texts: [[UInt8]] { seen.withLock { $0 } }

    @Sendable func scan(_ text: [UInt8]) async -> LaneVerdict {
        seen.withLock { $0.append(text) }
        let situation = LaneSituation(
            event: EventID(high: 1, low: 2),
            hall: HallNumber(1),
            gate: GateNumber(1),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: Timestamp(milliseconds: 0),
                uncertainty: .zero,
                state: .untrusted,
                floor: Timestamp(milliseconds: 0),
                monotonic: 0
            ),
            isIsolated: true
        )
        return LaneVerdict(
            decision: decide(
                .unproven(Refusal(.malformed), claim: nil),
                facts: Facts(manifest: nil),
                situation: situation
            ),
            situation: situation,
            sequence: nil,
            manifest: 0,
            scanner: "test",
            fault: nil
        )
    }

    /// Waits until so many texts were seen; `false` if that takes longer than ten seconds.
    func hasSeen(_ count: Int) async throws -> Bool {
        try await eventually { self.texts.count >= count }
    }
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

@Suite("Lines of codes")
struct LineTests {
    @Test("CR, LF and both end a code; empty lines are none; pieces are joined")
    func lines() {
        var splitter = LineSplitter()
        #expect(splitter.codes("abc\r\nde".utf8) == [Array("abc".utf8)])
        #expect(splitter.codes("f\r\n\n\rg\n".utf8) == [Array("def".utf8), Array("g".utf8)])
        #expect(splitter.codes("rest".utf8) == [])
        #expect(splitter.end() == Array("rest".utf8))
        #expect(splitter.end() == nil)
    }

    @Test("NUL bytes and invalid UTF-8 reach the rules as they are")
    func bytes() {
        var splitter = LineSplitter()
        #expect(splitter.codes([0, 0xFF, 0xC0, 0x0A]) == [[0, 0xFF, 0xC0]])
    }

    @Test("of an endless line only the beginning is kept")
    func longLine() {
        var splitter = LineSplitter()
        for _ in 0..<100 { #expect(splitter.codes([UInt8](repeating: 65, count: 10_000)) == []) }
        let codes = splitter.codes([0x0A, 66, 0x0A])
        #expect(codes.map(\.count) == [LineSplitter.lineBytesMax + 1, 1])
    }
}

@Suite("Codes over TCP", .timeLimit(.minutes(1)))
struct SocketTests {
    /// Runs a socket scanner while `work` talks to it.
    private func withScanner(
        _ lane: RecordingLane,
        _ work: @escaping @Sendable (UInt16) throws -> Void
    ) async throws {
        let port = Mutex<UInt16?>(nil)
        let scanner = try SocketScanner(
            name: "test",
            host: "127.0.0.1",
            port: 0,
            logger: silent,
            onListening: { address in port.withLock { $0 = UInt16(address.port ?? 0) } },
            handler: lane.scan
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scanner.run() }
            #expect(try await eventually { port.withLock { $0 } != nil })
            let found = try #require(port.withLock { $0 })
            try await offPool { try work(found) }
            group.cancelAll()
            // Ending a listening socket by cancellation is how this scanner stops.
            try? await group.waitForAll()
        }
    }

    @Test("each code gets one verdict line, in order, whatever bytes it has")
    func verdicts() async throws {
        let lane = RecordingLane()
        try await withScanner(lane) { port in
            let client = try LineClient(port: port, within: 5)
            try client.send(Array("one\ntwo\r\n".utf8) + [0, 0xFF, 0x0A])
            for _ in 0..<3 {
                #expect(try client.verdict()["verdict"]?.string == "MANIFEST_EXPIRED")
            }
        }
        #expect(lane.texts == [Array("one".utf8), Array("two".utf8), [0, 0xFF]])
    }

    @Test("a line of a megabyte is one bad code, and the next one is read as ever")
    func megabyteLine() async throws {
        let lane = RecordingLane()
        try await withScanner(lane) { port in
            let client = try LineClient(port: port, within: 5)
            try client.send([UInt8](repeating: 65, count: 1 << 20))
            try client.send(Array("\nnext\n".utf8))
            _ = try client.verdict()
            _ = try client.verdict()
        }
        #expect(lane.texts.map(\.count) == [LineSplitter.lineBytesMax + 1, 4])
    }

    @Test("one connection too many is closed; when one goes, there is room again")
    func connectionLimit() async throws {
        let lane = RecordingLane()
        try await withScanner(lane) { port in
            var clients = try (0..<SocketScanner.connectionsMax).map { _ in
                let client = try LineClient(port: port, within: 5)
                _ = try client.scan(Array("hello".utf8))
                return client
            }
            let extra = try LineClient(port: port, within: 5)
            #expect(throws: (any Error).self) { try extra.scan(Array("x".utf8)) }
            clients.removeLast()
            var isRoom = false
            for _ in 0..<200 where !isRoom {
                let client = try LineClient(port: port, within: 1)
                isRoom = (try? client.scan(Array("x".utf8))) != nil
                usleep(10_000)
            }
            #expect(isRoom)
        }
    }

    @Test("an address that others can reach is refused")
    func loopbackOnly() {
        for host in ["0.0.0.0", "10.0.0.1", "::", "example.org", "128.0.0.1", "127.0.0.1.evil"] {
            #expect(!SocketScanner.isLoopback(host), "\(host)")
            #expect(throws: ScannerFailure.self) {
                try SocketScanner(
                    name: "x",
                    host: host,
                    port: 0,
                    logger: silent,
                    handler: RecordingLane().scan
                )
            }
        }
        for host in ["127.0.0.1", "127.9.9.9", "::1", "localhost"] {
            #expect(SocketScanner.isLoopback(host), "\(host)")
        }
    }
}

@Suite("Codes from an open file", .timeLimit(.minutes(1)))
struct InputTests {
    @Test("codes are read to the end, the last one without a line end too")
    func wholeFile() async throws {
        let scratch = try ScratchFolder()
        try #require(ScratchFolder.write("a1\nb2\r\n\nc3", to: scratch.file("codes")))
        let file = try #require(FileHandle(forReadingAtPath: scratch.file("codes")))
        let lane = RecordingLane()
        try await InputScanner(
            name: "test",
            descriptor: file.fileDescriptor,
            handler: lane.scan
        ).run()
        #expect(lane.texts == ["a1", "b2", "c3"].map { Array($0.utf8) })
    }

    @Test("a pipe that says nothing does not keep the gate from stopping")
    func stopping() async throws {
        let pipe = Pipe()
        let lane = RecordingLane()
        let scanner = InputScanner(
            name: "test",
            descriptor: pipe.fileHandleForReading.fileDescriptor,
            handler: lane.scan
        )
        let task = Task { try await scanner.run() }
        try pipe.fileHandleForWriting.write(contentsOf: Data("code\n".utf8))
        #expect(try await lane.hasSeen(1))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
