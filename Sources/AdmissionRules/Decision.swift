package import EntryLogFormat
package import TicketModel

/// What is said to one scan, with what a steward and a record need to know.
package struct Decision: Hashable, Sendable {
    package let code: VerdictCode
    package let detail: VerdictDetail
    package let direction: Direction
    /// The ticket that was shown, as far as the code named one.
    package let ticket: TicketID?
    package let generation: Generation?
    package let form: CodeForm?
    package let accessClass: ClassNumber?
    package let flags: Set<EntryRecord.Flag>
    /// With DUPLICATE: the admission that used the ticket up.
    package let earlier: Uses.Last?
    /// With DUPLICATE: how long before this scan that was; below zero if its clock is ahead.
    package let earlierAge: Duration?
    /// With WRONG_HALL: where the ticket is good, in order.
    package let halls: [HallNumber]
    /// With SPECIMEN: the verdict that an ordinary ticket would have had; the detail is its detail.
    package let rehearsed: Refusal?

    /// Whether the ticket counts as used by this scan.
    package var isAdmission: Bool { code == .success && direction == .entry }

    /// Whether the lane opens once the record is stored: nobody is kept in, whatever their code.
    package var opensLane: Bool { isAdmission || direction == .exit }
}

extension Decision {
    /// What a lane says when the record of a scan could not be stored: nobody is admitted.
    ///
    /// No rule pronounces this; it is what stands in for rule 17 (PROTOCOL 8.2) when storage fails.
    package static func storageFailed(
        _ credential: Credential,
        direction: Direction
    ) -> Decision {
        Decision(
            code: .error,
            detail: .storage,
            direction: direction,
            ticket: credential.claimedTicket,
            generation: nil,
            form: credential.form,
            accessClass: nil,
            flags: [],
            earlier: nil,
            earlierAge: nil,
            halls: [],
            rehearsed: nil
        )
    }
}
