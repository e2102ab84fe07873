package import EntryLogFormat
package import TicketModel

/// What may still be said of an entry that was recorded before (PROTOCOL 8.3).
package enum EntryCorrection: Hashable, Sendable {
    /// How long after an entry a supervisor may take it back.
    package static let undoWithin = Duration.seconds(15 * 60)

    /// The turnstile's report of how an admission ended.
    case passage(EntryRecord.PassageResult)
    /// A supervisor takes the entry back.
    case undo

    /// Why a correction is not recorded; raw values are wire codes: never reuse one.
    package enum Refusal: String, Error, Hashable, Sendable {
        /// No entry was recorded there.
        case noSuchEntry = "no-such-entry"
        /// It was recorded too long ago.
        case tooLate = "too-late"
        /// A supervisor took it back before.
        case alreadyUndone = "already-undone"
        /// Nobody passed: the ticket has its use again already.
        case alreadyGivenBack = "already-given-back"
        /// The turnstile has reported this already, or the opposite.
        case alreadyReported = "already-reported"
    }

    /// What the correction adds to what is known of the entry.
    package var ending: Movement.Ending {
        switch self {
        case .passage(.passed): .passed
        case .passage(.abandoned): .abandoned
        case .passage(.unauthorised), .passage(.freeFlow): []
        case .undo: .undone
        }
    }

    /// Whether the correction fits an entry of `time` that ended so far as `ending` says.
    ///
    /// A pulse may come after the time-out: then somebody passed after all, and the ticket is used.
    package func check(
        entryAt time: Timestamp,
        ending: Movement.Ending,
        now: Timestamp
    ) throws(Refusal) {
        switch self {
        case .undo:
            if ending.contains(.undone) { throw .alreadyUndone }
            if ending.isGivenBack { throw .alreadyGivenBack }
            if now - time > Self.undoWithin { throw .tooLate }
        case .passage(.passed):
            if ending.contains(.passed) { throw .alreadyReported }
        case .passage(.abandoned):
            if !ending.isDisjoint(with: [.passed, .abandoned]) { throw .alreadyReported }
        // These name no entry.
        case .passage(.unauthorised), .passage(.freeFlow): throw .noSuchEntry
        }
    }
}
