package import AdmissionRules
package import TicketModel

/// A guest whose identity document staff must see before the code is decided again (CHECK_ID).
///
/// Staff confirm the ticket that the lane has just referred, not a text: the code on a phone may
/// have changed meanwhile. The confirmation is good at this lane, for a while, for one admission.
package struct IdentityCheck: Hashable, Sendable {
    /// How long after the referral staff may confirm.
    package static let confirmWithin = Duration.seconds(180)
    /// How long the guest then has to show the code again.
    package static let goodFor = Duration.seconds(60)

    private struct Pending: Hashable {
        let ticket: TicketID
        let until: Int64
        var isConfirmed: Bool
    }

    private var pending: Pending?

    package init() {}

    /// Takes in what the lane said.
    ///
    /// - Parameter boot: milliseconds since boot, which no clock setting moves.
    package mutating func note(_ decision: Decision, at boot: Int64) {
        if decision.code == .refer, decision.detail == .checkID, let ticket = decision.ticket {
            // Shown once more while it waits: the confirmation that was given stays.
            if let pending, pending.isConfirmed, pending.ticket == ticket, boot < pending.until {
                return
            }
            let until = boot + Self.confirmWithin.milliseconds
            pending = Pending(ticket: ticket, until: until, isConfirmed: false)
        } else if decision.isAdmission, decision.ticket == pending?.ticket {
            pending = nil
        }
    }

    /// Staff have seen the document of the guest who was referred last.
    ///
    /// - Returns: the ticket; `nil` if nobody was referred, or too long ago.
    package mutating func confirm(at boot: Int64) -> TicketID? {
        guard let pending, boot < pending.until else { return nil }
        let until = boot + Self.goodFor.milliseconds
        self.pending = Pending(ticket: pending.ticket, until: until, isConfirmed: true)
        return pending.ticket
    }

    /// Whether staff have confirmed the holder of this ticket.
    package func isConfirmed(_ ticket: TicketID?, at boot: Int64) -> Bool {
        guard let pending, pending.isConfirmed, boot < pending.until else { return false }
        return pending.ticket == ticket
    }
}
