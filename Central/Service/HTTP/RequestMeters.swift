import Metrics
import Synchronization

/// The counters and timers of requests, made once for each kind and then kept.
///
/// There are as many kinds as routes, methods and statuses: nothing a caller sends makes more.
final class RequestMeters: Sendable {
    struct Name: Hashable, Sendable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Pair: Sendable {
        let counter: Counter
        let timer: Metrics.Timer
    }

    private let pairs = Mutex<[Name: Pair]>([:])

    func count(_ name: Name, nanoseconds: Int64) {
        let pair = pairs.withLock { pairs in
            if let known = pairs[name] { return known }
            let made = Pair(
                counter: Counter(
                    label: "stile_http_requests",
                    dimensions: [
                        ("method", name.method), ("route", name.route),
                        ("status", String(name.status)),
                    ]
                ),
                timer: Metrics.Timer(
                    label: "stile_http_request_duration",
                    dimensions: [("route", name.route)]
                )
            )
            pairs[name] = made
            return made
        }
        pair.counter.increment()
        pair.timer.recordNanoseconds(nanoseconds)
    }
}
