package import GateLogic
package import TicketModel

/// What a supervisor or a turnstile has to say: recorded together with its effect on the uses.
package enum DoorAction: Hashable, Sendable {
    /// Says how the entry `sequence` of the present log ended; `reason` belongs to an undo.
    case correct(sequence: UInt64, EntryCorrection, reason: String)
    /// Lets somebody in at a lane: at the expense of `ticket`, which the manifest must list, or,
    /// with `nil`, as a person without a ticket.
    case force(hall: HallNumber, lane: LaneNumber, ticket: TicketID?, reason: String)
    /// Somebody passed without an admission.
    case stray(hall: HallNumber, lane: LaneNumber, isFreeFlow: Bool)
}

/// An action, once it is durable.
package struct ActionRecord: Hashable, Sendable {
    package let sequence: UInt64
    package let lane: LaneNumber
    /// The ticket whose uses it changed.
    package let ticket: TicketID?
    package let time: Timestamp
}

/// Why an action was not recorded; nothing has changed.
package enum ActionFault: Error, Hashable, Sendable {
    case refused(EntryCorrection.Refusal)
    /// The manifest in force does not list the ticket.
    case unknownTicket
    case storage(StorageFault)
}
