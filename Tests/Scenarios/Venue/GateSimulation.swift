import AdmissionRules
import Encodings
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// One gate with one lane: decides with what it holds, writes real signed records.
struct GateSimulation {
    /// When the power goes.
    enum PowerLoss {
        case beforeCommit
        case afterCommit
    }

    let device: DeviceName
    let key: SigningKey
    let hall: HallNumber
    let gate: GateNumber
    let event: EventID
    let trust: TrustList
    var isLinked = true
    var manifest: VenueManifest
    /// How far this gate's clock is from the venue's, and how far it believes to be off at most.
    var clockError = Duration.zero
    var uncertainty = Duration.milliseconds(500)
    private(set) var journal = Journal()
    private(set) var boots = 0
    private(set) var generationsSeen: [TicketID: Generation] = [:]

    init(
        name: String,
        hall: HallNumber,
        gate: GateNumber,
        event: EventID,
        trust: TrustList,
        manifest: VenueManifest,
        at now: Timestamp
    ) throws {
        key = Fixed.key("gate \(name)")
        // Six letters that are allowed in device names.
        device = Fixed.device(
            String(Crockford32.encode(Array(Fixed.seed("name \(name)").prefix(5))).prefix(6))
        )
        self.hall = hall
        self.gate = gate
        self.event = event
        self.trust = trust
        self.manifest = manifest
        try start(at: now)
    }

    var log: LogName { LogName(device: device, epoch: 1) }

    /// The gate's own reading of the time: taken once for each scan.
    private func reading(_ now: Timestamp) -> ClockReading {
        ClockReading(
            now: now + clockError,
            uncertainty: uncertainty,
            state: .synced,
            floor: manifest.created,
            monotonic: now.milliseconds
        )
    }

    /// Boots: memory is empty, the journal is what it was.
    mutating func start(at now: Timestamp) throws {
        boots += 1
        generationsSeen = [:]
        for signed in journal.own {
            guard case .scan(let scan) = signed.record.body else { continue }
            noteGeneration(scan.ticket, scan.generation)
        }
        try write(.start, at: now)
    }

    private mutating func noteGeneration(_ ticket: TicketID?, _ generation: Generation?) {
        guard let ticket, let generation else { return }
        generationsSeen[ticket] = max(generationsSeen[ticket] ?? generation, generation)
    }

    mutating func write(_ body: EntryRecord.Body, at now: Timestamp) throws {
        let reading = reading(now)
        let record = EntryRecord(
            device: device,
            epoch: log.epoch,
            sequence: journal.chain.next,
            previous: journal.chain.head,
            event: event,
            time: reading.now,
            uncertainty: reading.uncertainty,
            clock: reading.state,
            monotonic: reading.monotonic,
            manifest: manifest.version,
            lane: LaneNumber(1),
            hall: hall,
            gate: gate,
            body: body
        )
        try journal.commit(record.signed(by: key))
    }

    /// Decides and commits; `nil` if the power went before anybody was told.
    mutating func scan(
        _ text: String,
        direction: Direction,
        at now: Timestamp,
        losing power: PowerLoss? = nil
    ) throws -> Decision? {
        let credential = Credential(ScannedCode(Array(text.utf8)), trust: trust, event: event)
        let decision = decide(
            credential,
            facts: facts(for: credential),
            situation: LaneSituation(
                event: event,
                hall: hall,
                gate: gate,
                lane: LaneNumber(1),
                direction: direction,
                clock: reading(now),
                isIsolated: !isLinked
            )
        )
        if power == .beforeCommit {
            try start(at: now)
            return nil
        }
        try write(.scan(Self.record(of: decision, credential)), at: now)
        noteGeneration(decision.ticket, decision.generation)
        if power == .afterCommit {
            try start(at: now)
            return nil
        }
        return decision
    }

    private func facts(for credential: Credential) -> Facts {
        var code: CodeRow?
        switch credential {
        case .ownCode(let own): code = codeRow(Array(own.text.utf8))
        case .imported(let barcode): code = codeRow(barcode.bytes)
        case .token, .unproven: break
        }
        let ticket = credential.claimedTicket ?? code?.ticket
        return Facts(
            manifest: manifest.facts,
            code: code,
            ticket: ticket.flatMap { manifest.tickets[$0] },
            access: manifest.access,
            uses: ticket.map { journal.uses(of: $0) } ?? .none,
            generationSeen: ticket.flatMap { generationsSeen[$0] }
        )
    }

    private func codeRow(_ bytes: [UInt8]) -> CodeRow? {
        let key = VenueManifest.barcodeKey
        return manifest.codes[BarcodeHash.hash(of: bytes, event: event, key: key)]
    }

    private static func record(
        of decision: Decision,
        _ credential: Credential
    ) -> EntryRecord.Scan {
        let evidence: [UInt8] =
            switch credential {
            case .token(let token): token.bytes
            case .unproven(_, let claim): claim?.token.bytes ?? []
            case .ownCode(let code): Fixed.boxKey("log box").publicKey.seal(Array(code.text.utf8))
            case .imported(let code): Fixed.boxKey("log box").publicKey.seal(code.bytes)
            }
        return EntryRecord.Scan(
            code: decision.code,
            detail: decision.detail,
            ticket: decision.ticket,
            generation: decision.generation,
            form: decision.form,
            direction: decision.direction,
            flags: decision.flags,
            evidence: evidence
        )
    }

    /// The number of the ticket's latest admission here.
    func admission(of ticket: TicketID) -> UInt64? {
        journal.own.last { signed in
            guard case .scan(let scan) = signed.record.body else { return false }
            return scan.ticket == ticket && scan.code == .success && scan.direction == .entry
        }?.record.sequence
    }

    /// Takes up what central or a peer hands over, if that device's key signed it.
    mutating func learn(_ envelope: Envelope, of device: DeviceName, key: PublicKey) throws {
        journal.learn(try SignedRecord(envelope, device: device, key: key))
    }
}
