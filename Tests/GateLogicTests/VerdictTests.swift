import AdmissionRules
import Encodings
import EntryLogFormat
import GateLogic
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("What a lane says")
struct VerdictTests {
    private let opening = Timestamp(seconds: 1_800_000_000)

    private func situation(at time: Timestamp) -> LaneSituation {
        LaneSituation(
            event: EventID(high: 1, low: 2),
            hall: HallNumber(3),
            gate: GateNumber(12),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: time,
                uncertainty: .zero,
                state: .synced,
                floor: time,
                monotonic: 0
            ),
            isIsolated: false
        )
    }

    private func verdict(
        status: TicketStatus = .valid,
        hall: UInt16 = 3,
        uses: Uses = .none,
        at time: Timestamp? = nil
    ) throws -> LaneVerdict {
        let ticket = TicketID(high: 5, low: 6)
        let code = try #require(OwnCode(payload: [UInt8](repeating: 1, count: 10)))
        let accessClass = ClassNumber(7)
        let situation = situation(at: time ?? opening)
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
                status: status,
                generation: Generation(0),
                notBefore: nil,
                expires: nil,
                usesMax: 1,
                reentry: false,
                methods: .all,
                home: GateNumber(1),
                holder: nil
            ),
            access: [
                AccessRow(
                    accessClass: accessClass,
                    hall: HallNumber(hall),
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                )
            ],
            uses: uses
        )
        return LaneVerdict(
            decision: decide(.ownCode(code), facts: facts, situation: situation),
            situation: situation,
            sequence: 17,
            manifest: 4,
            scanner: "lane1/tcp",
            fault: nil
        )
    }

    @Test("the JSON line carries what a turnstile, a screen and a test need")
    func json() throws {
        let json = try JSONReader.read(try verdict().json().encoded)
        #expect(json["verdict"]?.string == "SUCCESS")
        #expect(json["signal"]?.string == "green")
        #expect(json["seq"]?.integer == 17)
        #expect(json["ticket"]?.string == TicketID(high: 5, low: 6).hex)
        #expect(json["repeated"] == .bool(false))
        #expect(json["lane"]?.integer == 1)
    }

    @Test("a code held up for five seconds is admitted once and shown again")
    func repeatFilter() throws {
        var filter = RepeatFilter()
        let code = Array("ST1ABC".utf8)
        #expect(filter.repeated(code, at: 0) == nil)
        filter.note(code, try verdict(), at: 0)
        let again = try #require(filter.repeated(code, at: 4999))
        #expect(again.isRepeated)
        #expect(again.sequence == 17)
        #expect(filter.repeated(code, at: 5000) == nil)
        #expect(filter.repeated(Array("ST1ABD".utf8), at: 1) == nil, "equal bytes only")
    }

    @Test("a refusal is never shown from memory, and ends the admission before it")
    func refusalsAreNotRepeated() throws {
        var filter = RepeatFilter()
        filter.note([1], try verdict(), at: 0)
        filter.note([2], try verdict(status: .unpaid), at: 10)
        #expect(filter.repeated([2], at: 11) == nil)
        #expect(filter.repeated([1], at: 11) == nil)
    }

    @Test("showing an admission again does not prolong it")
    func repeatDoesNotProlong() throws {
        var filter = RepeatFilter()
        filter.note([1], try verdict(), at: 0)
        let again = try #require(filter.repeated([1], at: 4000))
        filter.note([1], again, at: 4000)
        #expect(filter.repeated([1], at: 5001) == nil)
    }
}
