package import EntryLogFormat
package import TicketModel

/// One verified entry record, as far as attendance needs it.
///
/// Central fills it from its columns without reading JSON again. Whoever makes one has checked the
/// record's signature.
package struct LogEntry: Hashable, Sendable {
    package let log: LogName
    package let sequence: UInt64
    package let event: EventID
    /// When it happened by the clock that wrote it; ``Reconciler`` corrects it by later steps.
    package let time: Timestamp
    /// How far ``time`` may be off; whole milliseconds, clamped to what 32 bits hold.
    package let uncertainty: Duration
    package let hall: HallNumber
    package let gate: GateNumber
    package let lane: LaneNumber
    package let kind: Kind
    package let standing: Standing
    /// Milliseconds since the device's boot; `nil` if it was not kept, which forbids correction.
    package let monotonic: Int64?
    /// The new offset of a SYNC that moved a trusted clock, in milliseconds; `nil` of all others.
    package let step: Int64?

    /// What happened; a reference is a sequence number in the same log.
    package enum Kind: Hashable, Sendable {
        case start
        case stop
        case scan(Scan)
        case pass(reference: UInt64, result: EntryRecord.PassageResult)
        case void(reference: UInt64)
        /// A supervisor let somebody in, at the ticket's expense if it names one.
        case force(ticket: TicketID?)
        case mode
        case sync
    }

    package struct Scan: Hashable, Sendable {
        package let code: VerdictCode
        package let detail: VerdictDetail
        /// The ticket that the code named, proven or not.
        package let ticket: TicketID?
        package let direction: Direction
        /// `nil` where the text was no code.
        package let form: CodeForm?
        package let flags: EntryFlags

        package init(
            code: VerdictCode,
            detail: VerdictDetail = .none,
            ticket: TicketID?,
            direction: Direction = .entry,
            form: CodeForm?,
            flags: EntryFlags = []
        ) {
            self.code = code
            self.detail = detail
            self.ticket = ticket
            self.direction = direction
            self.form = form
            self.flags = flags
        }
    }

    /// Whether the record's own evidence holds (PROTOCOL 9.4, rule 3).
    package enum Standing: UInt8, Hashable, Sendable {
        case sound = 0
        /// Evidence is due and missing or false: counted apart, never above a sound record.
        case disputed = 1
    }

    package init(
        log: LogName,
        sequence: UInt64,
        event: EventID,
        time: Timestamp,
        uncertainty: Duration,
        hall: HallNumber,
        gate: GateNumber,
        lane: LaneNumber,
        kind: Kind,
        standing: Standing = .sound,
        monotonic: Int64? = nil,
        step: Int64? = nil
    ) {
        self.log = log
        self.sequence = sequence
        self.event = event
        self.time = time
        self.uncertainty = uncertainty
        self.hall = hall
        self.gate = gate
        self.lane = lane
        self.kind = kind
        self.standing = standing
        self.monotonic = monotonic
        self.step = step
    }

    /// What attendance needs of `record`.
    package init(_ record: EntryRecord, standing: Standing = .sound) {
        let kind: Kind =
            switch record.body {
            case .start: .start
            case .stop: .stop
            case .scan(let scan): .scan(Scan(scan))
            case .pass(let reference, let result): .pass(reference: reference, result: result)
            case .void(let reference, _): .void(reference: reference)
            case .force(_, let ticket): .force(ticket: ticket)
            case .mode: .mode
            case .sync: .sync
            }
        self.init(
            log: LogName(device: record.device, epoch: record.epoch),
            sequence: record.sequence,
            event: record.event,
            time: record.time,
            uncertainty: record.uncertainty,
            hall: record.hall,
            gate: record.gate,
            lane: record.lane,
            kind: kind,
            standing: standing,
            monotonic: record.monotonic,
            step: Self.step(of: record)
        )
    }
}

extension LogEntry {
    /// What `record` says about the times of those before it (PROTOCOL 9.3).
    ///
    /// A step after which the clock is still untrusted says nothing.
    package static func step(of record: EntryRecord) -> Int64? {
        guard case .sync(let old, let new) = record.body, old != new, record.clock != .untrusted
        else { return nil }
        return new
    }
}

extension LogEntry.Scan {
    init(_ scan: EntryRecord.Scan) {
        self.init(
            code: scan.code,
            detail: scan.detail,
            ticket: scan.ticket,
            direction: scan.direction,
            form: scan.form,
            flags: EntryFlags(scan.flags)
        )
    }
}

/// The remarks of a scan in one byte.
package struct EntryFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let clockSlow = EntryFlags(.clockSlow)
    package static let clockUntrusted = EntryFlags(.clockUntrusted)
    package static let staleManifest = EntryFlags(.staleManifest)
    package static let provisional = EntryFlags(.provisional)
    package static let isolated = EntryFlags(.isolated)

    package init(_ flag: EntryRecord.Flag) {
        rawValue =
            switch flag {
            case .clockSlow: 1
            case .clockUntrusted: 2
            case .staleManifest: 4
            case .provisional: 8
            case .isolated: 16
            }
    }

    package init(_ flags: some Sequence<EntryRecord.Flag>) {
        self = flags.reduce(into: []) { $0.formUnion(EntryFlags($1)) }
    }
}
