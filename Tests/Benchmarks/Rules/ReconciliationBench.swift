import EntryLogFormat
import FormatVectors
import Foundation
import Reconciliation
import TicketModel

/// A million records of 40 devices: admissions, passages, refusals, 1 % of copied codes.
enum ReconciliationBench {
    static let records = 1_000_000
    static let tickets = 600_000

    static func run() {
        var random = SeededRandom(seed: 7)
        let ids = (0..<tickets).map { _ in TicketID(high: random.next(), low: random.next()) }
        var sold: [TicketID: TicketEntitlement] = [:]
        for id in ids { sold[id] = TicketEntitlement(accessClass: ClassNumber(7)) }
        let entries = entries(ids, &random)
        let shuffled = entries.shuffled(using: &random)
        let context = ReconciliationContext(tickets: sold)
        let ordered = measure("reconcile 1,000,000 in order", entries, context)
        let mixed = measure("reconcile 1,000,000 shuffled", shuffled, context)
        require(ordered == mixed, "order must not matter")
        let bare = best {
            var seen: [TicketID: Int] = [:]
            for entry in entries {
                guard case .scan(let scan) = entry.kind, let ticket = scan.ticket else { continue }
                seen[ticket, default: 0] += 1
            }
            require(seen.count <= tickets, "tickets")
        }
        printLine("bare pass, one dictionary", String(format: "%.2f s", bare))
    }

    private static func measure(
        _ name: String,
        _ entries: [LogEntry],
        _ context: ReconciliationContext
    ) -> AttendanceReport {
        var last: AttendanceReport?
        var adding = Double.infinity
        let time = best(of: 3) {
            var reconciler = Reconciler(event: Fixed.event("event"))
            adding = min(adding, best(of: 1) { for entry in entries { reconciler.add(entry) } })
            last = reconciler.report(context)
        }
        guard let last else { preconditionFailure("bench-rules: no report") }
        require(last.total.scanned > records / 2, "scans")
        require(!last.conflicts.isEmpty, "conflicts")
        printLine(
            name,
            String(
                format: "%.2f s (adding %.2f s), %d conflicts",
                time,
                adding,
                last.conflicts.count
            )
        )
        return last
    }

    private static func entries(_ ids: [TicketID], _ random: inout SeededRandom) -> [LogEntry] {
        let logs = (0..<40).map { number in
            LogName(
                device: Fixed.device("GATE" + (number < 10 ? "0\(number)" : "\(number)")),
                epoch: 1
            )
        }
        var next = [UInt64](repeating: 0, count: logs.count)
        var entries: [LogEntry] = []
        entries.reserveCapacity(records)
        var ticket = 0
        while entries.count < records {
            let place = Int.random(in: 0..<logs.count, using: &random)
            let isRefused = ticket % 4 == 3
            let isCopied = ticket % 100 == 0
            let scan = LogEntry.Scan(
                code: isRefused ? .expired : .success,
                detail: isRefused ? .code : .none,
                ticket: ids[(isCopied ? ticket / 2 : ticket) % ids.count],
                form: .live
            )
            let time = Fixed.now + .milliseconds(entries.count * 10)
            func write(_ kind: LogEntry.Kind) {
                entries.append(
                    LogEntry(
                        log: logs[place],
                        sequence: next[place],
                        event: Fixed.event("event"),
                        time: time,
                        uncertainty: .milliseconds(800),
                        hall: HallNumber(UInt16(place % 4)),
                        gate: GateNumber(UInt16(place)),
                        lane: LaneNumber(1),
                        kind: kind,
                        monotonic: Int64(entries.count * 10)
                    )
                )
                next[place] += 1
            }
            write(.scan(scan))
            if !isRefused { write(.pass(reference: next[place] - 1, result: .passed)) }
            ticket += 1
        }
        return entries
    }
}
