package import AdmissionRules
package import TicketModel
import TokenFormat

extension GateClock {
    /// What the gate learns about the time.
    package enum Input: Hashable, Sendable {
        /// A believed answer of central to our own nonce, which was sent at this time since boot.
        case answer(time: Timestamp, sent: Int64)
        /// What a peer says, and how far it may be off, asked at this time since boot.
        case peer(time: Timestamp, uncertainty: Duration, sent: Int64)
        /// A central time that has surely passed: signed by central, and not ahead of its time.
        case proven(Timestamp)
        /// A genuine rotating token was shown.
        case token(LiveToken)
        /// Time goes by: at least every ten seconds.
        case tick
        /// What an effect asked to keep could not be stored.
        case notKept
    }

    package enum Effect: Hashable, Sendable {
        /// The clock was set, or is known to be wrong from here on: a SYNC record.
        case record(Step)
        /// The anchor is to be stored, so that a restart within this boot keeps the time.
        case keep(Anchor)
        case keepFloor(Timestamp)
        /// An answer that cannot be one: nothing has changed.
        case refused(AnswerFault)
    }

    /// One change of the clock, or of the trust in it.
    package struct Step: Hashable, Sendable {
        package let cause: Cause
        package let oldOffset: Int64
        package let newOffset: Int64
        /// The clock just after the step: what the record is dated by.
        package let reading: ClockReading
    }

    /// What made a step; raw values are logged and measured.
    package enum Cause: String, CaseIterable, Hashable, Sendable {
        case central, peer, slow, fast, rollback
        /// Central's answer is earlier than what it has proven before: not taken.
        case contradiction
    }

    package enum AnswerFault: String, Error, Hashable, Sendable {
        /// It came before it was asked for.
        case negativeRoundTrip = "negative_round_trip"
        /// Before 1970, after 2106, or surer than sure.
        case absurd
        /// A peer's time is earlier than what central has proven.
        case beforeFloor = "before_floor"
    }

    /// A rotating token whose signature holds, and what was said to it.
    package struct LiveToken: Hashable, Sendable {
        package let ticket: TicketID
        package let start: Timestamp
        package let end: Timestamp
        package let code: VerdictCode
        package let detail: VerdictDetail

        package init(
            ticket: TicketID,
            start: Timestamp,
            end: Timestamp,
            code: VerdictCode,
            detail: VerdictDetail = .none
        ) {
            self.ticket = ticket
            self.start = start
            self.end = end
            self.code = code
            self.detail = detail
        }

        /// `nil` for whatever proves no time: unproven codes, barcodes, and tokens that central did
        /// not sign at their start.
        package init?(_ credential: Credential, _ decision: Decision) {
            guard case .token(let token) = credential, credential.form == .live,
                !token.fields.flags.contains(.preissued)
            else { return nil }
            self.init(
                ticket: token.fields.ticket,
                start: token.fields.startTime,
                end: token.fields.endTime,
                code: decision.code,
                detail: decision.detail
            )
        }
    }
}
