package import EntryLogFormat

/// Whether a log still extends what central has confirmed of it (PROTOCOL 9.3).
///
/// A journal that was lost, or put back from an old copy, does not: going on with it would write
/// other records under numbers that are taken, and the device would stand as a liar.
package enum LogIntegrity: Hashable, Sendable {
    case sound
    /// Central has records that are not here.
    case shorter(confirmed: UInt64, here: UInt64)
    /// Central has another record under this number.
    case other(at: UInt64)

    /// Compares a log with the receipt that says most.
    ///
    /// - Parameters:
    ///   - confirmed: the number after the last record that central holds.
    ///   - head: the link of that record.
    ///   - chain: where the log stands here.
    ///   - link: the link of one record here; `nil` if it is missing.
    package init<Failure>(
        confirmed: UInt64,
        head: [UInt8],
        chain: LogChain,
        link: (UInt64) throws(Failure) -> RecordLink?
    ) throws(Failure) {
        guard confirmed > 0 else {
            self = .sound
            return
        }
        guard confirmed <= chain.next else {
            self = .shorter(confirmed: confirmed, here: chain.next)
            return
        }
        self = try link(confirmed - 1)?.bytes == head ? .sound : .other(at: confirmed - 1)
    }
}
