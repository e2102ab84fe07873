import AdmissionRules
import EntryLogFormat
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import Testing
import TicketModel
import TokenFormat

@Suite("Every form of code at one gate")
struct FormTests {
    private let venue: TestVenue
    private let gate: StoreGate

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(10)
        for number in [20, 21] {
            let ticket = venue.ticket(number)
            let holder = try venue.holder(of: ticket).publicKey
            fixture.tickets.append(fixture.row(ticket, generation: 1, holder: holder))
        }
        let slow = ImportRule(fold: .upper, isSlow: true)
        fixture.policy.imports = [.exact, slow]
        fixture.codes.append(
            try #require(fixture.code(imported: "aBc-123", of: venue.ticket(7)))
        )
        fixture.codes.append(
            try #require(fixture.code(imported: "SEAT12", of: venue.ticket(8), rule: slow))
        )
        gate = try StoreGate(fixture, venue: venue)
    }

    private func verdict(_ text: [UInt8], lane: UInt16 = 1) async -> String {
        let decision = await gate.scan(text, lane: lane).decision
        return decision.detail == .none
            ? decision.code.name : "\(decision.code.name) \(decision.detail.rawValue)"
    }

    /// The evidence of the newest record.
    private func evidence() throws -> [UInt8] {
        let key = venue.deviceSign.publicKey
        let newest = try gate.journal.chain(of: 1).next - 1
        let envelopes = try gate.journal.envelopes(
            of: 1,
            from: newest,
            count: 1,
            bytesMax: 1 << 20,
            key: key
        )
        let envelope = try #require(envelopes.first)
        let signed = try SignedRecord(envelope, device: venue.device, key: key)
        guard case .scan(let scan) = signed.record.body else { return [] }
        return scan.evidence
    }

    @Test("each is admitted once, and then any other form of the ticket is a duplicate")
    func admitted() async throws {
        let now = TestVenue.opening
        let own = try #require(venue.ownCode(venue.ticket(6)))
        let codes: [(Int, [UInt8])] = [
            (0, venue.liveCode(venue.ticket(0), at: now)),
            (1, venue.liveCode(venue.ticket(1), at: now, flags: .preissued)),
            (2, venue.paperCode(venue.ticket(2))),
            (3, venue.walletCode(venue.ticket(3), at: now)),
            (6, Array(own.text.utf8)),
            (7, Array("aBc-123".utf8)),
            (8, Array("seat12".utf8)),
            (20, try venue.holderCode(venue.ticket(20), at: now, generation: 1)),
            (21, try venue.holderFullCode(venue.ticket(21), at: now, generation: 1)),
        ]
        for (number, code) in codes {
            #expect(await verdict(code) == "SUCCESS", "ticket \(number)")
            let paper = venue.paperCode(venue.ticket(number), generation: number >= 20 ? 1 : 0)
            #expect(await verdict(paper, lane: 2) == "DUPLICATE other_gate", "ticket \(number)")
        }
        #expect(await verdict(Array("ABC-123".utf8)) == "NOT_FOUND", "exact barcodes stay exact")
    }

    @Test("a phone that this manifest does not know is asked for its long code")
    func unknownPhone() async throws {
        let ticket = venue.ticket(4)
        let now = TestVenue.opening
        #expect(
            await verdict(try venue.holderCode(ticket, at: now, generation: 1)) == "SHOW_LONG_CODE"
        )
        let full = try venue.holderFullCode(ticket, at: now, generation: 1)
        #expect(await verdict(full) == "SUCCESS")
        // The credential was proof of a newer generation: the older paper is worth nothing now.
        #expect(await verdict(venue.paperCode(ticket), lane: 2) == "SUPERSEDED")
    }

    @Test("codes that are over in a minute are kept as they were shown, the others sealed")
    func evidenceOfForms() async throws {
        let now = TestVenue.opening
        let clear = [
            venue.liveCode(venue.ticket(0), at: now),
            try venue.holderCode(venue.ticket(20), at: now, generation: 1),
            try venue.holderFullCode(venue.ticket(21), at: now, generation: 1),
        ]
        for text in clear {
            #expect(await verdict(text) == "SUCCESS")
            let token = try #require(UnverifiedToken(bytes: try evidence()))
            #expect(ScannedCode(text) == .token(token))
        }
        let paper = venue.paperCode(venue.ticket(1))
        guard case .token(let token) = ScannedCode(paper) else {
            Issue.record("the PAPER code is a token")
            return
        }
        let barcode = Array("aBc-123".utf8)
        let wallet = venue.walletCode(venue.ticket(2), at: now)
        for (text, shown) in [(paper, token.bytes), (wallet, wallet), (barcode, barcode)] {
            #expect(await verdict(text) == "SUCCESS")
            #expect(venue.logBox.open(try evidence()) == shown)
        }
    }

    @Test("a rejected barcode is kept by its name in the manifest, and sealed")
    func rejectedBarcode() async throws {
        let barcode = Array("4006381333931".utf8)
        #expect(await verdict(barcode) == "NOT_FOUND")
        let kept = try evidence()
        let name = BarcodeHash.hash(of: barcode, event: venue.event, key: venue.barcodeKey)
        #expect(Array(kept.prefix(BarcodeHash.length)) == name)
        #expect(venue.logBox.open(Array(kept.dropFirst(BarcodeHash.length))) == barcode)
    }

    @Test("a gate without barcode and wallet duty turns such codes away, and takes the others")
    func withoutDuty() async throws {
        gate.settlement.use(EventSecrets.none)
        let own = try #require(venue.ownCode(venue.ticket(6)))
        #expect(await verdict(Array(own.text.utf8)) == "NOT_FOUND")
        let wallet = venue.walletCode(venue.ticket(2), at: TestVenue.opening)
        #expect(await verdict(wallet) == "METHOD_NOT_ALLOWED")
        #expect(await verdict(venue.paperCode(venue.ticket(2))) == "SUCCESS")
    }
}
