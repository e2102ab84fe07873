import CentralStore
import Encodings
import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import TicketModel

/// What one run of `stile-central` gave.
struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String

    var json: JSONValue { get throws { try JSONReader.read(Array(output.utf8)) } }
}

/// `stile-central`, beside the running tests.
private func program() throws -> String {
    let gate = try GateProcess.program()
    return String(gate.dropLast("stile-gate".utf8.count)) + "stile-central"
}

/// Runs `stile-central` to its end.
@discardableResult
func stileCentral(
    _ arguments: String...,
    environment: [String: String] = [:]
) async throws -> Outcome {
    let scratch = try ScratchFolder()
    let program = try program()
    return try await offPool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let files = ["out", "err"].map { scratch.file($0) }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: files[0])
        process.standardError = FileHandle(forWritingAtPath: files[1])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: files[0], encoding: .utf8),
            errors: try String(contentsOfFile: files[1], encoding: .utf8)
        )
    }
}

/// As `stileCentral`, for runs that have to succeed.
@discardableResult
func done(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) throws -> Outcome {
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome
}

/// A real `stile-central serve`.
final class CentralProcess {
    private let process = Process()

    init(data: String, port: UInt16, log: String) throws {
        process.executableURL = URL(fileURLWithPath: try program())
        process.arguments = ["serve", "--data", data, "--listen", "127.0.0.1:\(port)"]
        process.environment = [:]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try handle.seekToEnd()
        process.standardError = handle
        try process.run()
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Asks the process to stop (SIGTERM) and waits; gives its exit status.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// Permission bits of a file.
func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
}
