import Foundation

/// Runs work that blocks, such as a simple socket client, on a thread of its own: on the threads of
/// Swift concurrency it could keep the very tasks from running that it waits for.
package func offPool<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try work() }) }.start()
    }
}
