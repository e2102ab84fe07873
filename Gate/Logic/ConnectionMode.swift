package import EntryLogFormat

/// Tells when a MODE record is due: once for each change between being online and alone.
package struct ConnectionMode: Hashable, Sendable {
    private var recorded: EntryRecord.Mode?

    package init() {}

    /// The mode to record now; `nil` if it is recorded already.
    package func due(isIsolated: Bool) -> EntryRecord.Mode? {
        let mode: EntryRecord.Mode = isIsolated ? .isolated : .online
        return mode == recorded ? nil : mode
    }

    /// The record is durable; one that could not be stored stays due.
    package mutating func note(_ mode: EntryRecord.Mode) { recorded = mode }
}
