import AdmissionRules
import FormatVectors
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("Phones, wallets and static codes at the door")
struct PhoneTests {
    private let good = DoorScan()

    @Test("a phone that the manifest does not know shows its long code, and is admitted with it")
    func longCode() {
        let older = good.with {
            $0.boundHolder = nil
            $0.generation = Generation(1)
        }
        #expect(older.with { $0.shown = .holder }.verdict == "SHOW_LONG_CODE")
        #expect(older.with { $0.shown = .holderFull }.verdict == "SUCCESS")
    }

    @Test("a manifest that changes while a code is checked is noticed")
    func changedMeanwhile() {
        let rebound = good.with {
            $0.shown = .holder
            $0.boundHolderBefore = "holder"
            $0.boundHolder = "stranger"
        }
        #expect(rebound.verdict == "SHOW_LONG_CODE")
        #expect(rebound.with { $0.boundHolder = nil }.verdict == "SHOW_LONG_CODE")
    }

    @Test("a ticket bound to another phone ends the credential of the first")
    func otherPhone() {
        let first = good.with { $0.shown = .holderFull }
        #expect(first.with { $0.boundHolder = "stranger" }.verdict == "SUPERSEDED")
        // A binding of a later generation than the manifest knows is newer than the manifest.
        let newer = first.with {
            $0.boundHolder = "stranger"
            $0.generation = Generation(1)
        }
        #expect(newer.verdict == "SUCCESS")
        #expect(newer.with { $0.rowGeneration = Generation(2) }.verdict == "SUPERSEDED")
    }

    @Test("a gate without wallet duty does not take passes, but takes the PAPER half")
    func withoutWalletKey() {
        let gate = good.with { $0.secrets.walletKey = nil }
        #expect(gate.with { $0.shown = .wallet }.verdict == "METHOD_NOT_ALLOWED")
        #expect(gate.with { $0.type = .paper }.verdict == "SUCCESS")
        // What is no genuine ticket of this event is told so all the same.
        let foreign = gate.with {
            $0.shown = .wallet
            $0.namedKey = "other live"
        }
        #expect(foreign.verdict == "WRONG_EVENT")
    }

    @Test("the PAPER half of a pass needs PAPER to be allowed, the pass needs WALLET")
    func halves() {
        let pass = good.with { $0.shown = .wallet }
        let half = good.with { $0.type = .paper }
        #expect(pass.with { $0.methods = .wallet }.verdict == "SUCCESS")
        #expect(half.with { $0.methods = .wallet }.verdict == "METHOD_NOT_ALLOWED")
        #expect(pass.with { $0.methods = .paper }.verdict == "METHOD_NOT_ALLOWED")
    }

    @Test("an unproven code is remembered for what it said it was")
    func claims() {
        for carrier in Carrier.tokens {
            let forged = good.with {
                $0.shown = carrier.shown
                $0.signer = "nobody"
            }
            let decision = forged.decision
            #expect(decision.ticket == DoorScan.ticket)
            #expect(decision.generation == nil)
            #expect(decision.form == good.with { $0.shown = carrier.shown }.decision.form)
        }
    }

    @Test("secrets never print themselves")
    func silent() {
        let secrets = EventSecrets(barcodeKey: Fixed.seed("a"), walletKey: Fixed.seed("b"))
        #expect("\(secrets)" == "EventSecrets")
        var dumped = ""
        dump(secrets, to: &dumped)
        #expect(!dumped.contains("UInt8") && dumped.utf8.count < 40)
    }

    private func names(_ text: String, _ rules: Set<ImportRule>, key: [UInt8]? = nil) -> [[UInt8]] {
        Proof(
            ScannedCode(Array(text.utf8)),
            trust: DoorScan.trust,
            event: DoorScan.event,
            secrets: EventSecrets(barcodeKey: key ?? Fixed.seed("barcode key")),
            facts: ProofFacts(imports: rules)
        ).barcodeNames
    }

    @Test("a barcode is looked up under the rules of the event's imports, the cheap ones first")
    func barcodeNames() throws {
        let key = Fixed.seed("barcode key")
        func fast(_ text: String) -> [UInt8] {
            BarcodeHash.hash(of: Array(text.utf8), event: DoorScan.event, key: key)
        }
        let slow = try #require(
            BarcodeHash.slowHash(of: Array("ABCD".utf8), event: DoorScan.event, key: key)
        )
        let upper = ImportRule(fold: .upper, isSlow: false)
        let upperSlow = ImportRule(fold: .upper, isSlow: true)
        #expect(names("aBcd", [.exact]) == [fast("aBcd")])
        #expect(names("aBcd", [upper]) == [fast("ABCD")])
        #expect(names("aBcd", [upper, .exact]) == [fast("aBcd"), fast("ABCD")])
        #expect(names("ABCD", [upper, .exact]) == [fast("ABCD")], "folding changes nothing")
        #expect(names("aBcd", [upperSlow]) == [slow])
        #expect(names("aBcd", [upperSlow, .exact]) == [fast("aBcd"), slow])
        #expect(names("aBcd", []) == [])
        // Own codes have one name, whatever was imported; tokens have none.
        let own = try #require(OwnCode(payload: Array(Fixed.seed("own").prefix(10))))
        #expect(names(own.text, [upperSlow]) == [fast(own.text)])
        #expect(names(good.text, [.exact]) == [])
    }

    @Test("a gate without barcode duty looks up no barcode")
    func withoutBarcodeKey() {
        let gate = good.with {
            $0.shown = .imported
            $0.secrets.barcodeKey = nil
        }
        #expect(gate.proof.barcodeNames == [])
    }
}
