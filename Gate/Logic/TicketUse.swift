package import AdmissionRules
package import EntryLogFormat
package import TicketModel

/// How one ticket was used, by the records that a gate knows.
///
/// This is the only place that says how uses follow from records: a scan adds a step, and a record
/// that gives a use back has the steps that are left counted anew.
package struct TicketUse: Hashable, Sendable {
    /// Entries that were not given back.
    package var entries = 0
    /// Entries less exits, never below zero.
    package var inside = 0
    /// The highest generation in any token whose signature held; 0 if none was seen.
    package var generation = Generation(0)
    package var last: Last?

    /// The latest entry that was not given back.
    package struct Last: Hashable, Sendable {
        package let device: DeviceName
        package let gate: GateNumber
        package let lane: LaneNumber
        package let time: Timestamp
        /// Whether a turnstile reported the passage.
        package var isPassed: Bool

        package init(
            device: DeviceName,
            gate: GateNumber,
            lane: LaneNumber,
            time: Timestamp,
            isPassed: Bool
        ) {
            self.device = device
            self.gate = gate
            self.lane = lane
            self.time = time
            self.isPassed = isPassed
        }
    }

    package init() {}

    /// What is left of `movements`, the oldest first.
    package init(generation: Generation, movements: some Sequence<Movement>) {
        self.generation = generation
        for movement in movements where !movement.ending.isGivenBack { add(movement) }
    }

    /// Counts what came after everything else.
    package mutating func add(_ movement: Movement) {
        switch movement.kind {
        case .admission, .force:
            entries += 1
            inside += 1
            last = Last(
                device: movement.device,
                gate: movement.gate,
                lane: movement.lane,
                time: movement.time,
                isPassed: movement.ending.contains(.passed)
            )
        case .exit: inside = max(0, inside - 1)
        }
    }

    /// Remembers the generation that a proven code showed.
    package mutating func note(_ scan: EntryRecord.Scan) {
        guard let shown = scan.generation, let form = scan.form else { return }
        switch form {
        case .live, .paper, .holder, .holderFull, .wallet: generation = max(generation, shown)
        // A static code is no proof that a later generation was issued.
        case .ownCode, .imported: break
        }
    }

    /// What the rules need of it.
    ///
    /// - Parameter awaitsPassage: whether a lane of this gate has a passage sensor; one without
    ///   counts the entry itself as the passage (PROTOCOL 8.3).
    package func uses(awaitsPassage: (LaneNumber) -> Bool) -> Uses {
        Uses(
            entries: entries,
            inside: inside,
            last: last.map { last in
                Uses.Last(
                    device: last.device,
                    gate: last.gate,
                    lane: last.lane,
                    time: last.time,
                    passage: last.isPassed || !awaitsPassage(last.lane) ? .passed : .open
                )
            }
        )
    }
}
