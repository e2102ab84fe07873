import CentralStore
import VenueAPI

/// What the holder page says: plain, and with what to do next.
struct HolderWords: Sendable {
    let language: PageLanguage

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

    func message(for refusal: MintRefusal) -> String {
        switch language {
        case .english: Self.english(refusal)
        case .croatian: Self.croatian(refusal)
        }
    }

    private static func english(_ refusal: MintRefusal) -> String {
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
            "This ticket is locked to another phone. Open it there, or move it to this one."
        case .tooManyMoves:
            "This ticket was moved from phone to phone too often. The box office will help."
        }
    }

    private static func croatian(_ refusal: MintRefusal) -> String {
        switch refusal {
        case .revoked:
            "Ova je ulaznica poništena i s njom ne možete ući. "
                + "Ako to niste očekivali, obratite se prodavatelju."
        case .blocked:
            "Ova je ulaznica zadržana. Dođite na blagajnu i ponesite osobni dokument."
        case .unpaid:
            "Ova ulaznica još nije plaćena. Kôd će se pojaviti ovdje čim uplata stigne."
        case .over:
            "Ova je ulaznica istekla. Hvala na dolasku."
        case .methodNotAllowed:
            "Ova ulaznica nema kôd za zaslon. Ponesite tiskanu ulaznicu."
        case .heldElsewhere:
            "Ova je ulaznica vezana uz drugi telefon. Otvorite je na njemu ili je prenesite ovamo."
        case .tooManyMoves:
            "Ova je ulaznica prečesto prenošena s telefona na telefon. Pomoći će vam blagajna."
        }
    }

    /// The words that stand in the page's template, by their names there.
    var template: [String: String] {
        switch language {
        case .english:
            [
                "lang": "en", "w_ticket": "Ticket", "w_hall": "Hall", "w_seat": "Seat",
                "w_entry_code": "Entry code", "w_qr": "QR code for the gate",
                "w_needs_script":
                    "Your code appears here. "
                    + "It needs JavaScript to be switched on in this browser.",
                "w_hint": "Renews by itself. Screenshots do not work.",
                "w_long": "Show the long code", "w_offline": "Without internet",
                "w_keep": "Keep the ticket on this phone",
                "w_keep_why":
                    "Codes for the entry are then saved here. "
                    + "Those on the other phone and on paper stop working.",
                "w_lock": "Lock the ticket to this phone",
                "w_lock_why":
                    "Then only this phone can show the code, even if somebody has your link. "
                    + "Printed tickets stop working.",
                "w_lost_title": "No ticket here",
                "w_lost": "This link does not belong to a ticket, or a newer link has replaced it.",
                "w_lost_help":
                    "Please open the newest message about your ticket and use the link in it. "
                    + "If that does not help, the box office will.",
            ]
        case .croatian:
            [
                "lang": "hr", "w_ticket": "Ulaznica", "w_hall": "Dvorana", "w_seat": "Mjesto",
                "w_entry_code": "Kôd za ulaz", "w_qr": "QR kôd za ulaz",
                "w_needs_script":
                    "Ovdje se pojavljuje vaš kôd. Uključite JavaScript u ovom pregledniku.",
                "w_hint": "Sam se obnavlja. Snimke zaslona ne vrijede.",
                "w_long": "Prikaži dugi kôd", "w_offline": "Bez interneta",
                "w_keep": "Zadrži ulaznicu na ovom telefonu",
                "w_keep_why":
                    "Kodovi za ulaz tada se spremaju ovdje. "
                    + "Oni na drugom telefonu i na papiru prestaju vrijediti.",
                "w_lock": "Veži ulaznicu uz ovaj telefon",
                "w_lock_why":
                    "Tada samo ovaj telefon može pokazati kôd, čak i ako netko ima vašu poveznicu. "
                    + "Tiskane ulaznice prestaju vrijediti.",
                "w_lost_title": "Ovdje nema ulaznice",
                "w_lost": "Ova poveznica ne pripada nijednoj ulaznici ili ju je zamijenila novija.",
                "w_lost_help":
                    "Otvorite najnoviju poruku o svojoj ulaznici i upotrijebite poveznicu iz nje. "
                    + "Ako to ne pomogne, pomoći će vam blagajna.",
            ]
        }
    }
}
