import EntryLogFormat
import GateStore
import Logging
package import Platform
import ServiceLifecycle
import TicketModel

/// Writes the START and STOP records, keeps what is known of the clock stored, and feeds systemd's
/// watchdog.
///
/// The first service to start and the last to stop, so that STOP closes what all others wrote.
package struct LifeRecords: Service, CustomStringConvertible {
    private let core: GateCore
    private let manager: ServiceManager

    package init(core: GateCore, manager: ServiceManager = ServiceManager()) {
        self.core = core
        self.manager = manager
    }

    package var description: String { "life" }

    package func run() async throws {
        await note(.start)
        manager.ready()
        await cancelWhenGracefulShutdown {
            async let clock: Void = core.clock.run()
            await live()
            await clock
        }
        manager.stopping()
        await core.clock.tick()
        await note(.stop)
    }

    private func live() async {
        while !Task.isCancelled {
            await core.clock.tick()
            // Only a journal that can be written keeps the watchdog quiet.
            if core.settlement.fault == nil { manager.alive() }
            // Cancelled while it waits: the loop's condition ends it.
            try? await Task.sleep(for: ClockKeeper.storeEvery)
        }
    }

    private func note(_ body: EntryRecord.Body) async {
        // Before enrolment there is no log yet.
        guard core.identity != nil else { return }
        do throws(StorageFault) {
            try await core.settlement.note(body, clock: core.clock.reading())
        } catch {
            core.logger.error("start or stop not recorded", metadata: ["error": "\(error)"])
        }
    }
}
