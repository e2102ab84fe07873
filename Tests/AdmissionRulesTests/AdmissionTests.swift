import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("Who is admitted, and what the others are told")
struct AdmissionTests {
    private let good = DoorScan()

    @Test("a good ticket is admitted with every kind of code")
    func admitted() {
        let forms: [(CodeForm, Methods, (inout DoorScan) -> Void)] = [
            (.live, .live, { _ in }),
            (.live, .preissued, { $0.flags = .preissued }),
            (.paper, .paper, { $0.type = .paper }),
            (
                .paper, .paper,
                {
                    $0.type = .paper; $0.flags = .reprint
                }
            ),
            (.holder, .holder, { $0.shown = .holder }),
            (.holderFull, .holder, { $0.shown = .holderFull }),
            (.wallet, .wallet, { $0.shown = .wallet }),
            (.ownCode, .ownCode, { $0.shown = .ownCode }),
            (.imported, .imported, { $0.shown = .imported }),
        ]
        for (form, method, show) in forms {
            let shown = good.with(show)
            let decision = shown.decision
            #expect(shown.verdict == "SUCCESS")
            #expect(decision.isAdmission && decision.opensLane)
            #expect(decision.form == form)
            #expect(decision.ticket == DoorScan.ticket)
            #expect(decision.accessClass == ClassNumber(7))
            #expect(decision.flags == [])
            // The same code is refused where just its method is missing, admitted where it alone is
            // allowed.
            #expect(shown.with { $0.methods = method }.verdict == "SUCCESS")
            #expect(
                shown.with { $0.methods.subtract(method) }.verdict == "METHOD_NOT_ALLOWED"
            )
        }
    }

    @Test("equal arguments give equal decisions")
    func pure() {
        #expect(good.decision == good.decision)
    }

    @Test("without a manifest, or with one that is over, nobody is admitted")
    func manifest() {
        #expect(good.with { $0.manifest = nil }.verdict == "MANIFEST_EXPIRED")
        func expiring(_ instant: Timestamp) -> DoorScan {
            good.with { $0.manifest = DoorScan.manifest(expires: instant) }
        }
        #expect(expiring(Fixed.now + .milliseconds(1)).verdict == "SUCCESS")
        #expect(expiring(Fixed.now).verdict == "MANIFEST_EXPIRED")
        // A gate that does not trust its clock goes by what is proven.
        let doubting = expiring(Fixed.now).with { $0.clockState = .untrusted }
        #expect(doubting.verdict == "SUCCESS")
        #expect(doubting.with { $0.floor = Fixed.now }.verdict == "MANIFEST_EXPIRED")
    }

    @Test("an old manifest only shows a warning, from the very instant")
    func stale() {
        for (margin, flags) in [(1, []), (0, [.staleManifest])] as [(Int, Set<EntryRecord.Flag>)] {
            let scan = good.with {
                $0.manifest = DoorScan.manifest(staleAfter: Fixed.now + .milliseconds(margin))
            }
            #expect(scan.verdict == "SUCCESS")
            #expect(scan.decision.flags == flags)
        }
    }

    @Test("unreadable and unproven codes are told apart, and a claimed ticket is remembered")
    func unproven() {
        let cases: [(String, TicketID?, (inout DoorScan) -> Void)] = [
            ("MALFORMED", nil, { $0.shown = .text("") }),
            ("MALFORMED", nil, { $0.shown = .text("ST1' OR 1=1") }),
            (
                "UNSUPPORTED", nil, { $0.shown = .text("ST2" + String(repeating: "A", count: 151)) }
            ),
            ("BAD_SIGNATURE unknown_key", DoorScan.ticket, { $0.namedKey = "nobody" }),
            ("BAD_SIGNATURE wrong_role", DoorScan.ticket, { $0.namedKey = "paper" }),
            ("BAD_SIGNATURE signature", DoorScan.ticket, { $0.signer = "nobody" }),
            (
                "BAD_SIGNATURE signature", DoorScan.ticket,
                { $0.signedEvent = DoorScan.otherEvent }
            ),
            ("WRONG_EVENT", DoorScan.ticket, { $0.namedKey = "other live" }),
        ]
        for (verdict, ticket, spoil) in cases {
            let scan = good.with(spoil)
            #expect(scan.verdict == verdict)
            #expect(scan.decision.ticket == ticket)
            #expect(!scan.decision.opensLane)
            // What is not proven says nothing about class or generation.
            #expect(scan.decision.generation == nil)
        }
    }

    @Test("a barcode that is not in the manifest is a possible counterfeit, others have a reason")
    func barcodes() {
        for shown in [DoorScan.Shown.ownCode, .imported] {
            let scan = good.with { $0.shown = shown }
            #expect(scan.with { $0.isCodeListed = false }.verdict == "NOT_FOUND")
            let verdicts = [
                TicketStatus.revoked: "REVOKED", .blocked: "BLOCKED", .spare: "NOT_FOUND",
                .valid: "SUCCESS",
            ]
            for (status, verdict) in verdicts {
                #expect(scan.with { $0.codeStatus = status }.verdict == verdict)
            }
            // A barcode is never admitted on its own word.
            #expect(scan.with { $0.isTicketListed = false }.verdict == "NOT_FOUND")
        }
    }

    @Test("each status of a ticket has its verdict")
    func statuses() {
        let verdicts = [
            TicketStatus.unpaid: "UNPAID", .valid: "SUCCESS", .revoked: "REVOKED",
            .blocked: "BLOCKED", .spare: "NOT_FOUND",
        ]
        #expect(verdicts.count == TicketStatus.allCases.count)
        for (status, verdict) in verdicts {
            #expect(good.with { $0.status = status }.verdict == verdict)
        }
    }

    @Test("a reissued ticket ends its older codes, wherever the newer one was seen")
    func superseded() {
        let cases: [(shown: UInt8, row: UInt8, seen: UInt8?, verdict: String)] = [
            (0, 0, nil, "SUCCESS"), (0, 0, 0, "SUCCESS"), (0, 1, nil, "SUPERSEDED"),
            (0, 0, 1, "SUPERSEDED"), (1, 0, nil, "SUCCESS"), (1, 0, 1, "SUCCESS"),
            (1, 0, 2, "SUPERSEDED"), (254, 255, nil, "SUPERSEDED"), (255, 255, 255, "SUCCESS"),
        ]
        for (shown, row, seen, verdict) in cases {
            let scan = good.with {
                $0.generation = Generation(shown)
                $0.rowGeneration = Generation(row)
                $0.generationSeen = seen.map { Generation($0) }
            }
            #expect(scan.verdict == verdict, "\(shown) \(row) \(String(describing: seen))")
            #expect(scan.decision.generation == Generation(shown))
            let barcode = scan.with {
                $0.shown = .ownCode
                $0.codeGeneration = Generation(shown)
            }
            #expect(barcode.verdict == verdict)
        }
        let unlisted = good.with {
            $0.isTicketListed = false
            $0.generationSeen = Generation(1)
        }
        #expect(unlisted.verdict == "SUPERSEDED")
    }

    @Test("a ticket is good from its first instant up to, not at, its last")
    func ticketTime() {
        let one = Duration.milliseconds(1)
        #expect(good.with { $0.notBefore = Fixed.now }.verdict == "SUCCESS")
        #expect(good.with { $0.notBefore = Fixed.now + one }.verdict == "NOT_YET_VALID ticket")
        #expect(good.with { $0.expires = Fixed.now + one }.verdict == "SUCCESS")
        #expect(good.with { $0.expires = Fixed.now }.verdict == "EXPIRED ticket")
        // A gate without the time cannot say "too early"; "too late" it can prove.
        let doubting = good.with { $0.clockState = .untrusted }
        #expect(doubting.with { $0.notBefore = Fixed.now + one }.verdict == "SUCCESS")
        #expect(doubting.with { $0.expires = Fixed.now }.verdict == "SUCCESS")
        #expect(doubting.with { $0.expires = $0.floor }.verdict == "EXPIRED ticket")
    }

    @Test("a ticket for another hall says which halls it is for")
    func hall() {
        let elsewhere = good.with {
            $0.access = [5, 4, 5].map { DoorScan.access(hall: $0) }
        }
        #expect(elsewhere.verdict == "WRONG_HALL")
        #expect(elsewhere.decision.halls == [HallNumber(4), HallNumber(5)])
        #expect(good.decision.halls == [])
        #expect(good.with { $0.access = [] }.verdict == "WRONG_HALL")
        #expect(good.with { $0.access.append(DoorScan.access(hall: 9)) }.verdict == "SUCCESS")
    }

    @Test("the right hall at another gate, or in another slot, is WRONG_GATE")
    func gate() {
        let one = Duration.milliseconds(1)
        let cases: [(AccessRow, String)] = [
            (DoorScan.access(gate: 0), "SUCCESS"), (DoorScan.access(gate: 12), "SUCCESS"),
            (DoorScan.access(gate: 13), "WRONG_GATE"),
            (DoorScan.access(notBefore: Fixed.now), "SUCCESS"),
            (DoorScan.access(notBefore: Fixed.now + one), "WRONG_GATE"),
            (DoorScan.access(expires: Fixed.now + one), "SUCCESS"),
            (DoorScan.access(expires: Fixed.now), "WRONG_GATE"),
        ]
        for (access, verdict) in cases {
            #expect(good.with { $0.access = [access] }.verdict == verdict, "\(access)")
        }
        let early = DoorScan.access(notBefore: Fixed.now + one)
        #expect(good.with { $0.access = [early, DoorScan.access(gate: 12)] }.verdict == "SUCCESS")
        #expect(
            good.with {
                $0.access = [early]
                $0.clockState = .untrusted
            }.verdict == "SUCCESS"
        )
    }

    @Test("a ticket that asks for an identity document waits until staff have seen it")
    func identity() {
        let asking = good.with { $0.flags = .checkID }
        #expect(asking.verdict == "REFER check_id")
        #expect(asking.with { $0.isIdentityConfirmed = true }.verdict == "SUCCESS")
    }

    @Test("a rehearsal ticket is never admitted, and says the verdict it would have had")
    func specimen() {
        let specimen = good.with { $0.rowClass = .specimen }
        let cases: [(String, (inout DoorScan) -> Void)] = [
            ("SUCCESS", { _ in }), ("REVOKED", { $0.status = .revoked }),
            ("UNPAID", { $0.status = .unpaid }),
            ("WRONG_HALL", { $0.access = [DoorScan.access(hall: 9)] }),
            ("SUCCESS", { $0.shown = .imported }),
            (
                "REVOKED",
                {
                    $0.shown = .imported; $0.codeStatus = .revoked
                }
            ), ("EXPIRED code", { $0.start -= 120 }),
            ("DUPLICATE same_lane_passed", { $0.uses = DoorScan.used() }),
            ("MANIFEST_EXPIRED", { $0.manifest = DoorScan.manifest(expires: Fixed.now) }),
        ]
        for (rehearsed, change) in cases {
            let scan = specimen.with(change)
            #expect(scan.decision.code == .specimen)
            #expect(scan.rehearsed == rehearsed)
            #expect(!scan.decision.isAdmission && !scan.decision.opensLane)
            #expect(scan.decision.detail == scan.decision.rehearsed?.detail)
        }
        // What is not proven is no specimen either: anybody can write a class into a token.
        #expect(specimen.with { $0.signer = "nobody" }.verdict == "BAD_SIGNATURE signature")
        #expect(good.rehearsed == nil)
        // The row decides, not what a token says of its class; without a row the token does.
        #expect(good.with { $0.tokenClass = .specimen }.verdict == "SUCCESS")
        let unlisted = good.with {
            $0.tokenClass = .specimen
            $0.isTicketListed = false
        }
        #expect(unlisted.verdict == "SPECIMEN")
    }
}
