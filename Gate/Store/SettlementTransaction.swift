import AdmissionRules
import EntryLogFormat
import GRDB
import ManifestFormat
import TicketModel
import TokenFormat

/// What the scans of one transaction have in common.
struct SettlementContext {
    let identity: GateIdentity?
    let manifest: ManifestFile?
}

/// One transaction: settles scans one after another, and carries the log's chain along.
struct SettlementTransaction {
    private let context: SettlementContext
    /// Where the log stands after what was appended so far.
    private(set) var chain: LogChain?

    init(context: SettlementContext, chain: LogChain?) {
        self.context = context
        self.chain = chain
    }

    /// Whether there is a log to write to.
    var hasLog: Bool { context.identity != nil }

    private var manifestVersion: Int64 { context.manifest?.metadata.version ?? 0 }

    /// Fetches, decides, records.
    mutating func settle(_ scan: PendingScan, in database: Database) throws -> SettledScan {
        guard context.identity != nil else { return failed(scan, .notEnrolled) }
        var facts: Facts
        if let manifest = context.manifest {
            do throws(StorageFault) {
                facts = try manifest.facts(
                    for: scan.credential,
                    barcodeNames: scan.barcodeNames
                )
            } catch {
                // The manifest cannot be read: this scan gets an error, the others their verdicts.
                return failed(scan, error)
            }
        } else {
            facts = Facts(manifest: nil)
        }
        // Only a proven ticket has uses to look at: a forged name must not cost a look-up.
        let ticket = provenTicket(scan.credential, facts)
        var use = TicketUse()
        if let ticket {
            use = try UseTable.use(of: ticket, in: database)
            facts.uses = use.uses
            facts.generationSeen = use.generation
        }
        let decision = decide(scan.credential, facts: facts, situation: scan.situation)
        let body = EntryRecord.Scan(
            code: decision.code,
            detail: decision.detail,
            ticket: decision.ticket,
            generation: decision.generation,
            form: decision.form,
            direction: scan.situation.direction,
            flags: decision.flags,
            evidence: scan.evidence(recordedWith: decision.code)
        )
        let record = try append(
            .scan(body),
            scan.situation.clock,
            hall: scan.situation.hall,
            gate: scan.situation.gate,
            lane: scan.situation.lane,
            in: database
        )
        if let ticket, use.count(record, body) {
            try UseTable.set(use, of: ticket, in: database)
        }
        return SettledScan(
            decision: decision,
            sequence: record.sequence,
            manifest: manifestVersion
        )
    }

    /// Records what is not a scan; gives its sequence number.
    mutating func append(
        _ body: EntryRecord.Body,
        _ clock: ClockReading,
        in database: Database
    ) throws -> UInt64 {
        guard let identity = context.identity else { throw StorageFault.notEnrolled }
        return try append(
            body,
            clock,
            hall: identity.hall,
            gate: identity.gate,
            lane: LaneNumber(0),
            in: database
        ).sequence
    }

    private mutating func append(
        _ body: EntryRecord.Body,
        _ clock: ClockReading,
        hall: HallNumber,
        gate: GateNumber,
        lane: LaneNumber,
        in database: Database
    ) throws -> EntryRecord {
        guard let identity = context.identity else { throw StorageFault.notEnrolled }
        let before = try chain ?? RecordTable.chain(of: identity.epoch, in: database)
        let record = EntryRecord(
            device: identity.device,
            epoch: identity.epoch,
            sequence: before.next,
            previous: before.head,
            event: identity.event,
            time: clock.now,
            uncertainty: clock.uncertainty,
            clock: clock.state,
            monotonic: clock.monotonic,
            manifest: manifestVersion,
            lane: lane,
            hall: hall,
            gate: gate,
            body: body
        )
        let signed = record.signed(by: identity.key)
        let link = signed.link
        try RecordTable.append(signed, link: link, in: database)
        chain = LogChain(next: before.next + 1, head: link)
        return record
    }

    private func provenTicket(_ credential: Credential, _ facts: Facts) -> TicketID? {
        switch credential {
        case .token(let token): token.fields.ticket
        case .ownCode, .imported: facts.code?.ticket
        case .unproven: nil
        }
    }

    private func failed(_ scan: PendingScan, _ fault: StorageFault) -> SettledScan {
        SettledScan(
            decision: .storageFailed(
                scan.credential,
                direction: scan.situation.direction
            ),
            sequence: nil,
            manifest: manifestVersion,
            fault: fault
        )
    }
}
