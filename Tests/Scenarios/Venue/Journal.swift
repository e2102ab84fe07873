import AdmissionRules
import EntryLogFormat
import GateLogic
import TicketModel

/// A gate's journal in memory: what is in it survives a power loss, nothing else does.
struct Journal {
    private(set) var own: [SignedRecord] = []
    private(set) var chain = LogChain()
    /// What this gate's own records add up to.
    private(set) var ownLedger = UseLedger()
    /// Records of other gates, believed for their signatures.
    private(set) var others: [LogName: [SignedRecord]] = [:]
    /// Whether the disk takes no more.
    var isFull = false

    struct Full: Error {}

    /// Adds the gate's next record; this is the commit.
    mutating func commit(_ record: SignedRecord) throws {
        if isFull { throw Full() }
        try chain.append(record)
        own.append(record)
        ownLedger.take(record.record)
    }

    mutating func learn(_ record: SignedRecord) {
        let log = LogName(device: record.record.device, epoch: record.record.epoch)
        others[log, default: []].append(record)
    }

    /// Throws the records after the first `count` away, as an old copy of the disk would.
    mutating func restore(first count: Int) throws {
        let kept = own.prefix(count)
        own = []
        chain = LogChain()
        ownLedger = UseLedger()
        for record in kept { try commit(record) }
    }

    func known(of log: LogName) -> UInt64 { UInt64(others[log]?.count ?? 0) }

    /// How a ticket was used, by every record known here.
    func use(of ticket: TicketID) -> TicketUse {
        guard !others.isEmpty else { return ownLedger.use(of: ticket) }
        var ledger = UseLedger()
        // By time, and within a log by number: what others wrote comes in late.
        let all = (own + others.values.joined()).map(\.record).sorted {
            ($0.time, $0.device, $0.epoch, $0.sequence)
                < ($1.time, $1.device, $1.epoch, $1.sequence)
        }
        for record in all { ledger.take(record) }
        return ledger.use(of: ticket)
    }

    /// The highest generation that this gate itself has seen proven.
    func generationSeen(of ticket: TicketID) -> Generation {
        ownLedger.use(of: ticket).generation
    }
}
