import EntryLogFormat
import GateLogic
import GateStore
import Logging
import ServiceLifecycle
import TicketModel

/// Writes a MODE record whenever the gate is cut off, or hears central again (PROTOCOL 9.1).
package struct ModeRecords: Service, CustomStringConvertible {
    /// How often it looks; a change that is over before is none.
    package static let lookEvery = Duration.seconds(1)

    private let core: GateCore

    package init(core: GateCore) {
        self.core = core
    }

    package var description: String { "mode" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var mode = ConnectionMode()
            while !Task.isCancelled {
                await record(&mode)
                // Cancelled while it waits: the loop's condition ends it.
                try? await Task.sleep(for: Self.lookEvery)
            }
        }
    }

    private func record(_ mode: inout ConnectionMode) async {
        // Before enrolment there is no log yet.
        guard core.identity != nil, let due = mode.due(isIsolated: core.isIsolated) else { return }
        do throws(StorageFault) {
            try await core.settlement.note(.mode(due), clock: core.clock.reading())
            mode.note(due)
        } catch {
            core.logger.error("mode not recorded", metadata: ["error": "\(error)"])
        }
    }
}
