import Platform
import Reconciliation
import TicketModel
package import VenueAPI

/// Attendance as tables for spreadsheets (RFC 4180).
package enum AttendanceTable: String, CaseIterable, Sendable {
    case summary, tickets, conflicts

    package static let mediaType = "text/csv; charset=utf-8; header=present"

    /// Counts of the whole event, then of each hall, gate, class and minute, one a line.
    package static func summary(_ report: AttendanceAPI.Report) -> String {
        var lines = [line(["by", "number", "name"] + AttendanceAPI.Tally.names)]
        func add(_ by: String, _ number: String, _ name: String, _ tally: AttendanceAPI.Tally) {
            lines.append(line([by, number, name] + tally.values.map { String($0) }))
        }
        add("event", "", report.name, report.total)
        for hall in report.halls { add("hall", "\(hall.number)", hall.name ?? "", hall.tally) }
        for gate in report.gates { add("gate", "\(gate.number)", gate.name ?? "", gate.tally) }
        for kind in report.classes { add("class", "\(kind.number)", kind.name ?? "", kind.tally) }
        for minute in report.minutes {
            add("minute", "", Timestamp(milliseconds: minute.start).rfc3339, minute.tally)
        }
        return lines.joined()
    }

    /// Every sold ticket, used or not.
    static func tickets(_ report: AttendanceReport) -> String {
        var text = line(["ticket", "class", "attended", "admissions", "first", "hall", "gate"])
        for ticket in report.tickets {
            text += line([
                ticket.ticket.hex, "\(ticket.accessClass)", ticket.isAttended ? "1" : "0",
                "\(ticket.admissions)", ticket.first?.time.rfc3339 ?? "",
                ticket.first.map { "\($0.hall)" } ?? "", ticket.first.map { "\($0.gate)" } ?? "",
            ])
        }
        return text
    }

    static func conflicts(_ report: AttendanceAPI.Report) -> String {
        var text = line([
            "ticket", "gap_seconds", "uncertain", "disputed", "first_device", "first_gate",
            "first_time", "later_device", "later_gate", "later_time",
        ])
        for conflict in report.conflicts {
            text += line([
                conflict.ticket, "\(conflict.gapSeconds)", conflict.uncertain ? "1" : "0",
                conflict.disputed ? "1" : "0", conflict.primary.device,
                "\(conflict.primary.gate)",
                Timestamp(milliseconds: conflict.primary.time).rfc3339, conflict.later.device,
                "\(conflict.later.gate)", Timestamp(milliseconds: conflict.later.time).rfc3339,
            ])
        }
        return text
    }

    static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// One cell, quoted where needed; a name that a spreadsheet would run as a formula is defused.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t".contains(first) { text = "'" + text }
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
            return text
        }
        let doubled = text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"")
        return "\"\(doubled)\""
    }
}
