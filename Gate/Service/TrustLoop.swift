import Logging
import ServiceLifecycle
import TicketModel
import TrustFormat
import VenueAPI

/// Waits at central for the next trust list, so that a key that was revoked is refused here within
/// seconds; the sync loop asks by the minute besides.
package struct TrustLoop: Service, CustomStringConvertible {
    /// From one failure, or from finding this gate without a list, to the next question.
    package static let pause = Duration.seconds(2)

    private let core: GateCore
    private let calls: SyncCalls

    package init(core: GateCore, client: CentralClient, settings: GateSettings.Central) {
        self.core = core
        calls = SyncCalls(core: core, client: client, root: settings.root)
    }

    package var description: String { "trust" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await !wait() {
                    // Cancelled while it waits: the loop's condition ends it.
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    /// Asks once; `false` if it is better to pause before the next time.
    private func wait() async -> Bool {
        guard core.identity != nil, let held = core.trust else { return false }
        do {
            guard let version = try await calls.nextTrust(after: held) else { return true }
            core.logger.notice("trust list", metadata: ["version": "\(version)"])
            return true
        } catch {
            if !Task.isCancelled {
                core.logger.debug("no trust list", metadata: ["error": "\(error)"])
            }
            return false
        }
    }
}
