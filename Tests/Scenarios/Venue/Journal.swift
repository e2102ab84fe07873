import AdmissionRules
import EntryLogFormat
import TicketModel

/// A gate's journal in memory: what is in it survives a power loss, nothing else does.
struct Journal {
    private(set) var own: [SignedRecord] = []
    private(set) var chain = LogChain()
    /// Records of other gates, believed for their signatures.
    private(set) var others: [LogName: [SignedRecord]] = [:]

    /// Adds the gate's next record; this is the commit.
    mutating func commit(_ record: SignedRecord) throws(LogChain.Fault) {
        try chain.append(record)
        own.append(record)
    }

    mutating func learn(_ record: SignedRecord) {
        let log = LogName(device: record.record.device, epoch: record.record.epoch)
        others[log, default: []].append(record)
    }

    func known(of log: LogName) -> UInt64 { UInt64(others[log]?.count ?? 0) }

    /// How a ticket was used, by every record known here.
    func uses(of ticket: TicketID) -> Uses {
        var entries = 0
        var inside = 0
        var last: Uses.Last?
        for log in [own] + others.values.map(\.self) {
            for signed in log {
                let record = signed.record
                guard case .scan(let scan) = record.body, scan.ticket == ticket,
                    scan.code == .success, let passage = Self.passage(of: record, in: log)
                else { continue }
                guard scan.direction == .entry else {
                    inside -= 1
                    continue
                }
                entries += 1
                inside += 1
                guard last.map({ $0.time <= record.time }) ?? true else { continue }
                last = Uses.Last(
                    device: record.device,
                    gate: record.gate,
                    lane: record.lane,
                    time: record.time,
                    passage: passage
                )
            }
        }
        return Uses(entries: entries, inside: inside, last: last)
    }

    /// How a scan went on; `nil` if its use was given back.
    private static func passage(
        of record: EntryRecord,
        in log: [SignedRecord]
    ) -> Uses.Passage? {
        var passage = Uses.Passage.open
        for later in log where later.record.sequence > record.sequence {
            switch later.record.body {
            case .void(record.sequence, _), .pass(record.sequence, .abandoned): return nil
            case .pass(record.sequence, .passed): passage = .passed
            case .pass, .void, .start, .stop, .scan, .force, .mode, .sync: continue
            }
        }
        return passage
    }
}
