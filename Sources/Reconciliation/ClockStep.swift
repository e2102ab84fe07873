import TicketModel

/// A step of a device's clock, as the records before it in the same boot are read (PROTOCOL 9.3).
struct ClockStep {
    /// A clock gains or loses no more than 1 in this: 100 ppm (PROTOCOL 7).
    private static let driftDivisor: Int64 = 10_000

    /// Milliseconds from the counter of the boot to the time.
    private let offset: Int64
    private let monotonic: Int64
    private let uncertainty: Int64

    /// `nil` of every record but a SYNC that set a trusted clock.
    init?(_ entry: StoredEntry) {
        guard let step = entry.step, let monotonic = entry.monotonic else { return nil }
        offset = step
        self.monotonic = monotonic
        uncertainty = Int64(entry.uncertaintyMilliseconds)
    }

    /// Whether this is at least as exact as `other` about every record before both.
    ///
    /// Both lose the same with distance, so the answer does not depend on the record.
    func isAsExact(as other: ClockStep) -> Bool { weight <= other.weight }

    private var weight: Int64 { uncertainty * Self.driftDivisor + monotonic }

    /// Whether `entry`, which comes before, was given another time.
    func correct(_ entry: inout StoredEntry) -> Bool {
        guard let written = entry.monotonic else { return false }
        let (time, isOverflow) = written.addingReportingOverflow(offset)
        guard !isOverflow else { return false }
        let distance = monotonic - written
        let drift = (distance + Self.driftDivisor - 1) / Self.driftDivisor
        let claimed = Int64(entry.uncertaintyMilliseconds)
        let (difference, isFar) = time.subtractingReportingOverflow(entry.time.milliseconds)
        let isFalse = isFar || difference.magnitude > claimed.magnitude
        guard isFalse || uncertainty + drift < claimed else { return false }
        entry.correct(to: Timestamp(milliseconds: time), uncertainty: uncertainty + drift)
        return true
    }
}
