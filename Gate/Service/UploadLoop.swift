import EntryLogFormat
import GateLogic
import GateStore
import Logging
import ServiceLifecycle
import Sodium
import TicketModel
import TrustFormat
import VenueAPI

/// Carries records to central, for as long as the gate runs (PROTOCOL 9.3).
///
/// Every log of this device that central has not confirmed is sent, the oldest first. A
/// contradiction stops the upload and is reported; the gate goes on admitting, for its own records
/// are sound.
package struct UploadLoop: Service, CustomStringConvertible {
    /// How often an idle loop looks for new records.
    package static let lookEvery = Duration.milliseconds(500)

    private let core: GateCore
    private let client: CentralClient

    package init(core: GateCore, client: CentralClient) {
        self.core = core
        self.client = client
    }

    package var description: String { "upload" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var cursors: [LogName: UploadCursor] = [:]
            while !Task.isCancelled {
                let hasSent = await uploadOnce(&cursors)
                if !hasSent {
                    // Cancelled while it waits: the loop's condition ends it.
                    try? await Task.sleep(for: Self.lookEvery)
                }
            }
        }
    }

    /// Sends one batch of the first log that has one due; `false` if none was sent.
    private func uploadOnce(_ cursors: inout [LogName: UploadCursor]) async -> Bool {
        do {
            let closed = Set(try core.journal.closedEpochs().map(\.epoch))
            for (log, key) in try core.journal.logs() where !closed.contains(log.epoch) {
                let state = try core.journal.uploadState(of: log.epoch)
                var cursor =
                    cursors[log]
                    ?? UploadCursor(confirmed: state.confirmed, probeAt: core.clock.boot)
                let action = cursor.action(written: state.next, at: core.clock.boot)
                guard case .send(let from) = action else {
                    if case .halted(let halt) = action { report(halt, of: log) }
                    cursors[log] = cursor
                    continue
                }
                let input = await send(log, key: key, from: from)
                cursor.handle(input, written: state.next, at: core.clock.boot)
                cursors[log] = cursor
                if let halt = cursor.halt {
                    core.doubtLog()
                    core.logger.critical(
                        "UPLOAD STOPPED: central contradicts this gate's log",
                        metadata: ["log": "\(log.device)/\(log.epoch)", "halt": "\(halt)"]
                    )
                }
                if case .receipt = input { core.note(uploadFault: nil) }
                return true
            }
        } catch {
            core.note(uploadFault: "\(error)")
            core.logger.error("journal not read", metadata: ["error": "\(error)"])
        }
        return false
    }

    private func report(_ halt: UploadCursor.Halt, of log: LogName) {
        core.note(uploadFault: "\(log.device)/\(log.epoch): \(halt)")
    }

    private func send(
        _ log: LogName,
        key: PublicKey,
        from sequence: UInt64
    ) async -> UploadCursor.Input {
        do {
            guard let trust = core.trust else {
                throw CentralError.notBelieved("no trust list yet")
            }
            let envelopes = try core.journal.envelopes(
                of: log.epoch,
                from: sequence,
                count: GateAPI.logBatchMax,
                bytesMax: GateAPI.logBytesMax,
                key: key
            )
            let lines = envelopes.flatMap { $0.json + [UInt8(ascii: "\n")] }
            let answer = try await client.upload(lines)
            let receipt = try SyncCalls.receipt(answer, trust: trust)
            core.noteContact()
            return try take(receipt, answer, log)
        } catch CentralError.status(409, let problem) {
            return conflict(problem, at: sequence)
        } catch {
            if !Task.isCancelled {
                core.note(uploadFault: "\(error)")
                core.logger.warning("upload failed", metadata: ["error": "\(error)"])
            }
            return .failed(jitter: .random(in: 0..<1))
        }
    }

    private func take(
        _ receipt: Receipt,
        _ envelope: Envelope,
        _ log: LogName
    ) throws -> UploadCursor.Input {
        guard receipt.device == log.device, receipt.epoch == log.epoch else {
            throw CentralError.notBelieved("the receipt is for another log")
        }
        let integrity = try core.journal.integrity(
            of: log.epoch,
            next: receipt.next,
            head: receipt.head
        )
        // What central has signed is proof: this log ends here.
        guard integrity == .sound else {
            guard try core.end(log, integrity) else { return .fork(at: receipt.next - 1) }
            throw CentralError.logLost
        }
        try core.keep(receipt, envelope)
        return .receipt(next: receipt.next)
    }

    private func conflict(
        _ problem: ProblemDetails?,
        at sequence: UInt64
    ) -> UploadCursor.Input {
        guard let problem else { return .failed(jitter: .random(in: 0..<1)) }
        if problem.type.hasSuffix("log-fork") { return .fork(at: problem.expected ?? sequence) }
        if problem.type.hasSuffix("log-gap"), let expected = problem.expected {
            return .gap(expected: expected)
        }
        core.note(uploadFault: "central answers 409: \(problem.title)")
        return .failed(jitter: .random(in: 0..<1))
    }
}
