import AdmissionRules
import EntryLogFormat
import GRDB
import GateLogic
import ManifestFormat
import TicketModel
import TokenFormat

/// What the scans of one transaction have in common.
struct SettlementContext {
    let identity: GateIdentity?
    let manifest: ManifestFile?
    /// Lanes whose turnstile reports passages.
    let sensorLanes: Set<LaneNumber>
}

/// One transaction: settles scans one after another, and carries the log's chain along.
struct SettlementTransaction {
    let context: SettlementContext
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
        var stored = StoredUse()
        if let ticket {
            stored = try UseTable.use(of: ticket, in: database)
            facts.uses = stored.use.uses { context.sensorLanes.contains($0) }
            facts.generationSeen = stored.use.generation
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
            Place(
                hall: scan.situation.hall,
                gate: scan.situation.gate,
                lane: scan.situation.lane
            ),
            tiedTo: decision.code == .success ? stored.latest : nil,
            in: database
        )
        if let ticket {
            let before = stored
            stored.use.note(body)
            try Self.move(record, &stored)
            if stored != before { try UseTable.set(stored, of: ticket, in: database) }
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
        let identity = try identity
        let place = Place(hall: identity.hall, gate: identity.gate, lane: LaneNumber(0))
        return try append(body, clock, place, in: database).sequence
    }

    /// Where a record was made.
    struct Place {
        let hall: HallNumber
        let gate: GateNumber
        let lane: LaneNumber
    }

    /// - Parameter before: with a record that moves a guest, the one of that ticket before it.
    mutating func append(
        _ body: EntryRecord.Body,
        _ clock: ClockReading,
        _ place: Place,
        tiedTo before: RecordPosition? = nil,
        in database: Database
    ) throws -> EntryRecord {
        let identity = try identity
        let last = try end(in: database)
        let record = EntryRecord(
            device: identity.device,
            epoch: identity.epoch,
            sequence: last.next,
            previous: last.head,
            event: identity.event,
            time: clock.now,
            uncertainty: clock.uncertainty,
            clock: clock.state,
            monotonic: clock.monotonic,
            manifest: manifestVersion,
            lane: place.lane,
            hall: place.hall,
            gate: place.gate,
            body: body
        )
        let signed = record.signed(by: identity.key)
        let link = signed.link
        try RecordTable.append(signed, link: link, after: before, in: database)
        chain = LogChain(next: last.next + 1, head: link)
        return record
    }

    /// Where the log stands.
    func end(in database: Database) throws -> LogChain {
        try chain ?? RecordTable.chain(of: identity.epoch, in: database)
    }

    var identity: GateIdentity {
        get throws {
            guard let identity = context.identity else { throw StorageFault.notEnrolled }
            return identity
        }
    }

    /// Counts a record that moved a guest, after all others of the ticket.
    static func move(_ record: EntryRecord, _ stored: inout StoredUse) throws {
        guard let movement = Movement(record) else { return }
        stored.use.add(movement)
        stored.latest = try RecordPosition(epoch: record.epoch, sequence: record.sequence)
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
