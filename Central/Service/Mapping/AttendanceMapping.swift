package import CentralStore
import EntryLogFormat
package import Reconciliation
import TicketModel
package import VenueAPI

extension AttendanceAPI.Report {
    /// The report for the wire, with the names that the event gives to halls, gates and classes.
    package init(_ report: AttendanceReport, of event: StoredEvent) {
        let details = event.details
        let halls = Dictionary(details.halls.map { ($0.number, $0.name) }) { first, _ in first }
        let gates = Dictionary(details.gates.map { ($0.number, $0.name) }) { first, _ in first }
        let classes = Dictionary(details.classes.map { ($0.number, $0.name) }) { first, _ in first }
        self.init(
            event: report.event.hex,
            name: details.name,
            sold: report.tickets.count,
            attended: report.attended,
            total: AttendanceAPI.Tally(report.total),
            halls: AttendanceAPI.Group.list(report.halls, names: halls),
            gates: AttendanceAPI.Group.list(report.gates, names: gates),
            classes: AttendanceAPI.Group.list(report.classes, names: classes),
            minutes: report.minutes.map {
                .init(start: $0.start.milliseconds, tally: .init($0.tally))
            },
            refusals: report.refusals.map {
                .init(verdict: $0.code.name, detail: $0.detail.rawValue, count: $0.count)
            },
            conflicts: report.conflicts.map(AttendanceAPI.Conflict.init),
            unknownTickets: report.unknownTickets.map {
                .init(ticket: $0.ticket.hex, kind: $0.kind.word, scans: $0.scans)
            },
            logs: report.logs.map(AttendanceAPI.Log.init),
            silentDevices: report.silentDevices.map(\.text)
        )
    }
}

extension AttendanceAPI.Tally {
    init(_ tally: Tally) {
        self.init(
            scanned: tally.scanned,
            admitted: tally.admitted,
            passed: tally.passed,
            abandoned: tally.abandoned,
            undone: tally.undone,
            disputed: tally.disputed,
            exited: tally.exited,
            forced: tally.forced,
            freeFlow: tally.freeFlow,
            unauthorised: tally.unauthorised
        )
    }
}

extension AttendanceAPI.Group {
    fileprivate static func list<Subject>(
        _ tallies: [Numbered<Subject>: Tally],
        names: [Numbered<Subject>: String]
    ) -> [Self] {
        tallies.sorted { $0.key < $1.key }.map {
            Self(number: $0.key.number, name: names[$0.key], tally: .init($0.value))
        }
    }
}

extension UnknownTicket.Kind {
    fileprivate var word: String {
        switch self {
        case .refused: "refused"
        case .provisional: "provisional"
        case .admitted: "admitted"
        }
    }
}

extension EntryFlags {
    /// The words that stand in entry records.
    fileprivate var words: [String] {
        EntryRecord.Flag.allCases.filter { contains(EntryFlags($0)) }.map(\.rawValue)
    }
}

extension AttendanceAPI.Admission {
    init(_ admission: Admission) {
        self.init(
            device: admission.log.device.text,
            epoch: admission.log.epoch,
            seq: admission.sequence,
            time: admission.time.milliseconds,
            uncertainty: admission.uncertainty.milliseconds,
            hall: admission.hall.number,
            gate: admission.gate.number,
            lane: admission.lane.number,
            form: admission.form?.rawValue,
            flags: admission.flags.words
        )
    }
}

extension AttendanceAPI.Conflict {
    init(_ conflict: Conflict) {
        self.init(
            ticket: conflict.ticket.hex,
            primary: .init(conflict.primary),
            later: .init(conflict.later),
            gapSeconds: Double(conflict.gap.milliseconds) / 1000,
            uncertain: conflict.isUncertain,
            disputed: conflict.isDisputed
        )
    }
}

extension AttendanceAPI.Log {
    init(_ log: LogSummary) {
        self.init(
            device: log.log.device.text,
            epoch: log.log.epoch,
            records: log.records,
            next: log.next,
            gaps: log.gaps.map { .init(first: $0.lowerBound, last: $0.upperBound - 1) },
            fork: log.fork,
            lastHeard: log.lastHeard.milliseconds,
            corrected: log.corrected
        )
    }
}
