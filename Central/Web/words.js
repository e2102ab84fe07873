// What the page says by itself, in the language that the server chose for it.
"use strict";
(() => {
  const words = {
    en: {
      fetching: "Fetching your code…",
      offline:
        "No connection. Your code will return as soon as the phone is online. " +
        "Moving a few steps or turning Wi-Fi off may help.",
      dead: "This link is no longer in use. Please open the newest message about your ticket.",
      none: "There is no code for this ticket now.",
      ranOut: (time) =>
        `The codes saved on this phone ended at ${time}. ` +
        "Connect to the internet for a moment to get new ones.",
      notYet: (time) =>
        `Your codes are saved on this phone. The first one appears at ${time}.`,
      clock:
        "The clock of this phone was set back, so the saved codes cannot be shown. " +
        "Connect to the internet for a moment.",
      nothing: "Nothing is saved here for this ticket. Connect to the internet once.",
      hintLive: "Renews by itself. Screenshots do not work.",
      hintSaved: "Saved on this phone. Renews without internet.",
      hintOwn: "Signed by this phone. Renews without internet.",
      longCode: "Show the long code",
      shortCode: "Show the short code",
      savedUntil: (time) => ` – saved until ${time}`,
      locked: " – locked to this phone",
      elsewhere: " – saved on another phone",
      kept: "Done. The codes are saved on this phone.",
      lockedNow: "Done. Only this phone can show the code now.",
      failed: "That did not work. Please try again.",
    },
    hr: {
      fetching: "Dohvaćam vaš kôd…",
      offline:
        "Nema veze. Kôd će se vratiti čim telefon bude na mreži. " +
        "Može pomoći nekoliko koraka ili isključivanje Wi-Fi mreže.",
      dead: "Ova poveznica više ne vrijedi. Otvorite najnoviju poruku o svojoj ulaznici.",
      none: "Za ovu ulaznicu sada nema koda.",
      ranOut: (time) =>
        `Kodovi spremljeni na ovom telefonu istekli su u ${time}. ` +
        "Nakratko se spojite na internet da dobijete nove.",
      notYet: (time) =>
        `Vaši su kodovi spremljeni na ovom telefonu. Prvi se pojavljuje u ${time}.`,
      clock:
        "Sat ovog telefona vraćen je unatrag pa se spremljeni kodovi ne mogu prikazati. " +
        "Nakratko se spojite na internet.",
      nothing: "Za ovu ulaznicu ovdje nije ništa spremljeno. Spojite se jednom na internet.",
      hintLive: "Sam se obnavlja. Snimke zaslona ne vrijede.",
      hintSaved: "Spremljen na ovom telefonu. Obnavlja se bez interneta.",
      hintOwn: "Potpisuje ga ovaj telefon. Obnavlja se bez interneta.",
      longCode: "Prikaži dugi kôd",
      shortCode: "Prikaži kratki kôd",
      savedUntil: (time) => ` – spremljeno do ${time}`,
      locked: " – vezano uz ovaj telefon",
      elsewhere: " – spremljeno na drugom telefonu",
      kept: "Gotovo. Kodovi su spremljeni na ovom telefonu.",
      lockedNow: "Gotovo. Sada samo ovaj telefon može pokazati kôd.",
      failed: "Nije uspjelo. Pokušajte ponovno.",
    },
  };
  window.stile = { words: words[document.documentElement.lang] || words.en };
})();
