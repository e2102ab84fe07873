/// Where a log stands: what its next record must be.
public struct LogChain: Hashable, Sendable {
    /// The sequence number that comes next.
    public private(set) var next: UInt64
    /// The link of the last record.
    public private(set) var head: RecordLink

    /// What is wrong with a record that does not continue its log.
    public enum Fault: Error, Hashable, Sendable {
        /// Records in between are missing.
        case gap(expected: UInt64)
        /// The record names another predecessor than the one that is held.
        case fork(at: UInt64)
    }

    /// A log without records.
    public init() {
        next = 0
        head = .genesis
    }

    public init(next: UInt64, head: RecordLink) {
        self.next = next
        self.head = head
    }

    /// Takes the record that comes next.
    ///
    /// - Throws: `Fault.gap` for a later one; `Fault.fork` for one whose predecessor is not
    ///   ``head`` or whose sequence number is taken.
    public mutating func append(_ record: SignedRecord) throws(Fault) {
        let sequence = record.record.sequence
        if sequence > next { throw .gap(expected: next) }
        guard sequence == next, record.record.previous == head else { throw .fork(at: sequence) }
        next += 1
        head = record.link
    }
}
