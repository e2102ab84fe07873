import Foundation

/// The shortest time of several runs, in seconds.
func best(of runs: Int = rounds, _ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<runs).map { _ in
        let (seconds, attoseconds) = clock.measure(work).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
    return times.min() ?? .infinity
}

/// Operations a second of our way and of the bare library call, measured by turns.
func compare(_ name: String, count: Int, ours: () -> Void, bare: () -> Void) {
    var ourTime = Double.infinity
    var bareTime = Double.infinity
    for _ in 0..<rounds {
        ourTime = min(ourTime, best(of: 1, ours))
        bareTime = min(bareTime, best(of: 1, bare))
    }
    let line = String(
        format: "%@ %9.0f/s   bare %9.0f/s   ratio %.2f",
        name.padding(toLength: 34, withPad: " ", startingAt: 0),
        Double(count) / ourTime,
        Double(count) / bareTime,
        bareTime / ourTime
    )
    print(line)
}

func printLine(_ name: String, _ text: String) {
    print(name.padding(toLength: 34, withPad: " ", startingAt: 0), text)
}

/// Keeps the optimiser from leaving work out: a wrong result ends the run.
func require(_ isRight: Bool, _ what: String) {
    guard isRight else { preconditionFailure("bench-rules: \(what)") }
}
