package import EntryLogFormat
package import TicketModel

/// A record that moved the guest of a known ticket in or out.
package struct Movement: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// SUCCESS on the way in.
        case admission
        /// A supervisor let the guest in at this ticket's expense.
        case force
        /// SUCCESS on the way out.
        case exit
    }

    package let kind: Kind
    package let device: DeviceName
    package let gate: GateNumber
    package let lane: LaneNumber
    package let time: Timestamp
    package var ending: Ending = []

    /// What later records said of it; raw values are stored: never reuse one.
    package struct Ending: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The turnstile reported a passage.
        package static let passed = Ending(rawValue: 1)
        /// The turnstile was not pushed in time.
        package static let abandoned = Ending(rawValue: 2)
        /// A supervisor took it back.
        package static let undone = Ending(rawValue: 4)

        /// Whether the ticket has its use again (PROTOCOL 8.3): a supervisor's word stands above
        /// the sensor's, and a passage above its time-out.
        package var isGivenBack: Bool {
            contains(.undone) || contains(.abandoned) && !contains(.passed)
        }
    }

    /// What `record` moved; `nil` if it moved nobody of a known ticket.
    package init?(_ record: EntryRecord) {
        switch record.body {
        case .scan(let scan):
            guard scan.code == .success, scan.ticket != nil else { return nil }
            kind = scan.direction == .entry ? .admission : .exit
        case .force(_, let ticket):
            guard ticket != nil else { return nil }
            kind = .force
        case .start, .stop, .pass, .void, .mode, .sync: return nil
        }
        device = record.device
        gate = record.gate
        lane = record.lane
        time = record.time
    }

    /// Whether it let somebody in.
    package var isEntry: Bool { kind != .exit }

    /// The ticket that a record counts for; `nil` if it names none, or proves none.
    package static func ticket(of record: EntryRecord) -> TicketID? {
        switch record.body {
        // An unproven token names a ticket, but no generation: it has no part in the uses.
        case .scan(let scan): scan.generation == nil ? nil : scan.ticket
        case .force(_, let ticket): ticket
        case .start, .stop, .pass, .void, .mode, .sync: nil
        }
    }
}
