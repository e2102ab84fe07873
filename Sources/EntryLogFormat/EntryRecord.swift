public import TicketModel

/// One line of a device's log, before it is signed (PROTOCOL 9.1).
public struct EntryRecord: Hashable, Sendable {
    public let device: DeviceName
    public let epoch: UInt32
    /// Counts from 0 without gaps within an epoch.
    public let sequence: UInt64
    /// The record before this one.
    public let previous: RecordLink
    /// The event the gate was assigned to.
    public let event: EventID
    public let time: Timestamp
    /// How far ``time`` may be off: whole milliseconds, 0 to 2³² - 1.
    public let uncertainty: Duration
    public let clock: ClockState
    /// Milliseconds of `CLOCK_BOOTTIME`.
    public let monotonic: Int64
    /// The manifest version in force; 0 if there was none.
    public let manifest: Int64
    public let lane: LaneNumber
    public let hall: HallNumber
    public let gate: GateNumber
    public let body: Body

    /// What happened.
    public enum Body: Hashable, Sendable {
        case start
        case stop
        case scan(Scan)
        /// What the turnstile reported of the admission `reference`; a passage that no admission
        /// explains names its own record.
        case pass(reference: UInt64, result: PassageResult)
        /// A supervisor took the entry `reference` back.
        case void(reference: UInt64, reason: String)
        /// A supervisor let somebody in: with `ticket` at that ticket's expense, without it as a
        /// person without one.
        case force(reason: String, ticket: TicketID? = nil)
        case mode(Mode)
        /// The clock was set: the offset before and after, in milliseconds.
        case sync(oldOffset: Int64, newOffset: Int64)
    }

    /// One scan and what was said to it.
    public struct Scan: Hashable, Sendable {
        public let code: VerdictCode
        public let detail: VerdictDetail
        /// The ticket, as far as the code named one.
        public let ticket: TicketID?
        public let generation: Generation?
        /// `nil` where the text was no code.
        public let form: CodeForm?
        public let direction: Direction
        public let flags: Set<Flag>
        /// Token bytes, or a barcode sealed to central; empty where there is nothing to show.
        public let evidence: [UInt8]

        public init(
            code: VerdictCode,
            detail: VerdictDetail,
            ticket: TicketID?,
            generation: Generation?,
            form: CodeForm?,
            direction: Direction,
            flags: Set<Flag>,
            evidence: [UInt8]
        ) {
            self.code = code
            self.detail = detail
            self.ticket = ticket
            self.generation = generation
            self.form = form
            self.direction = direction
            self.flags = flags
            self.evidence = evidence
        }
    }

    /// Remarks on a scan; raw values are logged: never reuse one.
    public enum Flag: String, CaseIterable, Hashable, Sendable {
        /// A LIVE token from the future shows that this gate's clock is slow.
        case clockSlow = "clock_slow"
        /// Admitted although the clock was untrusted, because policy says so.
        case clockUntrusted = "clock_untrusted"
        /// The manifest was past its `stale_after`.
        case staleManifest = "stale_manifest"
        /// Not in the manifest; admitted on its signature alone.
        case provisional
        /// Decided while the gate heard nobody.
        case isolated
    }

    /// How an open admission ended (PROTOCOL 8.3).
    public enum PassageResult: String, CaseIterable, Hashable, Sendable {
        case passed, abandoned, unauthorised
        case freeFlow = "free_flow"
    }

    public enum Mode: String, CaseIterable, Hashable, Sendable {
        case online, peers, isolated
        case freeFlow = "free_flow"
    }

    /// Makes a record that can be written as it is: an ``uncertainty`` beyond the range becomes
    /// the nearest in it, and a reason is cut to ``reasonBytesMax``.
    ///
    /// A record that its readers refuse would stop the log behind it for good.
    public init(
        device: DeviceName,
        epoch: UInt32,
        sequence: UInt64,
        previous: RecordLink,
        event: EventID,
        time: Timestamp,
        uncertainty: Duration,
        clock: ClockState,
        monotonic: Int64,
        manifest: Int64,
        lane: LaneNumber,
        hall: HallNumber,
        gate: GateNumber,
        body: Body
    ) {
        self.device = device
        self.epoch = epoch
        self.sequence = sequence
        self.previous = previous
        self.event = event
        self.time = time
        self.uncertainty = .milliseconds(Int64(UInt32(clamping: uncertainty.milliseconds)))
        self.clock = clock
        self.monotonic = monotonic
        self.manifest = manifest
        self.lane = lane
        self.hall = hall
        self.gate = gate
        self.body = body.carried
    }

    /// The name of the body's kind on the wire.
    public var kind: String {
        switch body {
        case .start: "START"
        case .stop: "STOP"
        case .scan: "SCAN"
        case .pass: "PASS"
        case .void: "VOID"
        case .force: "FORCE"
        case .mode: "MODE"
        case .sync: "SYNC"
        }
    }
}
