package import EntryLogFormat
package import TicketModel

/// Every use that a set of records adds up to, from the records alone.
///
/// The slow and certain way: it keeps all movements in memory. Audits compare the journal's tables
/// with it.
package struct UseLedger: Sendable {
    /// Where a record stands.
    package struct Place: Hashable, Sendable {
        package let log: LogName
        package let sequence: UInt64

        package init(log: LogName, sequence: UInt64) {
            self.log = log
            self.sequence = sequence
        }
    }

    package struct Account: Sendable {
        /// The oldest first, as they were taken in.
        package private(set) var movements: [(place: Place, movement: Movement)] = []
        private var generations = TicketUse()

        package var use: TicketUse {
            TicketUse(
                generation: generations.generation,
                movements: movements.lazy.map(\.movement)
            )
        }

        fileprivate mutating func note(_ scan: EntryRecord.Scan) { generations.note(scan) }
        fileprivate mutating func append(_ movement: Movement, at place: Place) {
            movements.append((place, movement))
        }
        fileprivate mutating func end(_ index: Int, _ ending: Movement.Ending) {
            movements[index].movement.ending.formUnion(ending)
        }
    }

    /// By ticket; one that nothing is known of is missing.
    package private(set) var accounts: [TicketID: Account] = [:]
    /// Entries by persons without a ticket, and how each ended.
    package private(set) var endings: [Place: Movement.Ending] = [:]
    /// PASS and VOID records that name no entry before them.
    package private(set) var strays: [Place] = []
    private var entries: [Place: (ticket: TicketID, index: Int)?] = [:]

    package init() {}

    package func use(of ticket: TicketID) -> TicketUse { accounts[ticket]?.use ?? TicketUse() }

    /// Takes in the record that follows all others.
    package mutating func take(_ record: EntryRecord) {
        let log = LogName(device: record.device, epoch: record.epoch)
        let place = Place(log: log, sequence: record.sequence)
        switch record.body {
        case .pass(let reference, .passed): end(reference, .passed, from: place)
        case .pass(let reference, .abandoned): end(reference, .abandoned, from: place)
        case .void(let reference, _): end(reference, .undone, from: place)
        case .force(_, nil): entries[place] = .some(nil)
        case .scan, .force: move(record, at: place)
        case .pass, .start, .stop, .mode, .sync: break
        }
    }

    private mutating func move(_ record: EntryRecord, at place: Place) {
        guard let ticket = Movement.ticket(of: record) else { return }
        var account = accounts.removeValue(forKey: ticket) ?? Account()
        defer { accounts[ticket] = account }
        if case .scan(let scan) = record.body { account.note(scan) }
        guard let movement = Movement(record) else { return }
        if movement.isEntry { entries[place] = (ticket, account.movements.count) }
        account.append(movement, at: place)
    }

    private mutating func end(
        _ reference: UInt64,
        _ ending: Movement.Ending,
        from place: Place
    ) {
        let target = Place(log: place.log, sequence: reference)
        guard let entry = entries[target] else {
            strays.append(place)
            return
        }
        endings[target, default: []].formUnion(ending)
        if let (ticket, index) = entry { accounts[ticket]?.end(index, ending) }
    }
}
