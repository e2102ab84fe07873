import AdmissionRules
package import GateLogic
import Metrics
import Synchronization
package import TicketModel

/// Tells whoever watches what the lanes say: status pages, standard output, metrics.
///
/// Publishing never waits: a watcher that falls behind loses the oldest verdicts, not the gate's
/// time.
package final class VerdictBoard: Sendable {
    /// Watchers at once.
    package static let watchersMax = 32
    /// Verdicts that wait for one watcher.
    package static let waitingMax = 1024

    private struct State {
        var last: LaneVerdict?
        var counts: [VerdictCode: Int] = [:]
        var repeats = 0
        var watchers: [Int: AsyncStream<LaneVerdict>.Continuation] = [:]
        var nextWatcher = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    package init() {}

    /// The latest verdict of any lane.
    package var last: LaneVerdict? { state.withLock { $0.last } }

    /// How often each verdict was given since the start, repeats not counted.
    package var counts: [VerdictCode: Int] { state.withLock { $0.counts } }

    package func publish(_ verdict: LaneVerdict) {
        state.withLock { state in
            state.last = verdict
            if verdict.isRepeated {
                state.repeats += 1
            } else {
                state.counts[verdict.decision.code, default: 0] += 1
            }
            for watcher in state.watchers.values { watcher.yield(verdict) }
        }
        Counter(
            label: "stile_gate_verdicts",
            dimensions: [
                ("verdict", verdict.decision.code.name), ("lane", verdict.lane.description),
                ("repeated", verdict.isRepeated ? "1" : "0"),
            ]
        ).increment()
    }

    /// Verdicts from now on; `nil` if there are too many watchers.
    package func watch() -> AsyncStream<LaneVerdict>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LaneVerdict.self,
            bufferingPolicy: .bufferingNewest(Self.waitingMax)
        )
        let watcher = state.withLock { state -> Int? in
            guard !state.isFinished, state.watchers.count < Self.watchersMax else { return nil }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        guard let watcher else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.watchers[watcher] = nil
            }
        }
        return stream
    }

    /// Ends every watcher's stream, once it has given what waits in it.
    package func finish() {
        let watchers = state.withLock { state in
            state.isFinished = true
            let watchers = Array(state.watchers.values)
            state.watchers = [:]
            return watchers
        }
        for watcher in watchers { watcher.finish() }
    }
}
