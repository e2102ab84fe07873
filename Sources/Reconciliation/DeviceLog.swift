import TicketModel

/// The records that are held of one log, each once, whatever order they came in.
struct DeviceLog {
    /// While in disorder: how many records may gather before repeated ones are dropped.
    private static let disorderMin = 1024

    private var entries: ContiguousArray<StoredEntry> = []
    private var isOrdered = true
    private var disorderMax = disorderMin
    private(set) var fork: UInt64?

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
