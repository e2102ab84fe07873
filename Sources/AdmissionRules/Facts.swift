package import ManifestFormat
package import TicketModel

/// Where a scan happens, and when.
package struct LaneSituation: Hashable, Sendable {
    package let event: EventID
    package let hall: HallNumber
    package let gate: GateNumber
    package let lane: LaneNumber
    package let direction: Direction
    package let clock: ClockReading
    /// Whether the gate hears neither central nor peers.
    package let isIsolated: Bool
    /// Whether staff have seen the guest's identity document for this scan.
    package let isIdentityConfirmed: Bool

    package init(
        event: EventID,
        hall: HallNumber,
        gate: GateNumber,
        lane: LaneNumber,
        direction: Direction,
        clock: ClockReading,
        isIsolated: Bool,
        isIdentityConfirmed: Bool = false
    ) {
        self.event = event
        self.hall = hall
        self.gate = gate
        self.lane = lane
        self.direction = direction
        self.clock = clock
        self.isIsolated = isIsolated
        self.isIdentityConfirmed = isIdentityConfirmed
    }
}

/// The manifest that was in force.
package struct ManifestFacts: Hashable, Sendable {
    package let version: Int64
    package let staleAfter: Timestamp
    package let expires: Timestamp
    package let policy: GatePolicy

    package init(version: Int64, staleAfter: Timestamp, expires: Timestamp, policy: GatePolicy) {
        self.version = version
        self.staleAfter = staleAfter
        self.expires = expires
        self.policy = policy
    }
}

/// What was fetched about one scan, all from one moment.
package struct Facts: Hashable, Sendable {
    /// `nil` if this gate has none.
    package var manifest: ManifestFacts?
    /// The row of the shown barcode.
    package var code: CodeRow?
    /// The row of the ticket that the token or the barcode row names.
    package var ticket: TicketRow?
    /// The access rows of the ticket's class, or, for an unlisted ticket, of the token's.
    package var access: [AccessRow]
    package var uses: Uses
    /// The highest generation of this ticket in any valid token seen here.
    package var generationSeen: Generation?

    package init(
        manifest: ManifestFacts?,
        code: CodeRow? = nil,
        ticket: TicketRow? = nil,
        access: [AccessRow] = [],
        uses: Uses = .none,
        generationSeen: Generation? = nil
    ) {
        self.manifest = manifest
        self.code = code
        self.ticket = ticket
        self.access = access
        self.uses = uses
        self.generationSeen = generationSeen
    }
}

/// How a ticket was used so far, by every record this gate knows.
package struct Uses: Hashable, Sendable {
    /// Admissions that were not given back.
    package let entries: Int
    /// Admissions less exits.
    package let inside: Int
    package let last: Last?

    package static let none = Uses(entries: 0, inside: 0, last: nil)

    package init(entries: Int, inside: Int, last: Last?) {
        self.entries = entries
        self.inside = inside
        self.last = last
    }

    /// The latest admission.
    package struct Last: Hashable, Sendable {
        package let device: DeviceName
        package let gate: GateNumber
        package let lane: LaneNumber
        package let time: Timestamp
        package let passage: Passage
        /// Whether the record behind it is known to be genuine: this gate's own, or signed by the
        /// device that it names.
        package let isConfirmed: Bool

        package init(
            device: DeviceName,
            gate: GateNumber,
            lane: LaneNumber,
            time: Timestamp,
            passage: Passage,
            isConfirmed: Bool = true
        ) {
            self.isConfirmed = isConfirmed
            self.device = device
            self.gate = gate
            self.lane = lane
            self.time = time
            self.passage = passage
        }
    }

    /// Whether the guest of an admission went through.
    package enum Passage: Hashable, Sendable {
        /// The turnstile has not reported yet.
        case open
        /// It reported, or the lane has no sensor and counts the admission itself.
        case passed
    }
}
