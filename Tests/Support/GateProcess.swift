import Foundation
import Glibc
package import TicketModel

/// A real `stile-gate run` in a process of its own.
package final class GateProcess {
    private let process = Process()
    /// What the gate logged.
    package let log: String

    package enum Failure: Error, CustomStringConvertible {
        case noProgram(String)

        package var description: String {
            switch self {
            case .noProgram(let path): "no program at \(path): build the product stile-gate first"
            }
        }
    }

    /// The program beside the running tests, as SwiftPM builds both.
    package static func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        // Tests run by the testing helper are named by its arguments instead.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? tests
        let path = URL(fileURLWithPath: bundle).deletingLastPathComponent()
            .appendingPathComponent("stile-gate").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure.noProgram(path)
        }
        return path
    }

    /// Starts a gate with these settings; standard output goes to the file `output`, if given.
    package init(settings: String, log: String, output: String? = nil) throws {
        self.log = log
        process.executableURL = URL(fileURLWithPath: try Self.program())
        process.arguments = ["run", "--config", settings]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try output.map { try Self.append($0) } ?? FileHandle.nullDevice
        process.standardError = try Self.append(log)
        try process.run()
    }

    deinit {
        if process.isRunning { kill() }
    }

    /// Ends the process at once, as a power cut would (SIGKILL), and waits until it is gone.
    package func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks the process to stop (SIGTERM) and waits; gives its exit status.
    package func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Memory of the process that is its own, and no mapped file.
    ///
    /// In MiB, as the kernel counts it.
    package func anonymousMiB() throws -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let status = try String(contentsOfFile: path, encoding: .utf8)
        let kilobytes = status.split(separator: "\n").filter {
            $0.hasPrefix("RssAnon:") || $0.hasPrefix("RssShmem:")
        }.compactMap { $0.split(whereSeparator: { " \t".contains($0) }).dropFirst().first }
        return kilobytes.compactMap { Double($0) }.reduce(0, +) / 1024
    }

    private static func append(_ path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }
}

/// A settings file for tests.
package struct TestSettings: Sendable {
    package var data: String
    package var event: EventID
    /// TCP ports by lane.
    package var ports: [UInt16: UInt16]
    package var statusPort: UInt16?

    package init(data: String, event: EventID, ports: [UInt16: UInt16], statusPort: UInt16? = nil) {
        self.data = data
        self.event = event
        self.ports = ports
        self.statusPort = statusPort
    }

    package var yaml: String {
        var text = """
            data: \(data)
            event: \(event.hex)
            status:
              listen: \(statusPort.map { "127.0.0.1:\($0)" } ?? "\"off\"")
            log:
              level: warning
            lanes: [\(ports.keys.sorted().map(String.init).joined(separator: ", "))]

            """
        for (lane, port) in ports.sorted(by: { $0.key < $1.key }) {
            text += "lane-\(lane):\n  tcp: 127.0.0.1:\(port)\n"
        }
        return text
    }
}
