import AdmissionRules
import Encodings
import EntryLogFormat
import GateLogic
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("What a lane says to a rehearsal ticket")
struct RehearsalTests {
    @Test("SPECIMEN names the verdict it stands for, and an ordinary verdict names none")
    func rehearsed() throws {
        #expect(try line(.specimen, .revoked)["verdict"] == .string("SPECIMEN"))
        #expect(try line(.specimen, .revoked)["rehearsed"] == .string("REVOKED"))
        #expect(try line(.specimen, .valid)["rehearsed"] == .string("SUCCESS"))
        #expect(try line(ClassNumber(7), .revoked)["verdict"] == .string("REVOKED"))
        #expect(try line(ClassNumber(7), .revoked)["rehearsed"] == nil)
    }

    private func line(_ accessClass: ClassNumber, _ status: TicketStatus) throws -> JSONValue {
        let now = Timestamp(seconds: 1_800_000_000)
        let ticket = TicketID(high: 5, low: 6)
        let code = try #require(OwnCode(payload: [UInt8](repeating: 1, count: 10)))
        let facts = Facts(
            manifest: ManifestFacts(
                version: 4,
                staleAfter: now + .seconds(900),
                expires: now + .seconds(90_000),
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
                    hall: HallNumber(3),
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                )
            ]
        )
        let situation = LaneSituation(
            event: EventID(high: 1, low: 2),
            hall: HallNumber(3),
            gate: GateNumber(12),
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: now,
                uncertainty: .zero,
                state: .synced,
                floor: now,
                monotonic: 0
            ),
            isIsolated: false
        )
        return LaneVerdict(
            decision: decide(.ownCode(code), facts: facts, situation: situation),
            situation: situation,
            sequence: 17,
            manifest: 4,
            scanner: "lane1/tcp",
            fault: nil
        ).json()
    }
}
