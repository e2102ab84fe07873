import GateLogic
import GateStore
import Logging
import ManifestFormat
import ServiceLifecycle
import TrustFormat

/// Brings central's knowledge to this gate, for as long as it runs: identity, keys, time, manifest.
///
/// Nothing here is on the way of a scan: lanes decide by what was stored last.
package struct SyncLoop: Service, CustomStringConvertible {
    private let core: GateCore
    private let calls: SyncCalls

    package init(core: GateCore, client: CentralClient, settings: GateSettings.Central) {
        self.core = core
        calls = SyncCalls(core: core, client: client, root: settings.root)
    }

    package var description: String { "sync" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var plan = SyncPlan(
                isEnrolled: core.identity != nil,
                manifestHeld: core.shelf.current?.metadata.version ?? 0,
                trustHeld: core.trust?.version ?? 0
            )
            while !Task.isCancelled {
                if plan.isEnrolled, core.identity == nil || core.takeDoubt() {
                    plan.handle(.disowned, at: core.clock.boot)
                }
                switch plan.next(at: core.clock.boot) {
                case .run(let step): await run(step, &plan)
                case .wait(let until):
                    let pause = max(10, min(until - core.clock.boot, 1000))
                    // Cancelled while it waits: the loop's condition ends it.
                    try? await Task.sleep(for: .milliseconds(pause))
                }
            }
        }
    }

    private func run(_ step: SyncPlan.Step, _ plan: inout SyncPlan) async {
        do {
            let input = try await calls.run(step, plan)
            plan.handle(input, at: core.clock.boot)
            core.noteContact()
            core.note(syncFault: nil)
            core.note(manifestKnown: plan.manifestKnown)
        } catch {
            guard !Task.isCancelled else { return }
            core.note(syncFault: "\(step): \(error)")
            core.logger.warning(
                "sync failed",
                metadata: ["step": "\(step)", "error": "\(error)"]
            )
            plan.handle(.failed(step, jitter: .random(in: 0..<1)), at: core.clock.boot)
        }
    }
}
