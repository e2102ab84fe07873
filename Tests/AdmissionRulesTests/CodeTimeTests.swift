import AdmissionRules
import EntryLogFormat
import FormatVectors
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("The time of a code, to the millisecond")
struct CodeTimeTests {
    private let start = Timestamp(seconds: DoorScan.start)
    private let one = Duration.milliseconds(1)

    private func at(_ now: Timestamp, _ change: (inout DoorScan) -> Void = { _ in }) -> DoorScan {
        DoorScan().with {
            $0.now = now
            change(&$0)
        }
    }

    @Test("a code lives from 10 s + u before its start to 15 s + u after its end")
    func window() {
        for uncertainty in [0, 1, 800, 2000, 15_000] {
            let u = Duration.milliseconds(uncertainty)
            for life in [15, 60, 1200] {
                let first = start - (.seconds(10) + u)
                let last = start + .seconds(life) + .seconds(15) + u
                func verdict(_ now: Timestamp) -> String {
                    at(now) {
                        $0.uncertainty = u
                        $0.flags = .preissued
                        $0.life = TokenLife(.seconds(life))
                    }.verdict
                }
                #expect(verdict(first - one) == "NOT_YET_VALID code")
                #expect(verdict(first) == "SUCCESS")
                #expect(verdict(last) == "SUCCESS")
                #expect(verdict(last + one) == "EXPIRED code")
            }
        }
    }

    @Test("a phone's own codes and a wallet's live a minute, with the same tolerances")
    func phoneWindow() {
        for shown in [DoorScan.Shown.holder, .holderFull, .wallet] {
            for uncertainty in [0, 800, 15_000] {
                let u = Duration.milliseconds(uncertainty)
                let first = start - (.seconds(10) + u)
                let last = start + .seconds(60) + .seconds(15) + u
                func verdict(_ now: Timestamp) -> String {
                    at(now) {
                        $0.uncertainty = u
                        $0.shown = shown
                    }.verdict
                }
                #expect(verdict(first - one) == "NOT_YET_VALID code")
                #expect(verdict(first) == "SUCCESS")
                #expect(verdict(last) == "SUCCESS")
                #expect(verdict(last + one) == "EXPIRED code")
            }
        }
    }

    @Test("a wallet's code counts from the start of its minute, whatever its second")
    func walletMinute() {
        for second: UInt32 in [0, 1, 30, 59] {
            func verdict(_ now: Timestamp) -> String {
                at(now) {
                    $0.shown = .wallet
                    $0.start += second
                    $0.uncertainty = .zero
                }.verdict
            }
            #expect(verdict(start + .seconds(75)) == "SUCCESS")
            #expect(verdict(start + .seconds(75) + one) == "EXPIRED code")
        }
    }

    @Test("a credential is over after its hours, or with the event")
    func credentialLife() {
        func verdict(hours: UInt8, issued: Duration) -> String {
            at(start) {
                $0.shown = .holderFull
                $0.credentialLife = TokenLife(hours: hours)
                $0.issued = DoorScan.start - UInt32(issued.milliseconds / 1000)
                $0.uncertainty = .zero
            }.verdict
        }
        #expect(verdict(hours: 1, issued: .seconds(3600 + 15)) == "SUCCESS")
        #expect(verdict(hours: 1, issued: .seconds(3600 + 16)) == "EXPIRED code")
        #expect(verdict(hours: 255, issued: .seconds(255 * 3600 + 16)) == "EXPIRED code")
        #expect(verdict(hours: 0, issued: .seconds(255 * 3600 + 16)) == "SUCCESS")
    }

    @Test("a screenshot two minutes old is EXPIRED")
    func screenshot() {
        #expect(at(start + .seconds(120)).verdict == "EXPIRED code")
    }

    @Test("a rotating token from the future shows that the gate is slow, and is accepted")
    func slowClock() {
        let first = start - (.seconds(10) + .milliseconds(800))
        #expect(at(first).decision.flags == [])
        let slow = at(first - one)
        #expect(slow.verdict == "SUCCESS")
        #expect(slow.decision.flags == [.clockSlow])
        #expect(at(start - .seconds(86_400)).verdict == "SUCCESS")
        // It shows so too when it is refused for another reason; a PAPER token never does.
        #expect(at(first - one) { $0.status = .blocked }.decision.flags == [.clockSlow])
        #expect(at(first - one) { $0.type = .paper }.decision.flags == [])
        // An unproven token proves no time.
        #expect(at(first - one) { $0.signer = "nobody" }.decision.flags == [])
    }

    @Test("a paper token has no time of its own")
    func paper() {
        for now in [start - .seconds(1 << 20), start, start + .seconds(1 << 20)] {
            let scan = at(now) {
                $0.type = .paper
                $0.manifest = DoorScan.manifest(expires: now + .seconds(1))
            }
            #expect(scan.verdict == "SUCCESS")
        }
    }

    private func doubting(
        behindFloor: Duration = .zero,
        _ policy: GatePolicy.UntrustedClock = .flag,
        _ change: (inout DoorScan) -> Void = { _ in }
    ) -> DoorScan {
        // What such a gate believes the time to be must not matter: here it is years off.
        at(Timestamp(milliseconds: 0)) {
            $0.clockState = .untrusted
            $0.uncertainty = .seconds(3600)
            $0.floor = start + behindFloor
            $0.manifest = DoorScan.manifest(policy: GatePolicy(untrustedClock: policy))
            change(&$0)
        }
    }

    @Test("without the time, a code is good up to 90 s behind the proven time")
    func untrustedOld() {
        let most = Duration.seconds(90)
        #expect(doubting(behindFloor: most).verdict == "SUCCESS")
        #expect(doubting(behindFloor: most + one).verdict == "EXPIRED code")
        #expect(doubting(behindFloor: most, .refer).verdict == "CLOCK_UNTRUSTED")
        #expect(doubting(behindFloor: most + one, .refer).verdict == "EXPIRED code")
    }

    @Test("without the time, a pre-issued code is good up to 12 h ahead, a rotating one always")
    func untrustedAhead() {
        let most = Duration.seconds(-12 * 3600)
        let preissued = { (scan: inout DoorScan) in scan.flags = .preissued }
        #expect(doubting(behindFloor: most, .flag, preissued).verdict == "SUCCESS")
        #expect(doubting(behindFloor: most - one, .flag, preissued).verdict == "NOT_YET_VALID code")
        #expect(doubting(behindFloor: most - one).verdict == "SUCCESS")
        for shown in [DoorScan.Shown.holder, .holderFull, .wallet] {
            let phone = { (scan: inout DoorScan) in
                scan.shown = shown
                scan.credentialLife = TokenLife(hours: 0)
            }
            #expect(doubting(behindFloor: most, .flag, phone).verdict == "SUCCESS")
            #expect(
                doubting(behindFloor: most - one, .flag, phone).verdict == "NOT_YET_VALID code"
            )
            #expect(doubting(behindFloor: .seconds(90), .flag, phone).verdict == "SUCCESS")
            #expect(
                doubting(behindFloor: .seconds(90) + one, .flag, phone).verdict == "EXPIRED code"
            )
            #expect(doubting(behindFloor: .zero, .refer, phone).verdict == "CLOCK_UNTRUSTED")
        }
    }

    @Test("without the time, a credential is over once the proven time has passed its end")
    func untrustedCredential() {
        func verdict(_ issued: UInt32) -> String {
            doubting {
                $0.shown = .holderFull
                $0.credentialLife = TokenLife(hours: 1)
                $0.issued = DoorScan.start - issued
            }.verdict
        }
        #expect(verdict(3600 + 15) == "SUCCESS")
        #expect(verdict(3600 + 16) == "EXPIRED code")
    }

    @Test("an admission without the time is flagged; policy may send it to staff instead")
    func untrustedPolicy() {
        #expect(doubting().decision.flags == [.clockUntrusted])
        #expect(doubting(.refer).verdict == "CLOCK_UNTRUSTED")
        // Codes without a time of their own need no clock.
        let paper = doubting(.refer) { $0.type = .paper }
        #expect(paper.verdict == "SUCCESS")
        #expect(paper.decision.flags == [.clockUntrusted])
        #expect(doubting(.refer) { $0.shown = .imported }.verdict == "SUCCESS")
    }

    @Test("a gate in holdover judges like a synced one, with its wider window")
    func holdover() {
        let late = start + .seconds(60 + 15 + 14)
        #expect(at(late) { $0.clockState = .holdover }.verdict == "EXPIRED code")
        let wide = at(late) {
            $0.clockState = .holdover
            $0.uncertainty = .seconds(14)
        }
        #expect(wide.verdict == "SUCCESS")
        #expect(wide.decision.flags == [])
    }
}
