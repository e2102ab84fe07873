import AdmissionRules
import EntryLogFormat
import FormatVectors
import GRDB
import GateLogic
import GateStore
import TestSupport
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Undo, force and passages: record and use in one transaction")
struct ActionTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        fixture.tickets.append(fixture.row(venue.ticket(102), usesMax: 2, reentry: true))
        self.fixture = fixture
    }

    private func clock(after seconds: Int = 0) -> ClockReading {
        ClockReading(
            now: TestVenue.opening + .seconds(seconds),
            uncertainty: .zero,
            state: .synced,
            floor: TestVenue.opening,
            monotonic: 0
        )
    }

    private func undo(
        _ sequence: UInt64?,
        at gate: StoreGate,
        after seconds: Int = 60
    ) async throws -> Result<ActionRecord, ActionFault> {
        let action = DoorAction.correct(
            sequence: try #require(sequence),
            .undo,
            reason: "wrong guest"
        )
        do throws(ActionFault) {
            return .success(try await gate.settlement.act(action, clock: clock(after: seconds)))
        } catch { return .failure(error) }
    }

    private func force(_ ticket: TicketID?, at gate: StoreGate) async throws -> ActionRecord {
        try await gate.settlement.act(
            .force(
                hall: TestVenue.hall,
                lane: LaneNumber(1),
                ticket: ticket,
                reason: "phone is empty"
            ),
            clock: clock()
        )
    }

    @Test("an undone admission gives the ticket back, once, for fifteen minutes")
    func undone() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let code = venue.paperCode(venue.ticket(1))
        let first = await gate.scan(code)
        #expect(
            try await undo(first.sequence, at: gate, after: 901) == .failure(.refused(.tooLate))
        )
        let record = try await undo(first.sequence, at: gate).get()
        #expect(record.sequence == 1 && record.ticket == venue.ticket(1))
        #expect(try gate.journal.uses(of: venue.ticket(1)).entries == 0)
        #expect(try await undo(first.sequence, at: gate) == .failure(.refused(.alreadyUndone)))
        let again = await gate.scan(code, lane: 2)
        #expect(again.decision.code == .success)
        #expect(await gate.scan(code).decision.detail == .otherGate)
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("only an entry of this log can be undone")
    func onlyEntries() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let code = venue.paperCode(venue.ticket(1))
        _ = await gate.scan(code)
        let refused = await gate.scan(code)
        let exit = await gate.scan(code, direction: .exit)
        for sequence in [refused.sequence, exit.sequence, 99, .max] {
            #expect(
                try await undo(sequence, at: gate) == .failure(.refused(.noSuchEntry)),
                "\(String(describing: sequence))"
            )
        }
        #expect(try gate.journal.chain(of: 1).next == 3, "a refused undo writes nothing")
    }

    @Test("an undo uncovers the entry before it, and knows who went out meanwhile")
    func uncovers() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let pass = venue.ticket(102)
        let code = venue.paperCode(pass)
        let first = await gate.scan(code, lane: 1)
        let second = await gate.scan(code, lane: 2)
        _ = try await undo(second.sequence, at: gate).get()
        #expect(try gate.journal.uses(of: pass).last?.lane == LaneNumber(1))
        _ = await gate.scan(code, direction: .exit)
        _ = await gate.scan(code, lane: 3)
        _ = try await undo(first.sequence, at: gate).get()
        let use = try gate.journal.uses(of: pass)
        #expect(use.entries == 1 && use.inside == 1 && use.last?.lane == LaneNumber(3))
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("a forced entry for a ticket uses it up; without one it uses up nobody's")
    func forced() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let record = try await force(venue.ticket(1), at: gate)
        let later = await gate.scan(venue.paperCode(venue.ticket(1)), lane: 2)
        #expect(later.decision.code == .duplicate && later.decision.detail == .otherGate)
        _ = try await force(nil, at: gate)
        #expect(await gate.scan(venue.paperCode(venue.ticket(2))).decision.code == .success)
        await #expect(throws: ActionFault.unknownTicket) {
            try await force(venue.ticket(999), at: gate)
        }
        _ = try await undo(record.sequence, at: gate).get()
        #expect(await gate.scan(venue.paperCode(venue.ticket(1))).decision.code == .success)
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("a lane with a turnstile: open, abandoned, passed, and a pulse that came too late")
    func passages() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        gate.settlement.use(sensorLanes: [LaneNumber(1)])
        let code = venue.paperCode(venue.ticket(1))
        func report(
            _ sequence: UInt64?,
            _ result: EntryRecord.PassageResult
        ) async throws -> EntryCorrection.Refusal? {
            let action = DoorAction.correct(
                sequence: try #require(sequence),
                .passage(result),
                reason: ""
            )
            do throws(ActionFault) {
                _ = try await gate.settlement.act(action, clock: clock(after: 5))
                return nil
            } catch {
                guard case .refused(let refusal) = error else { throw error }
                return refusal
            }
        }
        let first = await gate.scan(code)
        #expect(await gate.scan(code).decision.detail == .sameLaneNoPassage)
        #expect(try await report(first.sequence, .abandoned) == nil)
        #expect(try await report(first.sequence, .abandoned) == .alreadyReported)
        let second = await gate.scan(code)
        #expect(second.decision.code == .success)
        #expect(try await report(second.sequence, .passed) == nil)
        #expect(try await report(second.sequence, .abandoned) == .alreadyReported)
        #expect(await gate.scan(code).decision.detail == .sameLanePassed)
        // The guest who was given up on went through after all: the use counts again.
        #expect(try await report(first.sequence, .passed) == nil)
        #expect(try gate.journal.uses(of: venue.ticket(1)).entries == 2)
        let stray = try await gate.settlement.act(
            .stray(hall: TestVenue.hall, lane: LaneNumber(1), isFreeFlow: false),
            clock: clock()
        )
        #expect(stray.ticket == nil)
        #expect(try gate.journal.audit().faults == [])
        // A lane without a sensor has its guest inside at once.
        let handheld = venue.paperCode(venue.ticket(2))
        _ = await gate.scan(handheld, lane: 2)
        #expect(await gate.scan(handheld, lane: 2).decision.detail == .sameLanePassed)
    }

    @Test("a full disk refuses the undo as a whole: neither record nor use has changed")
    func diskFull() async throws {
        let gate = try StoreGate(fixture, venue: venue, journalBytesMax: 40 * 4096)
        let first = await gate.scan(venue.paperCode(venue.ticket(1)))
        for _ in 0..<400 { _ = await gate.scan(venue.paperCode(venue.ticket(2))) }
        #expect(gate.settlement.fault == .diskFull)
        #expect(try await undo(first.sequence, at: gate) == .failure(.storage(.diskFull)))
        #expect(try gate.journal.uses(of: venue.ticket(1)).entries == 1)
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("whatever happens at the doors, uses, endings and ties follow from the records")
    func anyEvening() async throws {
        var random = FormatVectors.SeededRandom(for: "any evening at one gate")
        let gate = try StoreGate(fixture, venue: venue)
        var written: UInt64 = 0
        for step in 0..<600 {
            let ticket = Int.random(in: 0..<7, using: &random)
            let code = venue.paperCode(venue.ticket(ticket == 6 ? 102 : ticket))
            let earlier = UInt64.random(in: 0...written, using: &random)
            let lane = UInt16.random(in: 1...2, using: &random)
            var action: DoorAction?
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: _ = await gate.scan(code, lane: lane)
            case 5: _ = await gate.scan(code, lane: lane, direction: .exit)
            case 6: action = .correct(sequence: earlier, .undo, reason: "step \(step)")
            case 7: action = .correct(sequence: earlier, .passage(.abandoned), reason: "")
            case 8: action = .correct(sequence: earlier, .passage(.passed), reason: "")
            default:
                let named = Bool.random(using: &random) ? venue.ticket(ticket % 6) : nil
                action = .force(
                    hall: TestVenue.hall,
                    lane: LaneNumber(lane),
                    ticket: named,
                    reason: "step \(step)"
                )
            }
            if let action {
                do throws(ActionFault) {
                    _ = try await gate.settlement.act(action, clock: clock())
                } catch {
                    guard case .refused = error else { throw error }
                }
            }
            written = try gate.journal.chain(of: 1).next
        }
        let audit = try gate.journal.audit()
        #expect(audit.faults == [])
        #expect(audit.records == Int(written))
    }

    @Test("the audit finds an ending, a tie and a use that no record explains")
    func auditFindsFaults() async throws {
        for alteration in [
            "DELETE FROM ending", "UPDATE ending SET bits=1", "UPDATE use SET latest=NULL",
            "UPDATE record SET before=NULL", "UPDATE use SET entries=1 WHERE entries=0",
            "INSERT INTO ending VALUES(77, 4)",
        ] {
            let gate = try StoreGate(fixture, venue: venue)
            let code = venue.paperCode(venue.ticket(1))
            let first = await gate.scan(code)
            _ = try await undo(first.sequence, at: gate).get()
            let second = await gate.scan(code)
            _ = try await undo(second.sequence, at: gate).get()
            #expect(try gate.journal.audit().faults == [])
            try gate.journal.close()
            let queue = try DatabaseQueue(path: gate.data.journal)
            try await queue.write { try $0.execute(sql: alteration) }
            try queue.close()
            let journal = try Journal(path: gate.data.journal)
            #expect(try journal.audit().faults.isEmpty == false, "\(alteration)")
            try journal.close()
        }
    }

    @Test("a journal of the first schema is taken over, its movements tied")
    func migration() async throws {
        let scratch = try ScratchFolder()
        let code = venue.paperCode(venue.ticket(102))
        do {
            let gate = try StoreGate(fixture, venue: venue, scratch: scratch)
            _ = await gate.scan(code)
            _ = await gate.scan(code, direction: .exit)
            _ = await gate.scan(code)
            try gate.journal.close()
        }
        let queue = try DatabaseQueue(path: GateData(scratch.path).journal)
        try await queue.write { database in
            try database.execute(
                sql: """
                    ALTER TABLE record DROP COLUMN before;
                    ALTER TABLE use DROP COLUMN passed;
                    ALTER TABLE use DROP COLUMN latest;
                    ALTER TABLE epoch DROP COLUMN closed;
                    DROP TABLE ending;
                    DELETE FROM grdb_migrations WHERE identifier LIKE '2 %';
                    """
            )
        }
        try queue.close()
        let gate = try StoreGate(fixture, venue: venue, scratch: scratch)
        #expect(try gate.journal.audit().faults == [])
        _ = try await undo(0, at: gate).get()
        #expect(try gate.journal.uses(of: venue.ticket(102)).inside == 1)
        #expect(try gate.journal.audit().faults == [])
    }
}
