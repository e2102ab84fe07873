import CentralStore
import Logging
import ServiceLifecycle

/// Hashes the barcodes of imports that are easily guessed, a few at a time between other work.
struct BarcodeService: Service {
    /// Between two looks for barcodes that wait.
    static let pause = Duration.seconds(1)

    let data: CentralData
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await hash() == 0 {
                    // Cancelled sleep ends early, which is all that is wanted of it.
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    /// A fault here must not end the server; the next round tries again.
    private func hash() async -> Int {
        do throws(StoreError) {
            let count = try await data.barcodes.hashWaiting()
            if count > 0 { logger.info("barcodes hashed", metadata: ["count": "\(count)"]) }
            return count
        } catch {
            logger.error("barcodes not hashed", metadata: ["error": "\(error)"])
            return 0
        }
    }
}
