import Synchronization
package import TicketModel

/// Wakes those who wait for a newer manifest as soon as this process has built one.
///
/// Only a hint: who waits also looks into the database by itself, since another process may build.
package final class ManifestSignal: Sendable {
    private struct State {
        var next: UInt64 = 0
        var waiting: [EventID: [UInt64: CheckedContinuation<Void, Never>]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// A newer manifest of the event is there.
    package func raise(_ event: EventID) {
        let woken = state.withLock { $0.waiting.removeValue(forKey: event) }
        for continuation in (woken ?? [:]).values { continuation.resume() }
    }

    /// Returns when the signal is raised, when `limit` has passed, or when the task is cancelled.
    func wait(for event: EventID, limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(for: event) }
            // Cancelled sleep ends early, which is all that is wanted of it.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait(for event: EventID) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[event, default: [:]][number] = continuation
                    return false
                }
                if isCancelled { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting[event]?.removeValue(forKey: number)
            }
            continuation?.resume()
        }
    }
}
