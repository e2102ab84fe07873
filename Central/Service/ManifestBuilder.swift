package import CentralStore
import Logging
import Metrics
import ServiceLifecycle
package import TicketModel

/// Builds manifests, one build of an event at a time, however many ask.
package actor ManifestBuilder {
    private let manifests: ManifestRepository
    private let clock: ServiceClock
    private let signal: ManifestSignal
    private var running: [EventID: Task<Void, Never>] = [:]

    package init(
        manifests: ManifestRepository,
        clock: ServiceClock,
        signal: ManifestSignal
    ) {
        self.manifests = manifests
        self.clock = clock
        self.signal = signal
    }

    /// The newest manifest, built now if the event has changed since the last one.
    package func current(
        _ event: EventID,
        file wish: ManifestFileWish = .newest
    ) async throws(StoreError) -> ManifestVersion {
        while let build = running[event] { await build.value }
        // No suspension between the look above and the claim below: nobody else gets in between.
        let (finished, finish) = AsyncStream<Never>.makeStream()
        running[event] = Task { for await _ in finished {} }
        defer {
            running[event] = nil
            finish.finish()
        }
        let clock = ContinuousClock()
        let started = clock.now
        if let built = try await manifests.build(event, at: self.clock.now(), file: wish) {
            Metrics.Timer(label: "stile_manifest_build")
                .recordNanoseconds((clock.now - started).milliseconds * 1_000_000)
            Counter(label: "stile_manifest_builds").increment()
            signal.raise(event)
            return built
        }
        return try await manifests.latest(event)
    }
}

/// Looks once a second for events that have changed, and builds their manifests.
struct ManifestService: Service {
    /// A manifest is built at most this often (PROTOCOL 5.4).
    static let pause = Duration.seconds(1)
    /// How often answers kept for repeated requests are cleared of old ones, in pauses.
    static let purgePauses = 600

    let data: CentralData
    let builder: ManifestBuilder
    let clock: ServiceClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var rounds = 0
            while !Task.isCancelled {
                await buildPending()
                if rounds.isMultiple(of: Self.purgePauses) { await purge() }
                rounds += 1
                // Cancelled sleep ends early, which is all that is wanted of it.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// A fault here must not end the server: gates can still upload, holders still get codes.
    private func buildPending() async {
        do throws(StoreError) {
            for event in try await data.manifests.pending() where !Task.isCancelled {
                let built = try await builder.current(event, file: .any)
                logger.info(
                    "manifest built",
                    metadata: [
                        "event": "\(event)", "version": "\(built.version)",
                        "tickets": "\(built.tickets)", "bytes": "\(built.bytes)",
                        "file_version": "\(built.fileVersion)",
                    ]
                )
                // Gates have been told by now: making a large file holds up nobody.
                _ = try await data.manifests.renewFile(event, when: .farBehind)
            }
        } catch {
            logger.error("manifest not built", metadata: ["error": "\(error)"])
        }
    }

    private func purge() async {
        do throws(StoreError) { try await data.idempotency.purge(at: clock.now()) } catch {
            logger.error("old answers not removed", metadata: ["error": "\(error)"])
        }
    }
}
