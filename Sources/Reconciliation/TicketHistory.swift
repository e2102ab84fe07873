import TicketModel

/// What one ticket did, in order of time, and which of it was too much.
///
/// A ticket without reentry has its first `usesMax` admissions as primary ones (PROTOCOL 9.4); the
/// rest conflict with the last of these. For a ticket with reentry "the first" would blame every
/// honest return, so the rule is read as what it protects, the number of persons inside: an
/// admission conflicts when `usesMax` or more were inside by all earlier records. Admissions that
/// conflict count as persons inside, as in a gate's own books, and exits that a gate did not
/// understand (NOT_INSIDE, because the entry was elsewhere) count as exits. Exits never conflict:
/// nobody is kept in.
struct TicketHistory {
    /// One movement: which log (by rank) and which record in it.
    struct Movement {
        let log: Int32
        let index: Int32
        let time: Timestamp
        let uncertainty: Duration
        let isExit: Bool
        /// Let in by a supervisor.
        let isForced: Bool
        let isDisputed: Bool

        /// By time; the tie is broken by device, epoch and sequence, which every reader knows.
        ///
        /// Overlapping uncertainty does not make a tie: overlap is not transitive, so it cannot
        /// order three records. It is reported instead.
        static func precedes(_ left: Movement, _ right: Movement) -> Bool {
            (left.time, left.log, left.index) < (right.time, right.log, right.index)
        }

        func mayCoincide(with other: Movement) -> Bool {
            time - uncertainty <= other.time + other.uncertainty
                && other.time - other.uncertainty <= time + uncertainty
        }
    }

    struct Excess {
        let primary: Movement
        let later: Movement
        let isUncertain: Bool
    }

    /// Sound admissions; forced entries are none.
    private(set) var admissions = 0
    /// The first sound entry, forced or not.
    private(set) var first: Movement?
    private(set) var excess: [Excess] = []

    init(_ movements: [Movement], usesMax: Int, reentry: Bool) {
        let ordered = movements.sorted(by: Movement.precedes)
        let sound = ordered.filter { !$0.isExit && !$0.isDisputed }
        admissions = sound.count { !$0.isForced }
        first = sound.first
        if reentry {
            countInside(ordered, usesMax: usesMax)
        } else {
            let entries = sound + ordered.filter { !$0.isExit && $0.isDisputed }
            guard entries.count > usesMax else { return }
            let primary = entries[usesMax - 1]
            excess = entries[usesMax...].filter { !$0.isForced }.map {
                Excess(primary: primary, later: $0, isUncertain: primary.mayCoincide(with: $0))
            }
        }
    }

    private mutating func countInside(_ ordered: [Movement], usesMax: Int) {
        var inside = 0
        var latest: Movement?
        let exits = ordered.filter(\.isExit)
        for movement in ordered {
            if movement.isExit {
                // A disputed exit must not make room for another person.
                if !movement.isDisputed { inside = max(0, inside - 1) }
                continue
            }
            if inside >= usesMax, !movement.isForced, let latest {
                let isUncertain =
                    latest.mayCoincide(with: movement)
                    || exits.contains { $0.mayCoincide(with: movement) }
                excess.append(Excess(primary: latest, later: movement, isUncertain: isUncertain))
            }
            guard !movement.isDisputed else { continue }
            inside += 1
            latest = movement
        }
    }
}
