import AdmissionRules
import GateLogic
import GateService
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import Testing
import TicketModel
import TokenFormat

@Suite("A lane", .timeLimit(.minutes(1)))
struct LaneTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        self.fixture = fixture
    }

    @Test("a code held under the scanner is admitted once and shown green again, unrecorded")
    func heldCode() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        let code = venue.paperCode(venue.ticket(1))
        let first = await gate.scan(code)
        let again = await gate.scan(code)
        #expect(first.decision.code == .success)
        #expect(again.decision.code == .success)
        #expect(again.isRepeated)
        #expect(again.sequence == first.sequence)
        #expect(try gate.core.journal.audit().records == 1)
        try await gate.client.shutdown()
    }

    @Test("two scanners of one lane read one code at once: one admission, shown twice")
    func twoScanners() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        for number in 0..<20 {
            let code = venue.paperCode(venue.ticket(number))
            async let left = gate.lane.scan(code, scanner: "left")
            async let right = gate.lane.scan(code, scanner: "right")
            let verdicts = [await left, await right]
            #expect(verdicts.allSatisfy { $0.decision.code == .success })
            #expect(verdicts.filter(\.isRepeated).count == 1)
        }
        #expect(try gate.core.journal.audit().admissions.count == 20)
        try await gate.client.shutdown()
    }

    @Test("another lane is not fooled by the first one's green")
    func otherLane() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        let other = LaneKeeper(
            .init(number: LaneNumber(2), direction: .entry),
            core: gate.core
        )
        let code = venue.paperCode(venue.ticket(3))
        #expect(await gate.scan(code).decision.code == .success)
        let verdict = await other.scan(code, scanner: "test")
        #expect(verdict.decision.code == .duplicate)
        #expect(!verdict.isRepeated)
        try await gate.client.shutdown()
    }

    @Test(
        "a LIVE token proves that its time has come: the floor rises; preissued ones prove nothing"
    )
    func floor() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        let later = gate.core.clock.reading().floor + .seconds(3600)
        _ = await gate.scan(venue.liveCode(venue.ticket(4), at: later, flags: [.preissued]))
        #expect(gate.core.clock.reading().floor < later)
        _ = await gate.scan(venue.liveCode(venue.ticket(5), at: later))
        #expect(gate.core.clock.reading().floor == later)
        await gate.core.clock.tick()
        #expect(try gate.core.journal.state(.clockFloor) != nil)
        try await gate.client.shutdown()
    }

    @Test("a lane speaks its own language, or else the gate's")
    func language() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        let lane = LaneKeeper(
            .init(number: LaneNumber(2), direction: .entry, language: .croatian),
            core: gate.core
        )
        let code = venue.paperCode(venue.ticket(6))
        #expect(await gate.scan(code).text.headline == "Welcome")
        let verdict = await lane.scan(code, scanner: "test")
        #expect(verdict.text.headline == "Već prijavljen")
        #expect(verdict.earlierTime != nil)
        try await gate.client.shutdown()
    }

    @Test("watchers get every verdict; one that does not read holds up nobody")
    func watchers() async throws {
        let gate = try await ServiceGate(venue, prepared: fixture)
        let watcher = try #require(gate.core.board.watch())
        let lazy = try #require(gate.core.board.watch())
        for number in 0..<10 { _ = await gate.scan(venue.paperCode(venue.ticket(number))) }
        gate.core.board.finish()
        var count = 0
        for await verdict in watcher where verdict.decision.code == .success { count += 1 }
        #expect(count == 10)
        #expect(gate.core.board.watch() == nil, "nobody new after the end")
        _ = lazy
        try await gate.client.shutdown()
    }
}
