import EntryLogFormat
import GRDB
import GateLogic
import TicketModel

/// What supervisors and turnstiles have to say: a record, and what it changes.
extension SettlementTransaction {
    /// Checks everything before it writes anything: a refusal leaves the transaction as it was.
    mutating func act(
        _ action: DoorAction,
        _ clock: ClockReading,
        in database: Database
    ) throws -> Result<ActionRecord, ActionFault> {
        guard hasLog else { return .failure(.storage(.notEnrolled)) }
        switch action {
        case .correct(let sequence, let correction, let reason):
            return try correct(sequence, correction, reason, clock, in: database)
        case .force(let hall, let lane, let ticket, let reason):
            let place = Place(hall: hall, gate: try identity.gate, lane: lane)
            return try force(ticket, reason, clock, place, in: database)
        case .stray(let hall, let lane, let isFreeFlow):
            let place = Place(hall: hall, gate: try identity.gate, lane: lane)
            let body = EntryRecord.Body.pass(
                reference: try end(in: database).next,
                result: isFreeFlow ? .freeFlow : .unauthorised
            )
            let record = try append(body, clock, place, in: database)
            return .success(ActionRecord(record, ticket: nil))
        }
    }

    private mutating func correct(
        _ sequence: UInt64,
        _ correction: EntryCorrection,
        _ reason: String,
        _ clock: ClockReading,
        in database: Database
    ) throws -> Result<ActionRecord, ActionFault> {
        guard sequence <= RecordPosition.sequenceMax else {
            return .failure(.refused(.noSuchEntry))
        }
        let position = try RecordPosition(epoch: try identity.epoch, sequence: sequence)
        guard let entry = try RecordTable.record(at: position, in: database), entry.letsIn else {
            return .failure(.refused(.noSuchEntry))
        }
        let ending = try EndingTable.ending(of: position, in: database)
        do throws(EntryCorrection.Refusal) {
            try correction.check(entryAt: entry.time, ending: ending, now: clock.now)
        } catch { return .failure(.refused(error)) }
        let body: EntryRecord.Body
        switch correction {
        case .undo: body = .void(reference: sequence, reason: reason)
        case .passage(let result): body = .pass(reference: sequence, result: result)
        }
        let place = Place(hall: entry.hall, gate: entry.gate, lane: entry.lane)
        let record = try append(body, clock, place, in: database)
        try EndingTable.set(ending.union(correction.ending), of: position, in: database)
        let ticket = Movement.ticket(of: entry)
        if let ticket {
            var stored = try UseTable.use(of: ticket, in: database)
            stored.use = TicketUse(
                generation: stored.use.generation,
                movements: try MovementChain.movements(upTo: stored.latest, in: database)
            )
            try UseTable.set(stored, of: ticket, in: database)
        }
        return .success(ActionRecord(record, ticket: ticket))
    }

    private mutating func force(
        _ ticket: TicketID?,
        _ reason: String,
        _ clock: ClockReading,
        _ place: Place,
        in database: Database
    ) throws -> Result<ActionRecord, ActionFault> {
        let body = EntryRecord.Body.force(reason: reason, ticket: ticket)
        guard let ticket else {
            let record = try append(body, clock, place, in: database)
            return .success(ActionRecord(record, ticket: nil))
        }
        // A name that is on no list is a slip of the hand: it would use up nobody's ticket.
        guard try context.manifest?.ticket(ticket) != nil else { return .failure(.unknownTicket) }
        var stored = try UseTable.use(of: ticket, in: database)
        let record = try append(body, clock, place, tiedTo: stored.latest, in: database)
        try Self.move(record, &stored)
        try UseTable.set(stored, of: ticket, in: database)
        return .success(ActionRecord(record, ticket: ticket))
    }
}

extension ActionRecord {
    init(_ record: EntryRecord, ticket: TicketID?) {
        self.init(
            sequence: record.sequence,
            lane: record.lane,
            ticket: ticket,
            time: record.time
        )
    }
}

extension EntryRecord {
    /// Whether it let somebody in, with a ticket or without one.
    var letsIn: Bool {
        if case .force = body { return true }
        return Movement(self)?.isEntry == true
    }
}
