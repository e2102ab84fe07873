import CentralStore
import EntryLogFormat
import Reconciliation
import Synchronization
import Testing
import TicketModel
import TokenFormat

@Suite("Attendance out of the stored logs")
struct AttendanceTests {
    @Test("the stored columns give the same report as the records themselves")
    func sameAnswer() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 4)
            var north = try await PaperGate.enrolled(at: central)
            var south = try await PaperGate.enrolled(at: central, label: "South")
            var records = [try north.write(.start, event: event)]
            records += try await north.admit(tickets, event: event, at: central)
            let sequence = try #require(records.last).record.sequence
            let rest: [EntryRecord.Body] = [
                .pass(reference: sequence, result: .passed),
                .void(reference: 1, reason: "wrong guest"), .force(reason: "wheelchair"),
                .mode(.isolated), .sync(oldOffset: -5, newOffset: 7),
                .scan(Self.refusal), .stop,
            ]
            for body in rest { records.append(try north.write(body, event: event)) }
            let copies = try await south.admit(
                Array(tickets.suffix(1)),
                event: event,
                at: central
            )
            _ = try await central.logs.ingest(upload(records), at: noon)
            _ = try await central.logs.ingest(upload(copies), at: noon)
            let report = try await central.logs.attendance(of: event)
            #expect(report.total.admitted == 4 && report.total.undone == 1)
            #expect(report.conflicts.count == 1)
            #expect(report.logs.map(\.records).sorted() == [1, 12])
            #expect(report.logs.allSatisfy { $0.gaps.isEmpty })
            let seen = Mutex<Set<LogEntry>>([])
            let count = try await central.logs.forEachEntry(of: event) { entry in
                seen.withLock { _ = $0.insert(entry) }
            }
            let expected = Set((records + copies).map { LogEntry($0.record) })
            #expect(count == 13)
            #expect(seen.withLock { $0 } == expected)
        }
    }

    @Test("the admission of a slow gate is placed where its later SYNC puts it")
    func slowGate() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 1)
            let ticket = tickets[0].ticket
            var slow = try await PaperGate.enrolled(at: central)
            var exact = try await PaperGate.enrolled(at: central, label: "South")
            let token = try await central.tickets.liveToken(for: ticket, at: noon).bytes
            let scan = EntryRecord.Body.scan(PaperGate.admission(ticket.id, evidence: token))
            let wrong = (noon - .seconds(3600)).milliseconds
            let first = try exact.write(scan, event: event, at: noon)
            let records = [
                try slow.write(
                    scan,
                    event: event,
                    at: Timestamp(milliseconds: wrong + 60_000),
                    monotonic: 60_000
                ),
                try slow.write(
                    .sync(oldOffset: wrong, newOffset: noon.milliseconds),
                    event: event,
                    at: noon + .seconds(90),
                    monotonic: 90_000
                ),
            ]
            _ = try await central.logs.ingest(upload(records), at: noon)
            _ = try await central.logs.ingest(upload([first]), at: noon)
            for auditingFirst in [false, true] {
                let report = try await central.logs.attendance(
                    of: event,
                    auditingFirst: auditingFirst
                )
                let conflict = try #require(report.conflicts.first)
                #expect(conflict.primary.log.device == exact.name)
                #expect(conflict.later.time == noon + .seconds(60))
                #expect(report.logs.map(\.corrected).sorted() == [0, 1])
            }
        }
    }

    private static let refusal = EntryRecord.Scan(
        code: .expired,
        detail: .code,
        ticket: nil,
        generation: nil,
        form: nil,
        direction: .exit,
        flags: [.isolated, .clockSlow],
        evidence: []
    )

    @Test("a LIVE admission without its token is disputed")
    func evidence() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 3)
            var gate = try await PaperGate.enrolled(at: central)
            var records = try await gate.admit([tickets[0]], event: event, at: central)
            let ticket = tickets[1].ticket
            let empty = PaperGate.admission(ticket.id, evidence: [])
            records.append(try gate.write(.scan(empty), event: event))
            var bytes = try await central.tickets.liveToken(for: ticket, at: noon).bytes
            bytes[90] ^= 1
            let forged = PaperGate.admission(ticket.id, evidence: bytes)
            records.append(try gate.write(.scan(forged), event: event))
            let other = try await central.tickets.liveToken(for: tickets[2].ticket, at: noon)
            let borrowed = PaperGate.admission(ticket.id, evidence: other.bytes)
            records.append(try gate.write(.scan(borrowed), event: event))
            _ = try await central.logs.ingest(upload(records), at: noon)
            let standings = Mutex<[LogEntry.Standing]>([])
            _ = try await central.logs.forEachEntry(of: event) { entry in
                standings.withLock { $0.append(entry.standing) }
            }
            #expect(standings.withLock { $0 } == [.sound, .disputed, .disputed, .disputed])
        }
    }

    @Test("evidence is checked once, after the upload, and a report does not wait for it")
    func audit() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 2)
            var gate = try await PaperGate.enrolled(at: central)
            var records = try await gate.admit([tickets[0]], event: event, at: central)
            let empty = PaperGate.admission(tickets[1].ticket.id, evidence: [])
            records.append(try gate.write(.scan(empty), event: event))
            _ = try await central.logs.ingest(upload(records), at: noon)
            let unaudited = try await central.logs.attendance(
                of: event,
                auditingFirst: false
            )
            #expect(unaudited.total.disputed == 1)
            #expect(unaudited.attended == 1)
            #expect(try await central.logs.auditNext() == 2)
            #expect(try await central.logs.auditNext() == 0)
            let audited = try await central.logs.attendance(of: event, auditingFirst: false)
            #expect(audited.total == unaudited.total)
            // What comes later is looked at in its turn, and only that.
            let more = [try gate.write(.stop, event: event)]
            _ = try await central.logs.ingest(upload(more), at: noon)
            #expect(try await central.logs.auditNext() == 1)
        }
    }

    @Test("a gate that served two events has no gaps in either")
    func twoEvents() async throws {
        try await withCentral { central in
            let (first, tickets) = try await central.concert(tickets: 1)
            let (second, others) = try await central.concert(tickets: 1)
            var gate = try await PaperGate.enrolled(at: central)
            var records = try await gate.admit(tickets, event: first, at: central)
            records += try await gate.admit(others, event: second, at: central)
            records += [try gate.write(.stop, event: first)]
            _ = try await central.logs.ingest(upload(records), at: noon)
            for event in [first, second] {
                let report = try await central.logs.attendance(of: event)
                #expect(report.logs.map(\.gaps) == [[]])
                #expect(report.attended == 1)
            }
        }
    }

    @Test("an unknown event has no attendance, an empty one an empty report")
    func empty() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 2)
            let report = try await central.logs.attendance(of: event)
            #expect(report.tickets.count == 2 && report.attended == 0)
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.logs.attendance(of: EventID(high: 0, low: 0))
            }
        }
    }
}
