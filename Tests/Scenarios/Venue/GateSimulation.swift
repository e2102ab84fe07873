import AdmissionRules
import Encodings
import EntryLogFormat
import FormatVectors
import GateLogic
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

    static let lane = LaneNumber(1)

    let device: DeviceName
    private(set) var key: SigningKey
    private(set) var epoch: UInt32 = 1
    let name: String
    let hall: HallNumber
    let gate: GateNumber
    let event: EventID
    let trust: TrustList
    var isLinked = true
    var manifest: VenueManifest?
    /// How far this gate's clock is from the venue's, and how far it believes to be off at most.
    var clockError = Duration.zero
    var uncertainty = Duration.milliseconds(500)
    var clockState = ClockState.synced
    /// Whether a turnstile reports how admissions end.
    var hasSensor = false
    var journal = Journal()
    private(set) var boots = 0
    private var filter = RepeatFilter()
    private var identity = IdentityCheck()

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
        self.name = name
        self.hall = hall
        self.gate = gate
        self.event = event
        self.trust = trust
        self.manifest = manifest
        try start(at: now)
    }

    var log: LogName { LogName(device: device, epoch: epoch) }

    /// The gate's own reading of the time: taken once for each scan.
    func reading(_ now: Timestamp) -> ClockReading {
        ClockReading(
            now: now + clockError,
            uncertainty: uncertainty,
            state: clockState,
            floor: manifest?.created ?? Timestamp(milliseconds: 0),
            monotonic: now.milliseconds
        )
    }

    /// Boots: memory is empty, the journal is what it was.
    mutating func start(at now: Timestamp) throws {
        boots += 1
        filter = RepeatFilter()
        identity = IdentityCheck()
        try write(.start, at: now)
    }

    /// Loses its log, or its trust in it: new keys, and a log that begins anew.
    mutating func enrolAgain(at now: Timestamp) throws {
        epoch += 1
        key = Fixed.key("gate \(name) epoch \(epoch)")
        journal = Journal()
        try start(at: now)
    }

    @discardableResult
    mutating func write(_ body: EntryRecord.Body, at now: Timestamp) throws -> UInt64 {
        let reading = reading(now)
        let record = EntryRecord(
            device: device,
            epoch: epoch,
            sequence: journal.chain.next,
            previous: journal.chain.head,
            event: event,
            time: reading.now,
            uncertainty: reading.uncertainty,
            clock: reading.state,
            monotonic: reading.monotonic,
            manifest: manifest?.version ?? 0,
            lane: Self.lane,
            hall: hall,
            gate: gate,
            body: body
        )
        try journal.commit(record.signed(by: key))
        return record.sequence
    }

    private func situation(
        _ credential: Credential,
        _ direction: Direction,
        at now: Timestamp
    ) -> LaneSituation {
        LaneSituation(
            event: event,
            hall: hall,
            gate: gate,
            lane: Self.lane,
            direction: direction,
            clock: reading(now),
            isIsolated: !isLinked,
            isIdentityConfirmed: identity.isConfirmed(
                credential.claimedTicket,
                at: now.milliseconds
            )
        )
    }

    /// Decides and commits; `nil` if the power went before anybody was told.
    mutating func scan(
        _ text: String,
        direction: Direction,
        at now: Timestamp,
        losing power: PowerLoss? = nil
    ) throws -> LaneVerdict? {
        let code = ScannedCode(Array(text.utf8))
        let credential = Credential(
            code,
            trust: trust,
            event: event,
            secrets: EventSecrets(
                barcodeKey: VenueManifest.barcodeKey,
                walletKey: VenueManifest.walletKey
            ),
            facts: proofFacts(for: code)
        )
        let situation = situation(credential, direction, at: now)
        var decision = decide(credential, facts: facts(for: credential), situation: situation)
        if power == .beforeCommit {
            try start(at: now)
            return nil
        }
        var sequence: UInt64?
        do {
            let evidence = VenueScenario.evidence(of: code, sealedTo: trust.logBox)
            sequence = try write(.scan(Self.scan(decision, evidence)), at: now)
        } catch is Journal.Full {
            decision = .storageFailed(credential, direction: direction)
        }
        if power == .afterCommit {
            try start(at: now)
            return nil
        }
        identity.note(decision, at: now.milliseconds)
        return LaneVerdict(
            decision: decision,
            situation: situation,
            sequence: sequence,
            manifest: manifest?.version ?? 0,
            scanner: "test",
            fault: nil
        )
    }

    /// Holds a code under the scanner, as a lane with its filter sees it.
    mutating func present(
        _ text: String,
        direction: Direction,
        at now: Timestamp
    ) throws -> LaneVerdict? {
        let bytes = Array(text.utf8)
        if let repeated = filter.repeated(bytes, at: now.milliseconds) { return repeated }
        guard let verdict = try scan(text, direction: direction, at: now) else { return nil }
        filter.note(bytes, verdict, awaitsPassage: hasSensor, at: now.milliseconds)
        return verdict
    }

    /// Staff have seen the document of the guest who was referred last.
    mutating func confirmIdentity(at now: Timestamp) -> TicketID? {
        identity.confirm(at: now.milliseconds)
    }

    /// Records how the entry `reference` ended, if that can still be said.
    mutating func correct(
        _ reference: UInt64,
        _ correction: EntryCorrection,
        at now: Timestamp
    ) throws {
        guard let index = Int(exactly: reference), index < journal.own.count,
            let movement = Movement(journal.own[index].record), movement.isEntry
        else { throw EntryCorrection.Refusal.noSuchEntry }
        let place = UseLedger.Place(log: log, sequence: reference)
        try correction.check(
            entryAt: movement.time,
            ending: journal.ownLedger.endings[place] ?? [],
            now: reading(now).now
        )
        switch correction {
        case .undo:
            try write(.void(reference: reference, reason: "mistake"), at: now)
            filter.forget(reference)
        case .passage(let result):
            try write(.pass(reference: reference, result: result), at: now)
            if result == .passed { filter.passed(reference) } else { filter.forget(reference) }
        }
    }

    private func proofFacts(for code: ScannedCode) -> ProofFacts {
        guard case .token(let token) = code else { return .none }
        let row = manifest?.tickets[token.fields.ticket]
        return ProofFacts(holder: row?.holder.flatMap { PublicKey(bytes: $0) })
    }

    private func facts(for credential: Credential) -> Facts {
        guard let manifest else { return Facts(manifest: nil) }
        var code: CodeRow?
        switch credential {
        case .ownCode(let own): code = codeRow(Array(own.text.utf8))
        case .imported(let barcode): code = codeRow(barcode.bytes)
        case .token, .unproven: break
        }
        let ticket = credential.claimedTicket ?? code?.ticket
        let row = ticket.flatMap { manifest.tickets[$0] }
        let accessClass = row?.accessClass ?? VenueScenario.accessClass(of: credential)
        return Facts(
            manifest: manifest.facts,
            code: code,
            ticket: row,
            access: manifest.access.filter { $0.accessClass == accessClass },
            uses: ticket.map { journal.use(of: $0).uses { _ in hasSensor } } ?? .none,
            generationSeen: ticket.map { journal.generationSeen(of: $0) }
        )
    }

    private func codeRow(_ bytes: [UInt8]) -> CodeRow? {
        let key = VenueManifest.barcodeKey
        return manifest?.codes[BarcodeHash.hash(of: bytes, event: event, key: key)]
    }

    private static func scan(_ decision: Decision, _ evidence: [UInt8]) -> EntryRecord.Scan {
        EntryRecord.Scan(
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

    /// The number of the ticket's latest entry here.
    func admission(of ticket: TicketID) -> UInt64? {
        journal.own.last { signed in
            Movement.ticket(of: signed.record) == ticket
                && Movement(signed.record)?.isEntry == true
        }?.record.sequence
    }

    /// Takes up what central or a peer hands over, if that device's key signed it.
    mutating func learn(_ envelope: Envelope, of device: DeviceName, key: PublicKey) throws {
        journal.learn(try SignedRecord(envelope, device: device, key: key))
    }
}
