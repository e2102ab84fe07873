import TicketModel

extension StewardLanguage {
    package static let english = StewardLanguage(tag: "en") { code, detail in
        switch code {
        case .success: StewardText("Welcome", "Admit.")
        case .duplicate: duplicate(detail)
        case .wrongHall: StewardText("Wrong hall", "Go to hall {halls}.")
        case .unpaid: StewardText("Incomplete payment", "Send to the box office.")
        case .notFound:
            StewardText(
                "Not found",
                "No such ticket: possible counterfeit. Send to the box office."
            )
        case .expired:
            detail == .ticket
                ? StewardText("Ticket over", "The day or time slot of this ticket is over.")
                : StewardText(
                    "Expired QR",
                    "Ask the guest to refresh the ticket, not a screenshot."
                )
        case .notYetValid:
            detail == .ticket
                ? StewardText("Too early", "The day or time slot of this ticket has not begun.")
                : StewardText("Code from the future", "Ask the guest to refresh the ticket.")
        case .badSignature: badSignature(detail)
        case .revoked: StewardText("Cancelled", "Ticket cancelled or refunded. Do not admit.")
        case .blocked: StewardText("Blocked", "Security hold. Call the supervisor.")
        case .wrongEvent: StewardText("Other event", "This ticket is for another event.")
        case .wrongGate: StewardText("Wrong gate or time", "Right hall, other gate or time slot.")
        case .malformed: StewardText("Not readable", "Not a ticket code. Scan again.")
        case .clockUntrusted:
            StewardText("Clock not sure", "This gate cannot judge the time. Call the supervisor.")
        case .superseded:
            StewardText("Replaced", "A newer code was issued for this ticket. Ask for that one.")
        case .methodNotAllowed:
            StewardText("Other code needed", "This kind of code is not accepted for this ticket.")
        case .showLongCode:
            StewardText("Show the long code", "Ask the guest to press \"long code\".")
        case .manifestExpired:
            StewardText("Gate must sync", "The gate has no valid ticket list. Call the supervisor.")
        case .unsupported:
            StewardText("Unknown format", "A newer kind of code than this gate knows.")
        case .notInside: StewardText("Goodbye", "Exit without entry: noted.")
        case .refer: refer(detail)
        case .error:
            StewardText("Gate error", "Nothing was recorded. Do not admit here; call support.")
        case .specimen: StewardText("Rehearsal ticket", "A specimen: never admitted.")
        }
    }

    private static func duplicate(_ detail: VerdictDetail) -> StewardText {
        switch detail {
        case .sameLaneNoPassage:
            StewardText("Already checked in", "Checked in here {age} ago; nobody has passed yet.")
        case .sameLanePassed:
            StewardText("Already checked in", "Passed this lane {age} ago: pass-back or tailgate?")
        case .none, .code, .ticket, .unknownKey, .wrongRole, .signature, .totp, .otherGate,
            .checkID, .isolated, .unlisted, .storage:
            StewardText(
                "Already checked in",
                "Admitted {age} ago at gate {gate}, lane {lane}: possibly a copied code."
            )
        }
    }

    private static func badSignature(_ detail: VerdictDetail) -> StewardText {
        switch detail {
        case .unknownKey:
            StewardText("Not genuine", "Signed with an unknown key: possible counterfeit.")
        case .wrongRole:
            StewardText("Not genuine", "Signed with a key that may not sign this code.")
        case .totp: StewardText("Not genuine", "The changing part of the wallet pass is wrong.")
        case .none, .code, .ticket, .signature, .sameLaneNoPassage, .sameLanePassed, .otherGate,
            .checkID, .isolated, .unlisted, .storage:
            StewardText("Not genuine", "Signature is wrong: possible counterfeit.")
        }
    }

    private static func refer(_ detail: VerdictDetail) -> StewardText {
        switch detail {
        case .checkID: StewardText("Check identity", "Compare with an identity document.")
        case .isolated:
            StewardText("Ask the supervisor", "This gate is cut off and may not admit by itself.")
        case .unlisted:
            StewardText("Ask the supervisor", "Genuine, but not in this gate's ticket list.")
        case .none, .code, .ticket, .unknownKey, .wrongRole, .signature, .totp, .otherGate,
            .sameLaneNoPassage, .sameLanePassed, .storage:
            StewardText("Ask the supervisor", "Policy asks for a supervisor.")
        }
    }
}
