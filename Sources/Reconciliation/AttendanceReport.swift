package import EntryLogFormat
package import TicketModel

/// What all logs together say about an event (PROTOCOL 9.4).
///
/// Every list has one order, so equal sets of records give equal reports.
package struct AttendanceReport: Hashable, Sendable {
    package let event: EventID
    package let total: Tally
    /// By class of the ticket; scans that named no known ticket stand under ``Numbered/unstated``.
    package let classes: [ClassNumber: Tally]
    package let halls: [HallNumber: Tally]
    package let gates: [GateNumber: Tally]
    /// Minutes in which something happened, in order; a passage counts in its admission's minute.
    package let minutes: [Minute]
    /// Every ticket central has sold, in order of id.
    package let tickets: [TicketAttendance]
    /// Tickets in the logs that central has not sold, in order of id.
    package let unknownTickets: [UnknownTicket]
    /// Every verdict but SUCCESS, both ways, in order of code.
    package let refusals: [RefusalCount]
    /// Admissions beyond what their ticket allows, in order of time.
    package let conflicts: [Conflict]
    /// In order of device and epoch.
    package let logs: [LogSummary]
    /// Devices that ought to have written and never did, in order.
    package let silentDevices: [DeviceName]

    /// How many tickets were used at least once.
    package let attended: Int

    /// Provisional admissions of tickets that central never sold.
    package var unsoldAdmissions: [UnknownTicket] {
        unknownTickets.filter { $0.kind == .provisional }
    }

    /// How many conflicts lie between two gates; the lower gate comes first.
    package var conflictsByGates: [GatePair: Int] {
        conflicts.reduce(into: [:]) {
            $0[GatePair($1.primary.gate, $1.later.gate), default: 0] += 1
        }
    }
}

/// Two gates, or one with itself.
package struct GatePair: Hashable, Sendable {
    package let first: GateNumber
    package let second: GateNumber

    package init(_ one: GateNumber, _ other: GateNumber) {
        first = min(one, other)
        second = max(one, other)
    }
}

/// The counts of one minute.
package struct Minute: Hashable, Sendable {
    /// The first instant of the minute.
    package let start: Timestamp
    package let tally: Tally
}

/// An admission as reports show it.
package struct Admission: Hashable, Sendable {
    package let log: LogName
    package let sequence: UInt64
    package let time: Timestamp
    package let uncertainty: Duration
    package let hall: HallNumber
    package let gate: GateNumber
    package let lane: LaneNumber
    package let form: CodeForm?
    /// Says, among other things, whether the gate was isolated when it admitted.
    package let flags: EntryFlags
}

/// What became of one sold ticket.
package struct TicketAttendance: Hashable, Sendable {
    package let ticket: TicketID
    package let accessClass: ClassNumber
    /// The first sound entry that was not given back, forced ones included; `nil` if the guest
    /// never came in.
    package let first: Admission?
    /// Sound admissions that were not given back, conflicts included.
    package let admissions: Int

    package var isAttended: Bool { first != nil }
}

/// A ticket that turned up at a gate and that central does not know.
package struct UnknownTicket: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Every scan was refused: a counterfeit that failed.
        case refused
        /// Admitted on its signature alone, because policy says so.
        case provisional
        /// Admitted without that excuse: a manifest that central did not make, or a lost sale.
        case admitted
    }

    package let ticket: TicketID
    package let kind: Kind
    /// Scans that named it.
    package let scans: Int
    /// The first admission; `nil` if all were refused.
    package let first: Admission?
}

/// How often one verdict was given.
package struct RefusalCount: Hashable, Sendable {
    package let code: VerdictCode
    package let detail: VerdictDetail
    package let count: Int
}

/// An admission that a gate which had known all earlier records would have refused.
package struct Conflict: Hashable, Sendable {
    package let ticket: TicketID
    /// The admission that used the ticket up.
    package let primary: Admission
    package let later: Admission
    package let gap: Duration
    /// Whether the clocks leave open which of the two came first.
    package let isUncertain: Bool
    /// Whether ``later`` is a disputed record.
    package let isDisputed: Bool
}

/// What is held of one log.
package struct LogSummary: Hashable, Sendable {
    package let log: LogName
    /// Different records held.
    package let records: Int
    /// The number after the highest one held.
    package let next: UInt64
    /// Missing numbers below ``next``, in order.
    package let gaps: [Range<UInt64>]
    /// The lowest number under which two different records were seen.
    package let fork: UInt64?
    /// The time of the latest record.
    package let lastHeard: Timestamp
    /// Records whose time was corrected by a later step of the device's clock.
    package let corrected: Int
}
