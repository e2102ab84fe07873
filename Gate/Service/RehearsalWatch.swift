import ServiceLifecycle

/// Ends rehearsals that nobody has ended.
package struct RehearsalWatch: Service, CustomStringConvertible {
    /// How often it looks.
    package static let lookEvery = Duration.seconds(60)

    private let core: GateCore

    package init(core: GateCore) {
        self.core = core
    }

    package var description: String { "rehearsal" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                RehearsalDesk(core: core).endOverdue(at: core.clock.boot)
                // Cancelled while it waits: the loop's condition ends it.
                try? await Task.sleep(for: Self.lookEvery)
            }
        }
    }
}
