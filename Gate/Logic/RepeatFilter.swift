import AdmissionRules
import TicketModel

/// Rule 1 of PROTOCOL 8.2: the very text that a lane has just admitted shows SUCCESS again, without
/// a second record, because scanners read a code many times while it is held up.
///
/// Equal bytes only: nothing unverified may ever look green.
package struct RepeatFilter: Sendable {
    /// How long an admitted text is shown again.
    package static let window = Duration.seconds(5)
    /// How long a passage may stay open: a turnstile that never reports must not make the code
    /// green for good.
    package static let openMax = Duration.seconds(30)

    private var admitted: [UInt8] = []
    private var verdict: LaneVerdict?
    private var since: Int64 = 0
    private var until: Int64 = 0

    package init() {}

    /// The admission that `text` repeats; `nil` if it must be decided.
    ///
    /// - Parameter boot: milliseconds of `CLOCK_BOOTTIME`, which no clock setting moves.
    package func repeated(_ text: [UInt8], at boot: Int64) -> LaneVerdict? {
        guard let verdict, boot < until, text == admitted else { return nil }
        return verdict.shownAgain
    }

    /// Remembers what was said to `text`; anything but an admission ends the one before.
    ///
    /// - Parameter awaitsPassage: whether a turnstile will report how the admission ends.
    package mutating func note(
        _ text: [UInt8],
        _ verdict: LaneVerdict,
        awaitsPassage: Bool = false,
        at boot: Int64
    ) {
        guard verdict.decision.isAdmission, !verdict.isRepeated else {
            if !verdict.isRepeated { self.verdict = nil }
            return
        }
        admitted = text
        self.verdict = verdict
        since = boot
        until = boot + (awaitsPassage ? Self.openMax : Self.window).milliseconds
    }

    /// The guest of the admission `sequence` has passed: the passage is not open any more.
    package mutating func passed(_ sequence: UInt64) {
        guard verdict?.sequence == sequence else { return }
        until = min(until, since + Self.window.milliseconds)
    }

    /// The admission `sequence` was given back: its text must be decided anew.
    package mutating func forget(_ sequence: UInt64) {
        if verdict?.sequence == sequence { verdict = nil }
    }
}
