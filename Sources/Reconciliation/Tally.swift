/// Counts of one event, hall, gate, class or minute.
///
/// A scan is not an admission and an admission is not a passage: three numbers, never one, and
/// ``scanned`` ≥ ``admitted`` ≥ ``passed`` always. Persons that came in without an admission are
/// counted beside them, so that the number of people inside is `passed + forced + freeFlow +
/// unauthorised - exited`.
package struct Tally: Hashable, Sendable {
    /// Scans on the way in, whatever was said to them.
    package internal(set) var scanned = 0
    /// Of these: SUCCESS, and not given back by VOID or an abandoned passage.
    package internal(set) var admitted = 0
    /// Of these: the turnstile reported a passage, or the lane has no sensor.
    package internal(set) var passed = 0
    /// SUCCESS that nobody made use of: the turnstile was never pushed.
    package internal(set) var abandoned = 0
    /// SUCCESS that a supervisor undid.
    package internal(set) var undone = 0
    /// SUCCESS of a disputed record: in none of the three numbers.
    package internal(set) var disputed = 0
    /// Scans on the way out that let somebody go, with or without a known entry.
    package internal(set) var exited = 0
    /// Entries that a supervisor forced.
    package internal(set) var forced = 0
    /// Passages while the lane stood open to everybody.
    package internal(set) var freeFlow = 0
    /// Passages that no admission explains.
    package internal(set) var unauthorised = 0

    /// Nothing counted yet.
    package init() {}

    static func += (left: inout Tally, right: Tally) {
        left.scanned += right.scanned
        left.admitted += right.admitted
        left.passed += right.passed
        left.abandoned += right.abandoned
        left.undone += right.undone
        left.disputed += right.disputed
        left.exited += right.exited
        left.forced += right.forced
        left.freeFlow += right.freeFlow
        left.unauthorised += right.unauthorised
    }
}
