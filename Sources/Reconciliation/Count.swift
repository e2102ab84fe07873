import EntryLogFormat
import TicketModel

/// One walk over all logs, and the report it ends in.
struct Count {
    private struct Verdict: Hashable {
        let code: VerdictCode
        let detail: VerdictDetail
    }

    private let event: EventID
    private let logs: [(name: LogName, log: DeviceLog)]
    private let context: ReconciliationContext
    private var total = Tally()
    private var classes: [ClassNumber: Tally] = [:]
    private var halls: [HallNumber: Tally] = [:]
    private var gates: [GateNumber: Tally] = [:]
    private var minutes: [Int64: Tally] = [:]
    private var refusals: [Verdict: Int] = [:]
    private var book: TicketBook

    init(
        event: EventID,
        logs: [(name: LogName, log: DeviceLog)],
        context: ReconciliationContext
    ) {
        self.event = event
        self.logs = logs
        self.context = context
        book = TicketBook(sold: context.tickets)
    }

    mutating func report() -> AttendanceReport {
        let sensors = Sensors(logs)
        for rank in logs.indices { count(log: rank, sensors.lanes(of: logs[rank].name.device)) }
        let heard = Set(logs.lazy.filter { $0.log.count > 0 }.map(\.name.device))
        let histories = book.histories()
        let tickets = soldTickets(histories)
        return AttendanceReport(
            event: event,
            total: total,
            classes: classes,
            halls: halls,
            gates: gates,
            minutes: minutes.sorted { $0.key < $1.key }.map {
                Minute(start: Self.start(ofMinute: $0.key), tally: $0.value)
            },
            tickets: tickets,
            unknownTickets: unknownTickets(histories),
            refusals: refusals.map {
                RefusalCount(code: $0.key.code, detail: $0.key.detail, count: $0.value)
            }.sorted {
                ($0.code.rawValue, $0.detail.rawValue) < ($1.code.rawValue, $1.detail.rawValue)
            },
            conflicts: conflicts(histories),
            logs: logs.map { Self.summary($0.name, $0.log, context.forks[$0.name]) },
            silentDevices: context.devices.subtracting(heard).sorted(),
            attended: tickets.count { $0.isAttended }
        )
    }
}

// MARK: - The walk
extension Count {
    private mutating func count(log rank: Int, _ sensorLanes: Set<LaneNumber>) {
        let (name, log) = logs[rank]
        let outcomes = LogOutcomes(log)
        let revoked = context.revokedDevices[name.device]
        let fork = [log.fork, context.forks[name]].compactMap(\.self).min()
        for index in 0..<log.count {
            let entry = log[index]
            guard !entry.isElsewhere else { continue }
            var isDisputed = entry.isDisputed
            if let revoked, entry.time >= revoked { isDisputed = true }
            if let fork, entry.sequence >= fork { isDisputed = true }
            var tally = Tally()
            var accessClass = ClassNumber.unstated
            switch entry.kind {
            case .scan:
                let ticket = place(of: entry)
                if let ticket {
                    accessClass = book.accessClass(of: ticket)
                }
                let ending = outcomes[index]
                let hasSensor = sensorLanes.contains(entry.lane)
                tally = Self.tally(entry, ending, isDisputed: isDisputed, hasSensor: hasSensor)
                if tally.admitted + tally.disputed + tally.exited > 0, let ticket {
                    book.move(ticket, log: rank, index, entry, isDisputed: isDisputed)
                }
            case .force:
                switch outcomes[index] {
                case .open, .passed:
                    tally.forced = 1
                    if let ticket = entry.ticket {
                        let place = book.noteForced(ticket)
                        accessClass = book.accessClass(of: place)
                        book.move(place, log: rank, index, entry, isDisputed: isDisputed)
                    }
                case .abandoned: tally.abandoned = 1
                case .undone: tally.undone = 1
                }
            case .unauthorised: tally.unauthorised = 1
            case .freeFlow: tally.freeFlow = 1
            case .passed, .abandoned, .void, .other: continue
            }
            add(tally, entry, accessClass)
        }
    }

    private static func tally(
        _ entry: StoredEntry,
        _ ending: LogOutcomes.Ending,
        isDisputed: Bool,
        hasSensor: Bool
    ) -> Tally {
        var tally = Tally()
        guard entry.direction == .entry else {
            let letsOut = entry.code == .success || entry.code == .notInside
            tally.exited = letsOut && (ending == .open || ending == .passed) ? 1 : 0
            return tally
        }
        tally.scanned = 1
        guard entry.code == .success else { return tally }
        switch ending {
        case .undone: tally.undone = 1
        case .abandoned: tally.abandoned = 1
        case .open, .passed:
            if isDisputed {
                tally.disputed = 1
            } else {
                tally.admitted = 1
                tally.passed = ending == .passed || !hasSensor ? 1 : 0
            }
        }
        return tally
    }

    /// Notes what a scan says about its ticket; `nil` if it names none.
    private mutating func place(of entry: StoredEntry) -> Int? {
        if entry.code != .success {
            refusals[Verdict(code: entry.code, detail: entry.detail), default: 0] += 1
        }
        // Rehearsal tickets are nobody's.
        guard entry.code != .specimen, let ticket = entry.ticket else { return nil }
        return book.note(entry, of: ticket)
    }

    private mutating func add(_ tally: Tally, _ entry: StoredEntry, _ accessClass: ClassNumber) {
        total += tally
        halls[entry.hall, default: Tally()] += tally
        gates[entry.gate, default: Tally()] += tally
        classes[accessClass, default: Tally()] += tally
        minutes[Self.minute(of: entry.time), default: Tally()] += tally
    }

    private static func minute(of time: Timestamp) -> Int64 {
        let (quotient, remainder) = time.milliseconds.quotientAndRemainder(dividingBy: 60_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func start(ofMinute minute: Int64) -> Timestamp {
        let (product, overflow) = minute.multipliedReportingOverflow(by: 60_000)
        return Timestamp(milliseconds: overflow ? .min : product)
    }
}

// MARK: - What tickets did
extension Count {
    private func soldTickets(_ histories: [TicketHistory]) -> [TicketAttendance] {
        context.tickets.map { ticket, entitlement in
            let history = book.place(of: ticket).map { histories[$0] }
            return TicketAttendance(
                ticket: ticket,
                accessClass: entitlement.accessClass,
                first: history?.first.map(admission),
                admissions: history?.admissions ?? 0
            )
        }.sorted { $0.ticket < $1.ticket }
    }

    private func unknownTickets(_ histories: [TicketHistory]) -> [UnknownTicket] {
        book.unknownPlaces.map { place in
            let state = book.states[place]
            return UnknownTicket(
                ticket: state.ticket,
                kind: state.wasAdmitted
                    ? .admitted : state.wasAdmittedProvisionally ? .provisional : .refused,
                scans: state.scans,
                first: histories[place].first.map(admission)
            )
        }.sorted { $0.ticket < $1.ticket }
    }

    private func conflicts(_ histories: [TicketHistory]) -> [Conflict] {
        var found: [(order: TicketHistory.Movement, conflict: Conflict)] = []
        for index in histories.indices {
            for excess in histories[index].excess {
                let (earlier, later) = (excess.primary.time, excess.later.time)
                let conflict = Conflict(
                    ticket: book.states[index].ticket,
                    primary: admission(excess.primary),
                    later: admission(excess.later),
                    gap: max(earlier, later) - min(earlier, later),
                    isUncertain: excess.isUncertain,
                    isDisputed: excess.later.isDisputed
                )
                found.append((excess.later, conflict))
            }
        }
        found.sort { TicketHistory.Movement.precedes($0.order, $1.order) }
        return found.map(\.conflict)
    }

    private func admission(_ movement: TicketHistory.Movement) -> Admission {
        let (name, log) = logs[Int(movement.log)]
        let entry = log[Int(movement.index)]
        return Admission(
            log: name,
            sequence: entry.sequence,
            time: entry.time,
            uncertainty: entry.uncertainty,
            hall: entry.hall,
            gate: entry.gate,
            lane: entry.lane,
            form: entry.form,
            flags: entry.flags
        )
    }

    private static func summary(_ name: LogName, _ log: DeviceLog, _ fork: UInt64?) -> LogSummary {
        LogSummary(
            log: name,
            records: log.count,
            next: log.next,
            gaps: log.gaps,
            fork: [log.fork, fork].compactMap(\.self).min(),
            lastHeard: log.lastHeard ?? Timestamp(milliseconds: 0),
            corrected: log.corrected
        )
    }
}
