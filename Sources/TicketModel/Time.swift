/// An instant: milliseconds since 1970-01-01T00:00:00Z, as everywhere outside tokens.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// An instant as tokens carry it.
    public init(seconds: UInt32) {
        self.milliseconds = Int64(seconds) * 1000
    }

    /// Whole seconds, rounded down, as tokens carry them; `nil` before 1970 and after 2106.
    public var tokenSeconds: UInt32? {
        guard milliseconds >= 0 else { return nil }
        return UInt32(exactly: milliseconds / 1000)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Later by `duration`; stays at the end of the range rather than trap on absurd input.
    public static func + (instant: Self, duration: Duration) -> Self {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.milliseconds)
        guard overflow else { return Self(milliseconds: sum) }
        return Self(milliseconds: duration.milliseconds < 0 ? .min : .max)
    }

    public static func - (instant: Self, duration: Duration) -> Self {
        instant + .milliseconds(-duration.milliseconds)
    }

    /// How much later the left instant is.
    public static func - (later: Self, earlier: Self) -> Duration {
        let (gap, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        guard overflow else { return .milliseconds(gap) }
        return .milliseconds(later.milliseconds < earlier.milliseconds ? Int64.min : Int64.max)
    }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero; clamped to what 64 bits hold.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = scaled.addingReportingOverflow(
            attoseconds / 1_000_000_000_000_000
        )
        if overflowed { return seconds < 0 ? .min : .max }
        return sum
    }
}

/// How far a gate may trust its own clock (PROTOCOL 7).
public enum ClockState: String, CaseIterable, Hashable, Sendable {
    case synced = "SYNCED"
    case holdover = "HOLDOVER"
    case untrusted = "UNTRUSTED"
}

/// The time as one scan sees it: read once in the shell, then passed as a value.
public struct ClockReading: Hashable, Sendable {
    public let now: Timestamp
    /// Half the width of the interval that surely holds the true time.
    public let uncertainty: Duration
    public let state: ClockState
    /// The greatest central time proven so far: true time cannot be earlier.
    public let floor: Timestamp
    /// Milliseconds of `CLOCK_BOOTTIME`: orders records even when `now` jumps.
    public let monotonic: Int64

    public init(
        now: Timestamp,
        uncertainty: Duration,
        state: ClockState,
        floor: Timestamp,
        monotonic: Int64
    ) {
        self.now = now
        self.uncertainty = uncertainty
        self.state = state
        self.floor = floor
        self.monotonic = monotonic
    }
}
