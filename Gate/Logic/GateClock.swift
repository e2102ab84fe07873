package import TicketModel

/// What the gate knows of central's time (PROTOCOL 7): an offset for `CLOCK_BOOTTIME`, how far it
/// may be off, and the latest time that is proven to have passed.
///
/// The system clock is never set, and only believed as a first guess. The state that a scan sees
/// follows from the anchor and the floor alone, so that whoever knows both can check it.
package struct GateClock: Hashable, Sendable {
    /// Added to half the round trip of an answer.
    package static let answerMargin = Duration.milliseconds(500)
    /// The clock may run this many parts in a million too fast or too slow.
    package static let driftPerMillion: Int64 = 100
    package static let syncedUpTo = Duration.seconds(2)
    package static let holdoverUpTo = Duration.seconds(15)
    /// Time may read this much earlier than what is proven before it counts as set back.
    package static let floorSlack = Duration.seconds(5)
    /// How far a clock may be off that nobody vouches for.
    package static let guessUncertainty = Duration.seconds(24 * 3600)
    /// The uncertainty of a clock that tokens have moved forward.
    package static let slowUncertainty = Duration.seconds(15)
    /// Up to where such a clock is in holdover, 2¾ hours on: it starts at the limit of others.
    package static let slowUpTo = Duration.seconds(16)
    /// A floor that has risen by this much is stored at once, so that no crash takes back more.
    package static let floorKeptWithin = Duration.seconds(10)

    /// An offset and when it was known; holds until the next boot.
    package struct Anchor: Hashable, Sendable {
        /// Central's Unix milliseconds less milliseconds since boot.
        package let offset: Int64
        package let uncertainty: Duration
        /// Milliseconds since boot.
        package let at: Int64
        package let basis: Basis

        package init(offset: Int64, uncertainty: Duration, at: Int64, basis: Basis = .known) {
            self.offset = offset
            self.uncertainty = uncertainty
            self.at = at
            self.basis = basis
        }
    }

    /// What an offset rests on; raw values are stored.
    package enum Basis: String, Hashable, Sendable {
        /// The system clock, and what is proven: nobody has told the time since the boot.
        case guess
        /// Central or a peer has told the time.
        case known
        /// It was known, but codes of several tickets have moved it forward.
        case shown
        /// It was known, but expired codes of many tickets say that it runs ahead.
        case doubted
    }

    /// Why the clock is not trusted; raw values are shown and measured.
    package enum Doubt: String, CaseIterable, Hashable, Sendable {
        case neverSet = "never_set"
        case fast
        /// Time reads earlier than what central has proven.
        case rollback
        /// Alone for so long that it may be off by more than codes allow.
        case unsure
    }

    /// The latest time that was told and believed.
    package struct Sync: Hashable, Sendable {
        package let source: Cause
        /// Milliseconds since boot.
        package let at: Int64
        package let time: Timestamp
    }

    package internal(set) var anchor: Anchor
    /// The greatest central time proven so far.
    package internal(set) var floor: Timestamp
    /// `nil` if this program has not heard any time yet.
    package internal(set) var lastSync: Sync?
    /// Whether central's latest answer was earlier than what it has proven before.
    package internal(set) var isContradicted = false

    /// What is stored of the floor, or about to be.
    var keptFloor: Timestamp
    var isAnchorKept = true
    /// Whether a record says that this anchor is behind the floor.
    var isRollbackNoted = false
    /// The offset of a system clock that was set back, until a record says so.
    var setBack: Int64?
    var slow = SlowEvidence()
    var fast = FastEvidence()

    /// - Parameters:
    ///   - boot: milliseconds since boot.
    ///   - wall: the system clock: the guess until somebody tells the time, if it is not earlier
    ///     than what is proven.
    ///   - anchor: what was known earlier in this boot.
    ///   - floor: what was proven before, even before this boot.
    package init(boot: Int64, wall: Timestamp, anchor: Anchor?, floor: Timestamp) {
        self.floor = floor
        keptFloor = floor
        if let anchor, anchor.isUsable(at: boot) {
            self.anchor = anchor
        } else {
            self.anchor = Anchor(
                offset: max(wall, floor).milliseconds - boot,
                uncertainty: Self.guessUncertainty,
                at: boot,
                basis: .guess
            )
            if wall < floor - Self.floorSlack { setBack = wall.milliseconds - boot }
        }
    }

    /// The time as a scan sees it.
    package func reading(at boot: Int64) -> ClockReading {
        ClockReading(
            now: now(at: boot),
            uncertainty: uncertainty(at: boot),
            state: state(at: boot),
            floor: floor,
            monotonic: boot
        )
    }

    /// Why the clock is not trusted; `nil` if it is.
    package func doubt(at boot: Int64) -> Doubt? {
        switch anchor.basis {
        case .guess: return .neverSet
        case .doubted: return .fast
        case .known, .shown: break
        }
        if isBehindFloor(at: boot) { return .rollback }
        let limit = anchor.basis == .shown ? Self.slowUpTo : Self.holdoverUpTo
        return uncertainty(at: boot) > limit ? .unsure : nil
    }

    func now(at boot: Int64) -> Timestamp {
        Timestamp(milliseconds: anchor.offset) + .milliseconds(boot)
    }

    func uncertainty(at boot: Int64) -> Duration {
        let elapsed = max(0, boot - anchor.at)
        let (whole, rest) = elapsed.quotientAndRemainder(
            dividingBy: 1_000_000 / Self.driftPerMillion
        )
        return anchor.uncertainty + .milliseconds(whole + (rest > 0 ? 1 : 0))
    }

    private func state(at boot: Int64) -> ClockState {
        guard doubt(at: boot) == nil else { return .untrusted }
        return uncertainty(at: boot) <= Self.syncedUpTo ? .synced : .holdover
    }

    func isBehindFloor(at boot: Int64) -> Bool {
        now(at: boot) < floor - Self.floorSlack
    }

    /// Whether tokens could carry this time: anything else is absurd, whoever signs it.
    static func isPlausible(_ time: Timestamp) -> Bool { time.tokenSeconds != nil }
}

extension GateClock.Anchor {
    /// Whether a stored anchor can be of this boot at all.
    fileprivate func isUsable(at boot: Int64) -> Bool {
        let time = Timestamp(milliseconds: offset) + .milliseconds(boot)
        return at <= boot && uncertainty >= .zero && GateClock.isPlausible(time)
    }
}
