import CoreMetrics
import Synchronization

/// One time series: a counter, a gauge or a histogram.
final class Series: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    enum Kind: Sendable {
        case counter, gauge
        /// With the upper bounds of its buckets, ascending.
        case histogram([Double])

        var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct State {
        var sum = 0.0
        var count: Int64 = 0
        var buckets: [Int64]
    }

    let kind: Kind
    private let bounds: [Double]
    private let state: Mutex<State>

    init(kind: Kind) {
        self.kind = kind
        switch kind {
        case .counter, .gauge: bounds = []
        case .histogram(let bounds): self.bounds = bounds
        }
        state = Mutex(State(buckets: [Int64](repeating: 0, count: bounds.count)))
    }

    func add(_ amount: Double) { state.withLock { $0.sum += amount } }
    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() { state.withLock { $0 = State(buckets: $0.buckets.map { _ in 0 }) } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.sum = value } }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        switch kind {
        case .counter, .gauge: set(value)
        case .histogram:
            state.withLock { state in
                state.sum += value
                state.count += 1
                if let bucket = bounds.firstIndex(where: { value <= $0 }) {
                    state.buckets[bucket] += 1
                }
            }
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func lines(family: String, labels: String) -> String {
        let state = state.withLock { $0 }
        func line(_ suffix: String, _ labels: String, _ value: String) -> String {
            labels.isEmpty
                ? "\(family)\(suffix) \(value)\n" : "\(family)\(suffix){\(labels)} \(value)\n"
        }
        switch kind {
        case .counter, .gauge: return line("", labels, Self.number(state.sum))
        case .histogram:
            let separator = labels.isEmpty ? "" : ","
            var text = ""
            var below: Int64 = 0
            for (bound, count) in zip(bounds, state.buckets) {
                below += count
                text += line("_bucket", "\(labels)\(separator)le=\"\(bound)\"", String(below))
            }
            text += line("_bucket", "\(labels)\(separator)le=\"+Inf\"", String(state.count))
            text += line("_sum", labels, Self.number(state.sum))
            return text + line("_count", labels, String(state.count))
        }
    }

    private static func number(_ value: Double) -> String {
        guard let whole = Int64(exactly: value) else { return String(value) }
        return String(whole)
    }
}

/// A counter of fractions over the same series.
final class FloatingPointCounter: FloatingPointCounterHandler {
    private let series: Series

    init(_ series: Series) {
        self.series = series
    }

    func increment(by amount: Double) { series.add(amount) }
    func reset() { series.reset() }
}
