import TicketModel

/// Every ticket that the logs name, and what it did.
struct TicketBook {
    struct State {
        let ticket: TicketID
        /// `nil` if central has not sold it.
        let entitlement: TicketEntitlement?
        var scans = 0
        var movements = 0
        var wasAdmitted = false
        var wasAdmittedProvisionally = false
    }

    private let sold: [TicketID: TicketEntitlement]
    private var places: [TicketID: Int] = [:]
    private(set) var states: ContiguousArray<State> = []
    private var movements: ContiguousArray<(place: Int, movement: TicketHistory.Movement)> = []

    init(sold: [TicketID: TicketEntitlement]) {
        self.sold = sold
    }

    func place(of ticket: TicketID) -> Int? { places[ticket] }

    func accessClass(of place: Int) -> ClassNumber {
        states[place].entitlement?.accessClass ?? .unstated
    }

    var unknownPlaces: [Int] { states.indices.filter { states[$0].entitlement == nil } }

    /// Notes a scan and returns where its ticket stands.
    mutating func note(_ entry: StoredEntry, of ticket: TicketID) -> Int {
        let place = open(ticket)
        states[place].scans += 1
        if entry.code == .success, entry.direction == .entry {
            if entry.flags.contains(.provisional) {
                states[place].wasAdmittedProvisionally = true
            } else {
                states[place].wasAdmitted = true
            }
        }
        return place
    }

    /// Notes an entry that a supervisor forced for a ticket, and returns where the ticket stands.
    mutating func noteForced(_ ticket: TicketID) -> Int {
        let place = open(ticket)
        states[place].wasAdmitted = true
        return place
    }

    private mutating func open(_ ticket: TicketID) -> Int {
        if let place = places[ticket] { return place }
        places[ticket] = states.count
        states.append(State(ticket: ticket, entitlement: sold[ticket]))
        return states.count - 1
    }

    /// Notes that somebody went in or out.
    mutating func move(
        _ place: Int,
        log: Int,
        _ index: Int,
        _ entry: StoredEntry,
        isDisputed: Bool
    ) {
        states[place].movements += 1
        let movement = TicketHistory.Movement(
            log: Int32(log),
            index: Int32(index),
            time: entry.time,
            uncertainty: entry.uncertainty,
            isExit: entry.direction == .exit,
            isForced: entry.kind == .force,
            isDisputed: isDisputed
        )
        movements.append((place, movement))
    }

    /// One history for each place.
    func histories() -> [TicketHistory] {
        var next = [Int](repeating: 0, count: states.count)
        var sum = 0
        for place in states.indices {
            next[place] = sum
            sum += states[place].movements
        }
        let starts = next
        var grouped = [Int](repeating: 0, count: movements.count)
        for (index, item) in movements.enumerated() {
            grouped[next[item.place]] = index
            next[item.place] += 1
        }
        return states.indices.map { place in
            let own = grouped[starts[place]..<next[place]].map { movements[$0].movement }
            let entitlement = states[place].entitlement
            return TicketHistory(
                own,
                usesMax: Int(entitlement?.usesMax ?? 1),
                reentry: entitlement?.reentry ?? false
            )
        }
    }
}
