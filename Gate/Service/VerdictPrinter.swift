import Encodings
import GateLogic
import Glibc
import Logging
import NIOPosix
import ServiceLifecycle

/// Prints each verdict as one line of JSON, for whoever reads the program's output.
package struct VerdictPrinter: Service, CustomStringConvertible {
    private let verdicts: AsyncStream<LaneVerdict>
    private let descriptor: Int32

    /// - Parameter descriptor: an open file that stays the caller's; 1 is standard output.
    package init?(_ board: VerdictBoard, descriptor: Int32 = 1) {
        guard let verdicts = board.watch() else { return nil }
        self.verdicts = verdicts
        self.descriptor = descriptor
    }

    package var description: String { "printer" }

    package func run() async throws {
        for await verdict in verdicts.cancelOnGracefulShutdown() {
            let line = verdict.json().encoded + [UInt8(ascii: "\n")]
            let descriptor = descriptor
            // A reader that is slow to read must hold up nobody but this service.
            let isOpen = try await NIOThreadPool.singleton.runIfActive {
                Self.write(line, to: descriptor)
            }
            // Nobody reads any more, which is no reason to stop a gate.
            if !isOpen { break }
        }
        // Cancelled while it waits: the end, too.
        try? await gracefulShutdown()
    }

    private static func write(_ line: [UInt8], to descriptor: Int32) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return false }
            } else {
                rest = rest.dropFirst(count)
            }
        }
        return true
    }
}
