import Platform
import TicketModel
package import VenueAPI

/// Attendance as a table for people at a terminal.
package enum AttendanceText {
    /// Conflicts listed one by one; more are only counted.
    static let conflictsMax = 20

    package static func table(_ report: AttendanceAPI.Report) -> String {
        var rows = [["", "scanned", "admitted", "passed", "exited", "disputed"]]
        func add(_ name: String, _ tally: AttendanceAPI.Tally) {
            rows.append([
                name, "\(tally.scanned)", "\(tally.admitted)", "\(tally.passed)",
                "\(tally.exited)", "\(tally.disputed)",
            ])
        }
        for hall in report.halls { add("hall \(hall.name ?? String(hall.number))", hall.tally) }
        for gate in report.gates { add("gate \(gate.name ?? String(gate.number))", gate.tally) }
        add("total", report.total)
        var text = "\(report.name): \(report.attended) of \(report.sold) tickets used\n\n"
        text += aligned(rows)
        if !report.refusals.isEmpty {
            text += "\nrefused:\n"
            text += aligned(
                report.refusals.map {
                    ["  \($0.verdict)\($0.detail.isEmpty ? "" : " (\($0.detail))")", "\($0.count)"]
                }
            )
        }
        text += conflicts(report)
        for log in report.logs where log.corrected > 0 {
            text +=
                "\nlog \(log.device)/\(log.epoch): times of \(log.corrected) records corrected\n"
        }
        for log in report.logs where !log.gaps.isEmpty || log.fork != nil {
            let gaps = log.gaps.map { "\($0.first)–\($0.last)" }.joined(separator: ", ")
            text += "\nlog \(log.device)/\(log.epoch): "
            text += log.fork.map { "two records \($0); " } ?? ""
            text += gaps.isEmpty ? "\n" : "missing \(gaps)\n"
        }
        if !report.silentDevices.isEmpty {
            text += "\nnot heard from: \(report.silentDevices.joined(separator: ", "))\n"
        }
        return text
    }

    private static func conflicts(_ report: AttendanceAPI.Report) -> String {
        guard !report.conflicts.isEmpty else { return "\nno conflicts\n" }
        var text = "\nconflicts: \(report.conflicts.count)\n"
        for conflict in report.conflicts.prefix(conflictsMax) {
            text += "  ticket \(conflict.ticket): gate \(conflict.primary.gate), then gate "
            text += "\(conflict.later.gate) after \(conflict.gapSeconds) s"
            text += conflict.uncertain ? ", order uncertain\n" : "\n"
        }
        if report.conflicts.count > conflictsMax {
            text += "  and \(report.conflicts.count - conflictsMax) more; see --json\n"
        }
        return text
    }

    /// Columns of equal width: the first to the left, numbers to the right.
    private static func aligned(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                let gap = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + gap : gap + cell
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
