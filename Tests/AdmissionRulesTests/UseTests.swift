import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("Uses, exits, unlisted tickets and gates alone")
struct UseTests {
    private let good = DoorScan()

    @Test("a used ticket is a duplicate, with its evidence")
    func duplicates() {
        let cases: [(Uses, String)] = [
            (DoorScan.used(passage: .open), "DUPLICATE same_lane_no_passage"),
            (DoorScan.used(), "DUPLICATE same_lane_passed"),
            (DoorScan.used(lane: 2), "DUPLICATE other_gate"),
            (DoorScan.used(gate: 13), "DUPLICATE other_gate"),
            (DoorScan.used(gate: 13, passage: .open), "DUPLICATE other_gate"),
            (Uses(entries: 1, inside: 1, last: nil), "DUPLICATE other_gate"),
        ]
        for (uses, verdict) in cases {
            let scan = good.with { $0.uses = uses }
            #expect(scan.verdict == verdict)
            #expect(scan.decision.earlier == uses.last)
            #expect(scan.decision.earlierAge == uses.last.map { _ in .seconds(60) })
        }
        #expect(good.decision.earlier == nil)
        #expect(good.decision.earlierAge == nil)
        let hearsay = Uses.Last(
            device: Fixed.device("G7K2M9"),
            gate: GateNumber(13),
            lane: LaneNumber(1),
            time: Fixed.now,
            passage: .passed,
            isConfirmed: false
        )
        let told = good.with { $0.uses = Uses(entries: 1, inside: 1, last: hearsay) }
        #expect(told.decision.earlier?.isConfirmed == false)
    }

    @Test("a ticket for two admits two; without reentry an exit gives nothing back")
    func severalUses() {
        let two = good.with { $0.usesMax = 2 }
        #expect(two.with { $0.uses = DoorScan.used() }.verdict == "SUCCESS")
        #expect(
            two.with { $0.uses = DoorScan.used(entries: 2, inside: 0) }.verdict
                == "DUPLICATE same_lane_passed"
        )
    }

    @Test("with reentry the persons inside count, not the entries")
    func reentry() {
        let returning = good.with { $0.reentry = true }
        #expect(
            returning.with { $0.uses = DoorScan.used(entries: 9, inside: 0) }.verdict == "SUCCESS"
        )
        #expect(
            returning.with { $0.uses = DoorScan.used(entries: 9, inside: 1) }.verdict
                == "DUPLICATE same_lane_passed"
        )
        let family = returning.with { $0.usesMax = 4 }
        #expect(family.with { $0.uses = DoorScan.used(entries: 9, inside: 3) }.verdict == "SUCCESS")
        // More exits than entries do not let more persons in than the ticket has.
        #expect(
            family.with { $0.uses = DoorScan.used(entries: 2, inside: -1) }.verdict == "SUCCESS"
        )
    }

    @Test("the way out is never blocked, whatever is shown")
    func exits() {
        let leaving = good.with {
            $0.direction = .exit
            $0.uses = DoorScan.used()
        }
        #expect(leaving.verdict == "SUCCESS")
        #expect(leaving.decision.opensLane)
        #expect(!leaving.decision.isAdmission)
        #expect(leaving.with { $0.uses = .none }.verdict == "NOT_INSIDE")
        for defect in protocolOrder {
            for carrier in defect.carriers {
                let spoiled = leaving.with {
                    $0.shown = carrier.shown
                    defect.apply(&$0)
                }
                #expect(spoiled.decision.opensLane, "rule \(defect.rule)")
                #expect(!spoiled.decision.isAdmission)
                // Only what says which ticket it is stands in the way of a plain SUCCESS.
                let isAsked = (3...8).contains(defect.rule)
                #expect(
                    spoiled.verdict == (isAsked ? defect.verdict : "SUCCESS"),
                    "rule \(defect.rule), \(carrier)"
                )
            }
        }
    }

    @Test("a well-signed token that is not listed goes on by policy")
    func unlisted() {
        func unlisted(_ policy: GatePolicy.Unlisted, class number: UInt16 = 7) -> DoorScan {
            good.with {
                $0.isTicketListed = false
                $0.tokenClass = ClassNumber(number)
                $0.manifest = DoorScan.manifest(policy: GatePolicy(unlisted: policy))
            }
        }
        let accepted = unlisted(.accept)
        #expect(accepted.verdict == "SUCCESS")
        #expect(accepted.decision.flags == [.provisional])
        #expect(accepted.decision.accessClass == ClassNumber(7))
        #expect(unlisted(.refer).verdict == "REFER unlisted")
        #expect(unlisted(.refuse).verdict == "NOT_FOUND")
        // A token that does not state its class says too little to go on.
        for policy in GatePolicy.Unlisted.allCases {
            #expect(unlisted(policy, class: 0).verdict == "NOT_FOUND")
        }
        // One use, its class's halls, and any method.
        #expect(accepted.with { $0.uses = DoorScan.used() }.verdict == "DUPLICATE same_lane_passed")
        #expect(accepted.with { $0.access = [DoorScan.access(hall: 4)] }.verdict == "WRONG_HALL")
        #expect(accepted.with { $0.methods = [] }.verdict == "SUCCESS")
        #expect(accepted.with { $0.type = .paper }.verdict == "SUCCESS")
        // A credential carries its own proof, and a pass is a PAPER token with more; a HOLDER code
        // is nothing without the row.
        for shown in [DoorScan.Shown.holderFull, .wallet] {
            let other = accepted.with { $0.shown = shown }
            #expect(other.verdict == "SUCCESS")
            #expect(other.decision.flags == [.provisional])
        }
        #expect(accepted.with { $0.shown = .holder }.verdict == "SHOW_LONG_CODE")
        // A refused one is not "admitted on its signature alone".
        #expect(accepted.with { $0.uses = DoorScan.used() }.decision.flags == [])
    }

    @Test("a gate alone does what policy says")
    func isolation() {
        func alone(_ policy: GatePolicy.Isolated, home: UInt16 = 12) -> DoorScan {
            good.with {
                $0.isIsolated = true
                $0.home = GateNumber(home)
                $0.manifest = DoorScan.manifest(policy: GatePolicy(isolated: policy))
            }
        }
        #expect(alone(.open).verdict == "SUCCESS")
        #expect(alone(.open).decision.flags == [.isolated])
        #expect(alone(.home).verdict == "SUCCESS")
        #expect(alone(.home, home: 13).verdict == "REFER isolated")
        #expect(alone(.refer).verdict == "REFER isolated")
        // A ticket without a row has no home.
        #expect(alone(.home).with { $0.isTicketListed = false }.verdict == "REFER isolated")
        #expect(alone(.refer).with { $0.isIsolated = false }.verdict == "SUCCESS")
    }
}
