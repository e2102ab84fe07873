import EntryLogFormat
import FormatVectors
import Reconciliation
import TicketModel

/// One device that writes its log, line by line, for tests.
struct Door {
    static let event = Fixed.event("event")

    let log: LogName
    let hall: HallNumber
    let gate: GateNumber
    var entries: [LogEntry] = []
    var uncertainty = Duration.milliseconds(500)
    var standing = LogEntry.Standing.sound

    init(_ device: String, epoch: UInt32 = 1, hall: UInt16 = 1, gate: UInt16) {
        log = LogName(device: Fixed.device(device), epoch: epoch)
        self.hall = HallNumber(hall)
        self.gate = GateNumber(gate)
    }

    static func time(_ seconds: Int) -> Timestamp { Fixed.now + .seconds(seconds) }

    /// Writes a record and returns its number.
    @discardableResult
    mutating func write(
        _ kind: LogEntry.Kind,
        at seconds: Int,
        lane: UInt16 = 1,
        event: EventID = Door.event
    ) -> UInt64 {
        let sequence = (entries.last?.sequence).map { $0 + 1 } ?? 0
        entries.append(
            LogEntry(
                log: log,
                sequence: sequence,
                event: event,
                time: Self.time(seconds),
                uncertainty: uncertainty,
                hall: hall,
                gate: gate,
                lane: LaneNumber(lane),
                kind: kind,
                standing: standing
            )
        )
        return sequence
    }

    @discardableResult
    mutating func scan(
        _ ticket: TicketID?,
        _ code: VerdictCode = .success,
        _ detail: VerdictDetail = .none,
        at seconds: Int,
        lane: UInt16 = 1,
        direction: Direction = .entry,
        form: CodeForm? = .live,
        flags: EntryFlags = []
    ) -> UInt64 {
        let scan = LogEntry.Scan(
            code: code,
            detail: detail,
            ticket: ticket,
            direction: direction,
            form: form,
            flags: flags
        )
        return write(.scan(scan), at: seconds, lane: lane)
    }

    mutating func pass(
        _ reference: UInt64,
        _ result: EntryRecord.PassageResult = .passed,
        at seconds: Int,
        lane: UInt16 = 1
    ) {
        write(.pass(reference: reference, result: result), at: seconds, lane: lane)
    }
}

func ticket(_ number: Int) -> TicketID { Fixed.ticket("ticket \(number)") }

/// The report of these doors' logs, all tickets of class 7 unless told otherwise.
func report(
    _ doors: Door...,
    sold: [TicketID: TicketEntitlement] = [:],
    change: (inout ReconciliationContext) -> Void = { _ in }
) -> AttendanceReport {
    var tickets = sold
    for number in 1...3 where tickets[ticket(number)] == nil {
        tickets[ticket(number)] = TicketEntitlement(accessClass: ClassNumber(7))
    }
    var context = ReconciliationContext(tickets: tickets)
    change(&context)
    var reconciler = Reconciler(event: Door.event)
    for door in doors { door.entries.forEach { reconciler.add($0) } }
    return reconciler.report(context)
}
