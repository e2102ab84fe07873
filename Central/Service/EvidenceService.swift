import CentralStore
import Logging
import ServiceLifecycle

/// Checks the evidence of uploaded records, beside everything else the server does.
struct EvidenceService: Service {
    /// How long it rests between steps: uploads and tokens come first.
    ///
    /// A step takes about 30 ms of one core, so the audit takes a third of a core at most.
    static let rest = Duration.milliseconds(60)
    /// How often it looks for new records when there were none.
    static let pause = Duration.seconds(1)

    let logs: LogRepository
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let audited = await step()
                // Cancelled sleep ends early, which is all that is wanted of it.
                try? await Task.sleep(for: audited > 0 ? Self.rest : Self.pause)
            }
        }
    }

    /// A fault here must not end the server: reports check by themselves what was not audited.
    private func step() async -> Int {
        do throws(StoreError) { return try await logs.auditNext() } catch {
            logger.error("evidence not checked", metadata: ["error": "\(error)"])
            return 0
        }
    }
}
