import AdmissionRules
import Encodings
import GateLogic
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("What a steward reads")
struct StewardTests {
    private let opening = Timestamp(seconds: 1_800_000_000)

    /// The text of a real decision on a printed code.
    private func verdict(
        _ language: StewardLanguage = .english,
        halls: [UInt16] = [3],
        earlier: Uses.Last? = nil,
        usesKnown: Bool = true,
        time: TimeOfDay? = TimeOfDay(hour: 18, minute: 5)
    ) throws -> LaneVerdict {
        let code = try #require(OwnCode(payload: [UInt8](repeating: 1, count: 10)))
        let ticket = TicketID(high: 5, low: 6)
        let accessClass = ClassNumber(7)
        let situation = LaneSituation(
            event: EventID(high: 1, low: 2),
            hall: HallNumber(3),
            gate: GateNumber(12),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: opening,
                uncertainty: .zero,
                state: .synced,
                floor: opening,
                monotonic: 0
            ),
            isIsolated: false
        )
        let facts = Facts(
            manifest: ManifestFacts(
                version: 4,
                staleAfter: opening + .seconds(900),
                expires: opening + .seconds(90_000),
                policy: GatePolicy()
            ),
            code: CodeRow(
                hash: [UInt8](repeating: 0, count: 16),
                ticket: ticket,
                kind: .ownCode,
                generation: Generation(0),
                status: .valid
            ),
            ticket: TicketRow(
                id: ticket,
                accessClass: accessClass,
                status: .valid,
                generation: Generation(0),
                notBefore: nil,
                expires: nil,
                usesMax: 1,
                reentry: false,
                methods: .all,
                home: GateNumber(1),
                holder: nil
            ),
            access: halls.map {
                AccessRow(
                    accessClass: accessClass,
                    hall: HallNumber($0),
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                )
            },
            uses: earlier == nil && usesKnown ? .none : Uses(entries: 1, inside: 1, last: earlier)
        )
        return LaneVerdict(
            decision: decide(.ownCode(code), facts: facts, situation: situation),
            situation: situation,
            sequence: 17,
            manifest: 4,
            scanner: "lane1/tcp",
            fault: nil,
            language: language,
            earlierTime: time
        )
    }

    private func admission(
        gate: UInt16 = 12,
        lane: UInt16 = 1,
        _ passage: Uses.Passage = .passed,
        ago: Duration = .seconds(300)
    ) throws -> Uses.Last {
        Uses.Last(
            device: try #require(DeviceName("G7K2M9")),
            gate: GateNumber(gate),
            lane: LaneNumber(lane),
            time: opening - ago,
            passage: passage
        )
    }

    // MARK: Tables

    @Test("every verdict, detail and direction has a text in each language, short enough to read")
    func everyText() {
        for language in StewardLanguage.allCases {
            for code in VerdictCode.allCases {
                for detail in VerdictDetail.allCases {
                    for direction in Direction.allCases {
                        let message = StewardMessage(code, detail, direction)
                        let text = language.template(message)
                        let place = "\(language) \(code) \(detail) \(direction)"
                        #expect(!text.headline.isEmpty && !text.advice.isEmpty, "\(place)")
                    }
                }
            }
            for message in StewardMessage.allCases {
                let text = language.template(message)
                #expect(text.headline.count <= StewardText.headlineMax, "\(language) \(message)")
                #expect(text.advice.count <= StewardText.adviceMax, "\(language) \(message)")
                #expect(!text.headline.contains("{"), "\(language) \(message)")
                let last = text.advice.last
                #expect(last == "." || last == "?", "\(language) \(message)")
            }
        }
    }

    @Test(
        "a translation leaves out no place that the English text fills in, and nothing in English"
    )
    func translations() {
        for language in StewardLanguage.allCases where language != .english {
            for message in StewardMessage.allCases {
                let english = StewardLanguage.english.template(message)
                let text = language.template(message)
                #expect(places(text.advice) == places(english.advice), "\(language) \(message)")
                #expect(text.headline != english.headline, "\(language) \(message)")
                #expect(text.advice != english.advice, "\(language) \(message)")
            }
        }
    }

    private func places(_ text: String) -> Set<Substring> {
        Set(text.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first })
    }

    @Test("no text is lost: each one can come up")
    func everyMessage() {
        var seen: Set<StewardMessage> = [.ready, .noHall]
        for code in VerdictCode.allCases {
            for detail in VerdictDetail.allCases {
                for direction in Direction.allCases {
                    seen.insert(StewardMessage(code, detail, direction))
                }
            }
        }
        #expect(seen == Set(StewardMessage.allCases))
    }

    // MARK: Places

    @Test("a duplicate says when and where, and whether that entry is confirmed")
    func duplicates() throws {
        let elsewhere = try verdict(earlier: try admission(gate: 4, lane: 2))
        #expect(elsewhere.text.headline == "Already checked in")
        #expect(
            elsewhere.text.advice
                == "Gate 4, lane 2 at 18:05 (5 min ago). That entry is confirmed. "
                + "Possibly a copied code."
        )
        let open = try verdict(earlier: try admission(.open, ago: .seconds(7)))
        #expect(
            open.text.advice
                == "Here at 18:05 (7 s ago). That entry is not confirmed yet. "
                + "Nobody has passed: open again for the same guest."
        )
        let passed = try verdict(earlier: try admission(ago: .seconds(7200)))
        #expect(
            passed.text.advice
                == "Passed here at 18:05 (2 h ago). That entry is confirmed. "
                + "Ticket handed back, or somebody followed?"
        )
    }

    @Test("the same in Croatian")
    func duplicatesInCroatian() throws {
        let elsewhere = try verdict(.croatian, earlier: try admission(gate: 4, lane: 2))
        #expect(elsewhere.text.headline == "Već prijavljen")
        #expect(
            elsewhere.text.advice
                == "Ulaz 4, prolaz 2 u 18:05 (prije 5 min). Taj je ulazak potvrđen. "
                + "Mogući kopirani kod."
        )
        let open = try verdict(.croatian, earlier: try admission(.open, ago: .seconds(7)))
        #expect(
            open.text.advice
                == "Ovdje u 18:05 (prije 7 s). Taj ulazak još nije potvrđen. "
                + "Nitko nije prošao: istom gostu otvorite ponovno."
        )
    }

    @Test("a duplicate of which nothing is known says so much")
    func bareDuplicate() throws {
        let verdict = try verdict(usesKnown: false)
        #expect(verdict.decision.code == .duplicate)
        #expect(verdict.text.advice == "This ticket has been used.")
    }

    @Test("a time of day is where the gate is; without one it is UTC and says so")
    func timeOfDay() throws {
        let verdict = try verdict(earlier: try admission(gate: 4), time: nil)
        #expect(verdict.text.advice.contains("at 07:55 UTC (5 min ago)"))
        #expect(TimeOfDay(utc: Timestamp(milliseconds: -1)).description == "23:59 UTC")
    }

    @Test("a wrong hall says where to go, be it one hall, several, very many or none")
    func halls() throws {
        let advice = { (language: StewardLanguage, halls: [UInt16]) in
            try verdict(language, halls: halls).text.advice
        }
        #expect(try advice(.english, [9]) == "Go to hall 9.")
        #expect(try advice(.english, [9, 11, 10]) == "Go to hall 9, 10 or 11.")
        #expect(try advice(.croatian, [9, 11, 10]) == "Idite u dvoranu 9, 10 ili 11.")
        #expect(try advice(.english, Array(10...99)) == "Go to hall 10, 11, 12, 13, 14, 15 ….")
        #expect(
            try advice(.croatian, [])
                == "Ulaznica ne vrijedi ni za jednu dvoranu. Uputite gosta na blagajnu."
        )
    }

    @Test("with the largest numbers every text still fits, and no place is left open")
    func largest() throws {
        for language in StewardLanguage.allCases {
            var verdicts = [try verdict(language, halls: Array(65_430...65_439))]
            for passage in [Uses.Passage.open, .passed] {
                let ago = Duration.seconds(35_999_999)
                let here = try admission(passage, ago: ago)
                let there = try admission(gate: 65_535, lane: 65_535, passage, ago: ago)
                verdicts += [
                    try verdict(language, earlier: here), try verdict(language, earlier: there),
                ]
            }
            for verdict in verdicts {
                let advice = verdict.text.advice
                #expect(advice.count <= StewardText.adviceMax, "\(advice)")
                #expect(!advice.contains("{"), "\(advice)")
            }
        }
    }

    @Test("a verdict's JSON carries the lane's language and words")
    func json() throws {
        let verdict = try verdict(.croatian, earlier: try admission(gate: 4, lane: 2, .open))
        let json = try JSONReader.read(verdict.json().encoded)
        #expect(json["lang"]?.string == "hr")
        #expect(json["headline"]?.string == "Već prijavljen")
        #expect(json["earlier"]?["confirmed"] == .bool(false))
    }
}
