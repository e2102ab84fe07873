package import TicketModel

/// What the gate knows of central's time (PROTOCOL 7): an offset for `CLOCK_BOOTTIME`, how far it
/// may be off, and the latest time that is proven to have passed.
///
/// The system clock is never set, and only believed as a first guess.
package struct GateClock: Hashable, Sendable {
    /// Added to half the round trip of an answer.
    package static let answerMargin = Duration.milliseconds(500)
    /// The clock may run this many parts in a million too fast or too slow.
    package static let driftPerMillion: Int64 = 100
    package static let syncedUpTo = Duration.seconds(2)
    package static let holdoverUpTo = Duration.seconds(15)
    /// Time may read this much earlier than what is proven before it counts as set back.
    package static let floorSlack = Duration.seconds(5)
    /// How far the system clock may be off when nobody has told the time yet.
    package static let guessUncertainty = Duration.seconds(24 * 3600)

    /// An offset and when it was known; holds until the next boot.
    package struct Anchor: Hashable, Sendable {
        /// Central's Unix milliseconds less milliseconds since boot.
        package let offset: Int64
        package let uncertainty: Duration
        /// Milliseconds since boot.
        package let at: Int64

        package init(offset: Int64, uncertainty: Duration, at: Int64) {
            self.offset = offset
            self.uncertainty = uncertainty
            self.at = at
        }
    }

    package enum Input: Hashable, Sendable {
        /// A believed answer to our own nonce, which was sent at this time since boot.
        case answer(time: Timestamp, sent: Int64)
        /// A central time that has surely passed: signed by central, and not ahead of its time.
        case proven(Timestamp)
    }

    package enum Effect: Hashable, Sendable {
        /// The clock was set, or is known to be wrong from here on: a SYNC record.
        case record(oldOffset: Int64, newOffset: Int64)
        /// The anchor is to be stored, so that a restart within this boot keeps the time.
        case keep(Anchor)
    }

    package private(set) var anchor: Anchor
    /// The greatest central time proven so far.
    package private(set) var floor: Timestamp

    /// - Parameters:
    ///   - boot: milliseconds since boot.
    ///   - wall: the system clock: the guess until central answers.
    ///   - anchor: what was known earlier in this boot.
    ///   - floor: what was proven before, even before this boot.
    package init(boot: Int64, wall: Timestamp, anchor: Anchor?, floor: Timestamp) {
        self.floor = floor
        if let anchor, anchor.at <= boot {
            self.anchor = anchor
        } else {
            self.anchor = Anchor(
                offset: wall.milliseconds - boot,
                uncertainty: Self.guessUncertainty,
                at: boot
            )
        }
    }

    package mutating func handle(_ input: Input, at boot: Int64) -> [Effect] {
        switch input {
        case .answer(let time, let sent): return take(time, sent: sent, at: boot)
        case .proven(let time): return prove(time, at: boot)
        }
    }

    /// The time as a scan sees it.
    package func reading(at boot: Int64) -> ClockReading {
        let uncertainty = self.uncertainty(at: boot)
        return ClockReading(
            now: now(at: boot),
            uncertainty: uncertainty,
            state: state(uncertainty, at: boot),
            floor: floor,
            monotonic: boot
        )
    }

    private func now(at boot: Int64) -> Timestamp {
        Timestamp(milliseconds: anchor.offset) + .milliseconds(boot)
    }

    private func uncertainty(at boot: Int64) -> Duration {
        let elapsed = max(0, boot - anchor.at)
        return anchor.uncertainty + .milliseconds(elapsed * Self.driftPerMillion / 1_000_000)
    }

    private func state(_ uncertainty: Duration, at boot: Int64) -> ClockState {
        if isBehindFloor(at: boot) { return .untrusted }
        if uncertainty <= Self.syncedUpTo { return .synced }
        return uncertainty <= Self.holdoverUpTo ? .holdover : .untrusted
    }

    private func isBehindFloor(at boot: Int64) -> Bool {
        now(at: boot) < floor - Self.floorSlack
    }

    private mutating func take(_ time: Timestamp, sent: Int64, at boot: Int64) -> [Effect] {
        let roundTrip = max(0, boot - sent)
        let old = anchor.offset
        anchor = Anchor(
            offset: time.milliseconds + roundTrip / 2 - boot,
            uncertainty: .milliseconds(roundTrip / 2) + Self.answerMargin,
            at: boot
        )
        floor = max(floor, time)
        return [.record(oldOffset: old, newOffset: anchor.offset), .keep(anchor)]
    }

    private mutating func prove(_ time: Timestamp, at boot: Int64) -> [Effect] {
        guard time > floor else { return [] }
        let wasBehind = isBehindFloor(at: boot)
        floor = time
        guard !wasBehind, isBehindFloor(at: boot) else { return [] }
        // Found to be slow: the offset stays, for tokens never set a clock here, but its reader is
        // told that it is not to be trusted.
        return [.record(oldOffset: anchor.offset, newOffset: anchor.offset)]
    }
}
