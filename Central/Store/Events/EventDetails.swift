package import ManifestFormat
package import TicketModel

/// What an organiser says about an event; replaced as a whole.
package struct EventDetails: Hashable, Sendable {
    package var name: String
    package var venue: String
    package var starts: Timestamp
    package var ends: Timestamp
    package var policy: GatePolicy
    package var halls: [HallDetails]
    package var gates: [GateDetails]
    package var classes: [ClassDetails]
    package var windows: [AccessWindow]

    package init(
        name: String,
        venue: String,
        starts: Timestamp,
        ends: Timestamp,
        policy: GatePolicy = GatePolicy(),
        halls: [HallDetails],
        gates: [GateDetails],
        classes: [ClassDetails],
        windows: [AccessWindow]
    ) {
        self.name = name
        self.venue = venue
        self.starts = starts
        self.ends = ends
        self.policy = policy
        self.halls = halls
        self.gates = gates
        self.classes = classes
        self.windows = windows
    }
}

package struct HallDetails: Hashable, Sendable {
    package var number: HallNumber
    package var name: String

    package init(number: HallNumber, name: String) {
        self.number = number
        self.name = name
    }
}

package struct GateDetails: Hashable, Sendable {
    /// Not 0, which stands for every gate of a hall.
    package var number: GateNumber
    package var hall: HallNumber
    package var name: String

    package init(number: GateNumber, hall: HallNumber, name: String) {
        self.number = number
        self.hall = hall
        self.name = name
    }
}

/// A kind of ticket, and what its tickets get unless their order says otherwise.
package struct ClassDetails: Hashable, Sendable {
    /// 1 to 65534.
    package var number: ClassNumber
    package var name: String
    package var usesMax: UInt16
    package var reentry: Bool
    package var methods: Methods
    /// Whether staff must see an identity document.
    package var checksID: Bool

    package init(
        number: ClassNumber,
        name: String,
        usesMax: UInt16 = 1,
        reentry: Bool = false,
        methods: Methods = .standard,
        checksID: Bool = false
    ) {
        self.number = number
        self.name = name
        self.usesMax = usesMax
        self.reentry = reentry
        self.methods = methods
        self.checksID = checksID
    }
}

extension Methods {
    /// What a ticket may be shown with unless somebody says otherwise.
    package static let standard: Methods = [.live, .preissued, .paper, .holder, .wallet, .ownCode]
}

/// Where and when a class may enter.
package struct AccessWindow: Hashable, Sendable {
    package var accessClass: ClassNumber
    package var hall: HallNumber
    /// ``Numbered/any`` for every gate of the hall.
    package var gate: GateNumber
    /// `nil` sets no bound.
    package var notBefore: Timestamp?
    package var expires: Timestamp?

    package init(
        accessClass: ClassNumber,
        hall: HallNumber,
        gate: GateNumber = .any,
        notBefore: Timestamp? = nil,
        expires: Timestamp? = nil
    ) {
        self.accessClass = accessClass
        self.hall = hall
        self.gate = gate
        self.notBefore = notBefore
        self.expires = expires
    }
}

/// An event as it is kept.
package struct StoredEvent: Hashable, Sendable {
    package let summary: EventSummary
    package let details: EventDetails

    package var id: EventID { summary.id }
}

/// An event in a list.
package struct EventSummary: Hashable, Sendable {
    package let id: EventID
    package let name: String
    package let venue: String
    package let starts: Timestamp
    package let ends: Timestamp
    package let created: Timestamp
    /// Rises with every change that a gate would see.
    package let revision: Int64
    /// The newest manifest; 0 before the first.
    package let manifestVersion: Int64
    /// No trust list in force names its keys: nothing can be issued before the root keys signed.
    package let awaitsSignature: Bool

    package var cursor: EventCursor { EventCursor(starts: starts, id: id) }
}

/// A place in the list of events, which is in order of start.
package struct EventCursor: Hashable, Sendable {
    package let starts: Timestamp
    package let id: EventID

    package init(starts: Timestamp, id: EventID) {
        self.starts = starts
        self.id = id
    }
}
