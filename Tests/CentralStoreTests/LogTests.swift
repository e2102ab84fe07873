import CentralStore
import EntryLogFormat
import Reconciliation
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

@Suite("Entry logs come home")
struct LogTests {
    private func expectFault(
        _ fault: UploadFault,
        _ body: [UInt8],
        _ central: CentralData
    ) async {
        await #expect(throws: StoreError.upload(fault)) {
            try await central.logs.ingest(body, at: noon)
        }
    }

    private func next(_ gate: PaperGate, _ central: CentralData) async throws -> UInt64 {
        let envelope = try await central.logs.receipt(for: gate.name, epoch: gate.epoch, at: noon)
        return try Receipt(envelope, by: [central.keys.receiptKey]).next
    }

    @Test("an upload is held, and its receipt says up to where")
    func receipt() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 5)
            var gate = try await PaperGate.enrolled(at: central)
            let records = try await gate.admit(tickets, event: event, at: central)
            let outcome = try await central.logs.ingest(upload(records), at: noon + 1)
            guard case .accepted(let envelope, let stored, let repeated) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(stored == 5 && repeated == 0)
            let receipt = try Receipt(envelope, by: [central.keys.receiptKey])
            #expect(receipt.device == gate.name && receipt.next == 5)
            #expect(receipt.head == records.last?.link.bytes)
            #expect(receipt.time == noon + 1)
        }
    }

    @Test("the same records again change nothing, alone or before new ones")
    func duplicates() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 6)
            var gate = try await PaperGate.enrolled(at: central)
            let records = try await gate.admit(tickets, event: event, at: central)
            _ = try await central.logs.ingest(upload(records[..<4]), at: noon)
            let outcome = try await central.logs.ingest(upload(records[1...]), at: noon)
            guard case .accepted(_, let stored, let repeated) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(stored == 2 && repeated == 3)
            let twice = upload([records[5], records[5]])
            guard case .accepted(_, 0, 2) = try await central.logs.ingest(twice, at: noon) else {
                Issue.record("a repeated record was not recognised")
                return
            }
            #expect(try await next(gate, central) == 6)
        }
    }

    @Test("a gap is refused with the number that is missing, and nothing is kept")
    func gap() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 6)
            var gate = try await PaperGate.enrolled(at: central)
            let records = try await gate.admit(tickets, event: event, at: central)
            _ = try await central.logs.ingest(upload(records[..<2]), at: noon)
            let late = try await central.logs.ingest(upload(records[3...]), at: noon)
            #expect(late == .gap(expected: 2))
            let holed = upload([records[2], records[4]])
            #expect(try await central.logs.ingest(holed, at: noon) == .gap(expected: 3))
            #expect(try await next(gate, central) == 2)
        }
    }

    @Test("two records of one number: both are kept, and the gate goes into quarantine")
    func fork() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 3)
            var gate = try await PaperGate.enrolled(at: central)
            let records = try await gate.admit(tickets, event: event, at: central)
            var liar = gate
            _ = try await central.logs.ingest(upload(records), at: noon)
            #expect(try await central.devices.device(gate.name).quarantined == nil)
            liar = try PaperGate.rewound(gate, to: 1, after: records[0])
            let other = liar.draft(.force(reason: "let my friend in"), event: event)
            let outcome = try await central.logs.ingest(upload([other]), at: noon + 2)
            #expect(outcome == .fork(at: 1))
            #expect(try await central.devices.device(gate.name).quarantined == noon + 2)
            let report = try await central.logs.attendance(of: event)
            #expect(report.logs.map(\.fork) == [1])
            let more = try gate.write(.stop, event: event)
            guard case .accepted = try await central.logs.ingest(upload([more]), at: noon) else {
                Issue.record("the log that is held must go on")
                return
            }
        }
    }

    @Test("a record that names another predecessor is a fork, too")
    func wrongPredecessor() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var gate = try await PaperGate.enrolled(at: central)
            _ = try await central.logs.ingest(upload([gate.write(.start, event: event)]), at: noon)
            let stray = try PaperGate.rewound(gate, to: 1, after: gate.draft(.stop, event: event))
            let record = stray.draft(.stop, event: event)
            #expect(try await central.logs.ingest(upload([record]), at: noon) == .fork(at: 1))
        }
    }

    @Test("records that another key signed are turned away, and nothing is kept")
    func wrongKey() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var gate = try await PaperGate.enrolled(at: central)
            let other = try await PaperGate.enrolled(at: central, label: "South")
            let good = try gate.write(.start, event: event)
            let forged = gate.draft(.stop, event: event, by: other.sign)
            await expectFault(.badSignature(line: 2), upload([good, forged]), central)
            #expect(try await next(gate, central) == 0)
        }
    }

    @Test("one upload carries one log, in order")
    func mixed() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var gate = try await PaperGate.enrolled(at: central)
            var other = try await PaperGate.enrolled(at: central, label: "South")
            let first = try gate.write(.start, event: event)
            let second = try gate.write(.stop, event: event)
            let foreign = try other.write(.start, event: event)
            await expectFault(.otherLog(line: 2), upload([first, foreign]), central)
            await expectFault(.outOfOrder(line: 2), upload([second, first]), central)
            #expect(try await next(gate, central) == 0)
        }
    }

    @Test("a log of nobody who enrolled is not believed")
    func stranger() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let gate = try await PaperGate.enrolled(at: central)
            try await withCentral { elsewhere in
                let body = upload([gate.draft(.start, event: event)])
                await expectFault(.unknownLog(gate.name, epoch: 0), body, elsewhere)
            }
        }
    }

    @Test("what cannot be read is refused with its line: cut off, altered, empty, too much")
    func unreadable() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var gate = try await PaperGate.enrolled(at: central)
            let good = try gate.write(.start, event: event)
            let line = upload([good])
            await expectFault(.empty, [], central)
            await expectFault(.empty, [10, 10], central)
            let full = [UInt8](repeating: 32, count: GateAPI.logBytesMax + 1)
            await expectFault(.tooLarge, full, central)
            let many = Array([[UInt8]](repeating: [65, 10], count: 501).joined())
            await expectFault(.tooManyRecords(501), many, central)
            let bad: [[UInt8]] = [
                Array(line.dropLast(40)), [0xff, 0xfe, 0], Array("null".utf8), [0],
                Array("'; DROP TABLE log_entry; --".utf8),
            ]
            for text in bad {
                for body in [text, line + text] {
                    let error = await #expect(throws: StoreError.self) {
                        try await central.logs.ingest(body, at: noon)
                    }
                    guard case .upload(.badLine(let number, _)) = error else {
                        Issue.record("\(String(describing: error))")
                        continue
                    }
                    #expect(number == (body.count == text.count ? 1 : 2))
                }
            }
            #expect(try await next(gate, central) == 0)
        }
    }

    @Test("the same upload twice at once: stored once, both get a receipt")
    func twoAtOnce() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 100)
            var gate = try await PaperGate.enrolled(at: central)
            let body = upload(try await gate.admit(tickets, event: event, at: central))
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let outcome = try await central.logs.ingest(body, at: noon)
                        guard case .accepted(_, let stored, _) = outcome else { return -1 }
                        return stored
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(stored.sorted() == [0, 0, 0, 100])
        }
    }

    @Test("a gate that enrolled anew starts its next log; the old one can still come in")
    func epochs() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var old = try await PaperGate.enrolled(at: central)
            let late = try old.write(.start, event: event)
            var new = try await PaperGate.enrolled(old.name, at: central)
            let first = try new.write(.start, event: event)
            for record in [first, late] {
                let outcome = try await central.logs.ingest(upload([record]), at: noon)
                guard case .accepted(_, 1, 0) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
            }
        }
    }
}

extension PaperGate {
    /// The same gate, but as if `record` were the last thing it wrote.
    static func rewound(
        _ gate: PaperGate,
        to next: UInt64,
        after record: SignedRecord
    ) throws -> PaperGate {
        var copy = gate
        copy.rewind(to: LogChain(next: next, head: record.link))
        return copy
    }
}
