import TicketModel

/// The records that are held of one log, each once, whatever order they came in.
struct DeviceLog {
    /// While in disorder: how many records may gather before repeated ones are dropped.
    private static let disorderMin = 1024

    private var entries: ContiguousArray<StoredEntry> = []
    private var isOrdered = true
    private var disorderMax = disorderMin
    private(set) var fork: UInt64?
    /// Records that carry another time than they were written with.
    private(set) var corrected = 0

    mutating func add(_ entry: StoredEntry) {
        if let last = entries.last {
            guard entry != last else { return }
            if entry.sequence <= last.sequence { isOrdered = false }
        }
        entries.append(entry)
        if !isOrdered, entries.count >= disorderMax {
            putInOrder()
            disorderMax = max(Self.disorderMin, 2 * entries.count)
        }
    }

    /// The same log in order of sequence, repeated records dropped.
    ///
    /// Of different records with one number the lowest stays, and ``fork`` says so.
    func inOrder() -> DeviceLog {
        var log = self
        log.putInOrder()
        return log
    }

    private mutating func putInOrder() {
        guard !isOrdered else { return }
        entries.sort()
        var kept = 0
        for index in 1..<entries.count {
            if entries[index].sequence != entries[kept].sequence {
                kept += 1
                entries[kept] = entries[index]
            } else if entries[index] != entries[kept] {
                fork = min(fork ?? .max, entries[index].sequence)
            }
        }
        entries.removeSubrange((kept + 1)...)
        isOrdered = true
    }
}

/// Only of a log that is ``inOrder()``.
extension DeviceLog {
    /// The same log with the times that its clock's later steps call for (PROTOCOL 9.3).
    ///
    /// - Parameters:
    ///   - sequences: which SYNC records are believed.
    ///   - end: from when on they are not; `nil` for never.
    func timesCorrected(
        bySteps sequences: PartialRangeUpTo<UInt64>,
        before end: Timestamp?
    ) -> DeviceLog {
        guard entries.contains(where: { $0.step != nil }) else { return self }
        var log = self
        var best: ClockStep?
        var later = Int64.max
        // Backwards, so that the best of all later steps is known at each record.
        for index in entries.indices.reversed() {
            let entry = entries[index]
            guard let monotonic = entry.monotonic else { continue }
            // The next record counts from another boot.
            if monotonic > later { best = nil }
            later = monotonic
            if let step = ClockStep(entry), sequences ~= entry.sequence,
                end.map({ entry.time < $0 }) ?? true,
                best.map({ step.isAsExact(as: $0) }) ?? true
            {
                best = step
            }
            guard !entry.isSync, let best else { continue }
            if best.correct(&log.entries[index]) { log.corrected += 1 }
        }
        return log
    }
}

/// Only of a log that is ``inOrder()``.
extension DeviceLog {
    var count: Int { entries.count }
    subscript(_ index: Int) -> StoredEntry { entries[index] }

    /// The number after the highest one.
    var next: UInt64 {
        guard let last = entries.last else { return 0 }
        return last.sequence == .max ? .max : last.sequence + 1
    }

    /// Where the record with this number stands; `nil` if it is missing.
    func index(of sequence: UInt64) -> Int? {
        // In a log without gaps the number is the place.
        if let index = Int(exactly: sequence), index < entries.count,
            entries[index].sequence == sequence
        {
            return index
        }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].sequence == sequence ? low : nil
    }

    var gaps: [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        var expected: UInt64 = 0
        for entry in entries {
            if entry.sequence > expected { gaps.append(expected..<entry.sequence) }
            expected = entry.sequence == .max ? .max : entry.sequence + 1
        }
        return gaps
    }

    var lastHeard: Timestamp? { entries.lazy.map(\.time).max() }
}
