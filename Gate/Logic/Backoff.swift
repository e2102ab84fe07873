/// How long to wait after failures in a row: doubling from a base up to a cap, with jitter, so that
/// many gates do not come back to a restarted central in step.
package struct Backoff: Hashable, Sendable {
    package let base: Duration
    package let cap: Duration
    /// Failures in a row.
    package private(set) var failures = 0

    /// - Parameters:
    ///   - base: the longest first wait; more than zero.
    ///   - cap: the longest wait at all; not less than `base`.
    package init(base: Duration, cap: Duration) {
        precondition(base > .zero && cap >= base, "0 < base ≤ cap")
        self.base = base
        self.cap = cap
    }

    /// Counts a failure and gives the wait before the next attempt.
    ///
    /// - Parameter jitter: a random number in 0..<1; the wait is between half and all of its step.
    package mutating func wait(jitter: Double) -> Duration {
        let step = min(cap, base * (1 << min(failures, 20)))
        failures += 1
        return step * (0.5 + min(max(jitter, 0), 1) / 2)
    }

    /// It worked: the next failure starts from the base again.
    package mutating func reset() {
        failures = 0
    }
}
