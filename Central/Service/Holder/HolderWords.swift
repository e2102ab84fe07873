import CentralStore
import VenueAPI

/// What the holder page says when there is no code: plain, and with what to do next.
enum HolderWords {
    static func state(of refusal: MintRefusal) -> String {
        switch refusal {
        case .revoked: "revoked"
        case .blocked: "blocked"
        case .unpaid: "unpaid"
        case .over: "over"
        case .methodNotAllowed: "paper_only"
        case .heldElsewhere, .tooManyMoves: "held"
        }
    }

    static func message(for refusal: MintRefusal) -> String {
        switch refusal {
        case .revoked:
            "This ticket was cancelled and does not let you in. "
                + "If you did not expect that, please ask the seller."
        case .blocked:
            "This ticket is on hold. Please come to the box office and bring an identity document."
        case .unpaid:
            "This ticket is not paid yet. "
                + "Your code will appear here as soon as the payment arrives."
        case .over:
            "This ticket is over. Thank you for coming."
        case .methodNotAllowed:
            "This ticket has no code for the screen. Please bring the printed ticket."
        case .heldElsewhere:
            "This ticket is locked to another phone. Open it there, or move it to this phone."
        case .tooManyMoves:
            "This ticket was moved from phone to phone too often. The box office will help."
        }
    }
}
