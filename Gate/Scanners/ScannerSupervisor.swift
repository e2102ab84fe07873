import GateLogic
package import Logging
import ServiceLifecycle

/// Keeps one scanner going: started again with back-off when it fails, without touching any other.
package struct ScannerSupervisor: Service, CustomStringConvertible {
    package static let firstWait = Duration.milliseconds(500)
    package static let longestWait = Duration.seconds(30)
    /// A scanner that ran this long had recovered: the next wait is short again.
    static let soundAfter = Duration.seconds(60)

    private let scanner: any CodeScanner
    private let board: ScannerBoard
    private let logger: Logger

    package init(_ scanner: any CodeScanner, board: ScannerBoard, logger: Logger) {
        self.scanner = scanner
        self.board = board
        self.logger = logger
    }

    package var description: String { "scanner \(scanner.name)" }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await keepGoing() }
    }

    private func keepGoing() async {
        var backoff = Backoff(base: Self.firstWait, cap: Self.longestWait)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                board.set(.running, of: scanner.name)
                try await scanner.run()
                board.set(.ended, of: scanner.name)
                if !Task.isCancelled {
                    logger.info("scanner ended", metadata: ["scanner": "\(scanner.name)"])
                }
                // An ended source is no fault of the gate, and no reason to stop it.
                try await gracefulShutdown()
                return
            } catch is CancellationError {
                return
            } catch {
                if start.duration(to: .now) > Self.soundAfter { backoff.reset() }
                board.set(.failed("\(error)"), of: scanner.name)
                logger.error(
                    "scanner failed",
                    metadata: ["scanner": "\(scanner.name)", "error": "\(error)"]
                )
            }
            let wait = backoff.wait(jitter: .random(in: 0..<1))
            // Cancelled while it waits: the loop's condition ends it.
            try? await Task.sleep(for: wait)
        }
    }
}
