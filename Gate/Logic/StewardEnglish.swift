/// What stewards read in English.
enum StewardEnglish: StewardWords {
    static let or = "or"

    static func record(isConfirmed: Bool) -> String {
        isConfirmed ? "That entry is confirmed." : "That entry is not confirmed yet."
    }

    static func text(_ message: StewardMessage) -> StewardText {
        switch message {
        case .ready: StewardText("Ready", "Waiting for the first code.")
        case .welcome: StewardText("Welcome", "Admit.")
        case .goodbye: StewardText("Goodbye", "Exit recorded.")
        case .exitUnchecked: StewardText("Let out", "Code not checked. An exit is never blocked.")
        case .notInside: StewardText("Goodbye", "Exit without entry: noted.")
        case .duplicate: StewardText("Already checked in", "This ticket has been used.")
        case .duplicateNoPassage:
            StewardText(
                "Already checked in",
                "Here at {time} ({age} ago). {record} Nobody has passed: open again for the "
                    + "same guest."
            )
        case .duplicatePassed:
            StewardText(
                "Already checked in",
                "Passed here at {time} ({age} ago). {record} Ticket handed back, or somebody "
                    + "followed?"
            )
        case .duplicateElsewhere:
            StewardText(
                "Already checked in",
                "Gate {gate}, lane {lane} at {time} ({age} ago). {record} Possibly a copied code."
            )
        case .wrongHall: StewardText("Wrong hall", "Go to hall {halls}.")
        case .noHall:
            StewardText("Wrong hall", "This ticket opens no hall. Send to the box office.")
        case .wrongGate: StewardText("Wrong gate or time", "Right hall, other gate or time slot.")
        case .wrongEvent: StewardText("Other event", "This ticket is for another event.")
        case .unpaid: StewardText("Incomplete payment", "Send to the box office.")
        case .notFound:
            StewardText(
                "Not found",
                "No such ticket: possible counterfeit. Send to the box office."
            )
        case .revoked: StewardText("Cancelled", "Ticket cancelled or refunded. Do not admit.")
        case .blocked: StewardText("Blocked", "Security hold. Call the supervisor.")
        case .superseded:
            StewardText("Replaced", "A newer code was issued for this ticket. Ask for that one.")
        case .methodNotAllowed:
            StewardText("Other code needed", "This kind of code is not accepted for this ticket.")
        case .codeExpired:
            StewardText("Expired QR", "Ask the guest to refresh the ticket, not a screenshot.")
        case .ticketOver:
            StewardText("Ticket over", "The day or time slot of this ticket is over.")
        case .codeTooEarly:
            StewardText("Code from the future", "Ask the guest to refresh the ticket.")
        case .ticketTooEarly:
            StewardText("Too early", "The day or time slot of this ticket has not begun.")
        case .clockUntrusted:
            StewardText("Clock not sure", "This gate cannot judge the time. Call the supervisor.")
        case .badSignature:
            StewardText("Not genuine", "Signature is wrong: possible counterfeit.")
        case .unknownKey:
            StewardText("Not genuine", "Signed with an unknown key: possible counterfeit.")
        case .wrongRole:
            StewardText("Not genuine", "Signed with a key that may not sign this code.")
        case .wrongPassword:
            StewardText("Not genuine", "The changing part of the wallet pass is wrong.")
        case .malformed: StewardText("Not readable", "Not a ticket code. Scan again.")
        case .unsupported:
            StewardText("Unknown format", "A newer kind of code than this gate knows.")
        case .showLongCode:
            StewardText("Show the long code", "Ask the guest to press \"long code\".")
        case .manifestExpired:
            StewardText("Gate must sync", "The gate has no valid ticket list. Call the supervisor.")
        case .refer: StewardText("Ask the supervisor", "Policy asks for a supervisor.")
        case .checkIdentity: StewardText("Check identity", "Compare with an identity document.")
        case .isolated:
            StewardText("Ask the supervisor", "This gate is cut off and may not admit by itself.")
        case .unlisted:
            StewardText("Ask the supervisor", "Genuine, but not in this gate's ticket list.")
        case .fault:
            StewardText("Gate error", "Nothing was recorded. Do not admit here; call support.")
        case .storageFault:
            StewardText(
                "Gate error",
                "The record cannot be stored. Do not admit here; call support."
            )
        case .specimen: StewardText("Rehearsal ticket", "A specimen: never admitted.")
        }
    }
}
