/// What stewards read in Croatian.
enum StewardCroatian: StewardWords {
    static let or = "ili"

    static func record(isConfirmed: Bool) -> String {
        isConfirmed ? "Taj je ulazak potvrđen." : "Taj ulazak još nije potvrđen."
    }

    static func text(_ message: StewardMessage) -> StewardText {
        switch message {
        case .ready: StewardText("Spremno", "Čeka se prvi kod.")
        case .welcome: StewardText("Dobro došli", "Propustite.")
        case .goodbye: StewardText("Doviđenja", "Izlaz je zabilježen.")
        case .exitUnchecked:
            StewardText("Pustite van", "Kod nije provjeren. Izlaz se nikada ne sprječava.")
        case .notInside: StewardText("Doviđenja", "Izlaz bez ulaska: zabilježeno.")
        case .duplicate: StewardText("Već prijavljen", "Ova je ulaznica već iskorištena.")
        case .duplicateNoPassage:
            StewardText(
                "Već prijavljen",
                "Ovdje u {time} (prije {age}). {record} Nitko nije prošao: istom gostu otvorite "
                    + "ponovno."
            )
        case .duplicatePassed:
            StewardText(
                "Već prijavljen",
                "Prošao ovdje u {time} (prije {age}). {record} Vraćena ulaznica ili je netko "
                    + "ušao za njim?"
            )
        case .duplicateElsewhere:
            StewardText(
                "Već prijavljen",
                "Ulaz {gate}, prolaz {lane} u {time} (prije {age}). {record} Mogući kopirani kod."
            )
        case .wrongHall: StewardText("Pogrešna dvorana", "Idite u dvoranu {halls}.")
        case .noHall:
            StewardText(
                "Pogrešna dvorana",
                "Ulaznica ne vrijedi ni za jednu dvoranu. Uputite gosta na blagajnu."
            )
        case .wrongGate:
            StewardText("Pogrešan ulaz ili termin", "Dvorana je prava, ali ulaz ili termin nije.")
        case .wrongEvent: StewardText("Drugi događaj", "Ova je ulaznica za drugi događaj.")
        case .unpaid:
            StewardText("Nije plaćeno", "Plaćanje nije dovršeno. Uputite gosta na blagajnu.")
        case .notFound:
            StewardText(
                "Nije pronađeno",
                "Nema takve ulaznice: mogući krivotvoreni kod. Uputite gosta na blagajnu."
            )
        case .revoked:
            StewardText("Poništeno", "Ulaznica je poništena ili je novac vraćen. Ne propuštajte.")
        case .blocked: StewardText("Blokirano", "Sigurnosna zabrana. Pozovite nadzornika.")
        case .superseded:
            StewardText("Zamijenjeno", "Za ovu je ulaznicu izdan noviji kod. Zatražite taj kod.")
        case .methodNotAllowed:
            StewardText("Potreban drugi kod", "Ova vrsta koda ne vrijedi za ovu ulaznicu.")
        case .codeExpired:
            StewardText(
                "Kod je istekao",
                "Neka gost osvježi ulaznicu; snimka zaslona ne vrijedi."
            )
        case .ticketOver:
            StewardText("Ulaznica je istekla", "Dan ili termin ove ulaznice je prošao.")
        case .codeTooEarly: StewardText("Kod još ne vrijedi", "Neka gost osvježi ulaznicu.")
        case .ticketTooEarly:
            StewardText("Prerano", "Dan ili termin ove ulaznice još nije počeo.")
        case .clockUntrusted:
            StewardText(
                "Sat nije pouzdan",
                "Ovaj ulaz ne zna točno vrijeme. Pozovite nadzornika."
            )
        case .badSignature:
            StewardText("Nije vjerodostojno", "Potpis nije ispravan: mogući krivotvoreni kod.")
        case .unknownKey:
            StewardText(
                "Nije vjerodostojno",
                "Potpisano nepoznatim ključem: mogući krivotvoreni kod."
            )
        case .wrongRole:
            StewardText("Nije vjerodostojno", "Ključ kojim je kod potpisan za to ne vrijedi.")
        case .wrongPassword:
            StewardText(
                "Nije vjerodostojno",
                "Promjenjivi dio ulaznice iz mobilnog novčanika nije ispravan."
            )
        case .malformed: StewardText("Nečitljivo", "Ovo nije kod ulaznice. Skenirajte ponovno.")
        case .unsupported:
            StewardText("Nepoznat oblik", "Novija vrsta koda koju ovaj ulaz ne poznaje.")
        case .showLongCode: StewardText("Pokažite dugi kod", "Neka gost pritisne „dugi kod“.")
        case .manifestExpired:
            StewardText(
                "Potrebna sinkronizacija",
                "Ovaj ulaz nema važeći popis ulaznica. Pozovite nadzornika."
            )
        case .refer: StewardText("Pozovite nadzornika", "Pravila traže odluku nadzornika.")
        case .checkIdentity:
            StewardText("Provjerite identitet", "Usporedite s osobnim dokumentom.")
        case .isolated:
            StewardText(
                "Pozovite nadzornika",
                "Ovaj je ulaz bez veze i ne smije sam propuštati."
            )
        case .unlisted:
            StewardText(
                "Pozovite nadzornika",
                "Ulaznica je vjerodostojna, ali je nema na popisu ovog ulaza."
            )
        case .fault:
            StewardText(
                "Greška na ulazu",
                "Ništa nije zabilježeno. Ne propuštajte ovdje; pozovite podršku."
            )
        case .storageFault:
            StewardText(
                "Greška na ulazu",
                "Zapis se ne može spremiti. Ne propuštajte ovdje; pozovite podršku."
            )
        case .specimen: StewardText("Probna ulaznica", "Uzorak: nikada se ne propušta.")
        }
    }
}
