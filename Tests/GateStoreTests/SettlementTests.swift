import AdmissionRules
import EntryLogFormat
import GateLogic
import GateStore
import Sodium
import TestSupport
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Settling: record and use in one transaction")
struct SettlementTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(50)
        fixture.tickets.append(fixture.row(venue.ticket(100), status: .unpaid))
        fixture.tickets.append(fixture.row(venue.ticket(101), generation: 2))
        fixture.tickets.append(fixture.row(venue.ticket(102), usesMax: 2, reentry: true))
        self.fixture = fixture
    }

    @Test("a ticket is admitted once, then refused with where and when it was used")
    func admittedOnce() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let code = venue.liveCode(venue.ticket(1), at: TestVenue.opening)
        let first = await gate.scan(code)
        #expect(first.decision.code == .success)
        #expect(first.sequence == 0)
        let second = await gate.scan(code, lane: 2, at: TestVenue.opening + .seconds(9))
        #expect(second.decision.code == .duplicate)
        #expect(second.decision.detail == .otherGate)
        #expect(second.decision.earlier?.lane == LaneNumber(1))
        #expect(second.decision.earlier?.time == TestVenue.opening)
        #expect(second.sequence == 1)
    }

    @Test("an own static code and a token of one ticket are one admission")
    func codesOfOneTicket() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let code = try #require(venue.ownCode(venue.ticket(2)))
        #expect(await gate.scan(Array(code.text.utf8)).decision.code == .success)
        let token = venue.liveCode(venue.ticket(2), at: TestVenue.opening)
        #expect(await gate.scan(token, lane: 2).decision.code == .duplicate)
    }

    @Test("two lanes show one ticket in the same instant, two hundred times: one is admitted")
    func sameInstant() async throws {
        var fixture = ManifestFixture(venue)
        fixture.addTickets(200)
        let gate = try StoreGate(fixture, venue: venue)
        for round in 0..<200 {
            let ticket = venue.ticket(round)
            let left = gate.pending(venue.liveCode(ticket, at: TestVenue.opening), lane: 1)
            let right = gate.pending(venue.paperCode(ticket), lane: 2)
            async let first = gate.settlement.settle(left)
            async let second = gate.settlement.settle(right)
            let codes = [await first.decision.code, await second.decision.code]
            #expect(codes.filter { $0 == .success }.count == 1, "round \(round)")
            #expect(codes.filter { $0 == .duplicate }.count == 1, "round \(round)")
        }
        let audit = try gate.journal.audit()
        #expect(audit.faults == [])
        #expect(audit.records == 400)
        #expect(audit.admissions.count == 200)
        #expect(audit.admissions.values.allSatisfy { $0 == 1 })
    }

    @Test("every refusal is recorded too, without a use")
    func refusalsAreRecorded() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        #expect(
            await gate.scan(venue.paperCode(venue.ticket(100))).decision.code == .unpaid
        )
        #expect(await gate.scan(Array("'; DROP TABLE record; --".utf8)).decision.code == .notFound)
        #expect(await gate.scan([0, 1, 2, 0xFF, 0]).decision.code == .notFound)
        #expect(await gate.scan([]).decision.code == .malformed)
        #expect(await gate.scan(Array("ST1TOOSHORT".utf8)).decision.code == .malformed)
        var forged = venue.liveCode(venue.ticket(1), at: TestVenue.opening)
        forged[100] = forged[100] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(await gate.scan(forged).decision.code == .badSignature)
        let audit = try gate.journal.audit()
        #expect(audit.faults == [])
        #expect(audit.records == 6)
        #expect(audit.admissions.isEmpty)
        #expect(try gate.journal.uses(of: venue.ticket(1)) == TicketUse())
    }

    @Test("an old generation is superseded once a newer one was seen, whatever its verdict was")
    func generationSeen() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let old = venue.liveCode(venue.ticket(3), at: TestVenue.opening)
        let expired = venue.liveCode(
            venue.ticket(3),
            at: TestVenue.opening - .seconds(600),
            generation: 1
        )
        #expect(await gate.scan(expired).decision.code == .expired)
        #expect(await gate.scan(old).decision.code == .superseded)
        #expect(await gate.scan(venue.paperCode(venue.ticket(101))).decision.code == .superseded)
    }

    @Test("a group pass lets two in, and another in when one has left")
    func reentry() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let code = venue.paperCode(venue.ticket(102))
        #expect(await gate.scan(code).decision.code == .success)
        #expect(await gate.scan(code).decision.code == .success)
        #expect(await gate.scan(code).decision.code == .duplicate)
        #expect(await gate.scan(code, direction: .exit).decision.code == .success)
        #expect(await gate.scan(code).decision.code == .success)
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("without a manifest nobody is admitted, and that is recorded")
    func noManifest() async throws {
        let gate = try StoreGate(nil, venue: venue)
        let settled = await gate.scan(venue.paperCode(venue.ticket(1)))
        #expect(settled.decision.code == .manifestExpired)
        #expect(settled.sequence == 0)
        #expect(settled.manifest == 0)
    }

    @Test("LIVE evidence is the token itself; everything else only central can read")
    func evidence() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let live = venue.liveCode(venue.ticket(4), at: TestVenue.opening)
        let paper = venue.paperCode(venue.ticket(5))
        for text in [live, paper, [UInt8](repeating: 0x41, count: 2000)] {
            _ = await gate.scan(text)
        }
        let envelopes = try gate.journal.envelopes(
            of: 1,
            from: 0,
            count: 10,
            bytesMax: 1 << 20,
            key: venue.deviceSign.publicKey
        )
        let scans = try envelopes.map { envelope in
            let key = venue.deviceSign.publicKey
            let record = try SignedRecord(envelope, device: venue.device, key: key).record
            guard case .scan(let scan) = record.body else { throw StorageFault.badValue("kind") }
            return scan
        }
        #expect(scans.map(\.code) == [.success, .success, .malformed])
        #expect(scans[0].evidence.count == 94)
        #expect(venue.logBox.open(scans[1].evidence)?.count == 94)
        #expect(scans[2].evidence.count == EntryRecord.evidenceBytesMax)
        #expect(venue.logBox.open(scans[2].evidence) == [UInt8](repeating: 0x41, count: 208))
    }
}
