import CentralStore
import EntryLogFormat
import FormatVectors
import Foundation
import Reconciliation
import Testing
import TicketModel
import TokenFormat
import TrustFormat

/// "Any order and repetition of uploads gives the same attendance", through the real store.
@Suite("Any way the logs come home")
struct AnyUploadTests {
    private static let stepsMax = 40

    /// A venue's logs, all written, none uploaded.
    private struct Evening {
        let event: EventID
        let logs: [[SignedRecord]]
    }

    @Test("split, repeated, interleaved, at once: the same records give the same attendance")
    func anyOrder() async throws {
        var random = SeededRandom(for: "any upload")
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let central = try await CentralData.open(directory: folder, at: noon)
            let evening = try await evening(at: central, &random)
            try central.close()
            let expected = try await withCopy(of: folder) { central in
                for log in evening.logs { try await Self.take(log[...], central) }
                return try await central.logs.attendance(of: evening.event)
            }
            #expect(expected.logs.count == evening.logs.count)
            #expect(expected.total.scanned > 0 && expected.total.disputed > 0)
            for _ in 0..<5 {
                let found = try await withCopy(of: folder) { central in
                    try await deliver(evening, to: central, &random)
                    return try await central.logs.attendance(
                        of: evening.event,
                        auditingFirst: Bool.random(using: &random)
                    )
                }
                #expect(found == expected)
            }
        }
    }

    /// Uploads parcels from anywhere in any log until central has everything.
    private func deliver(
        _ evening: Evening,
        to central: CentralData,
        _ random: inout SeededRandom
    ) async throws {
        var held = evening.logs.map { _ in 0 }
        var uploads = 0
        while zip(held, evening.logs).contains(where: { $0 < $1.count }) {
            uploads += 1
            try #require(uploads < 4000, "central never gets everything")
            let index = Int.random(in: 0..<held.count, using: &random)
            let log = evening.logs[index]
            // From what is held already, from where it ends, or from beyond.
            let start = Int.random(in: 0...min(held[index] + 2, log.count - 1), using: &random)
            let parcel = log[start...].prefix(Int.random(in: 1...12, using: &random))
            let next = try await Self.take(parcel, central, repeatedly: uploads % 7 == 0)
            held[index] = max(held[index], next ?? held[index])
            if uploads.isMultiple(of: 9) { _ = try await central.logs.auditNext() }
        }
    }

    /// Uploads a parcel; gives the number after it, or `nil` where central misses some before.
    @discardableResult
    private static func take(
        _ parcel: ArraySlice<SignedRecord>,
        _ central: CentralData,
        repeatedly: Bool = false
    ) async throws -> Int? {
        let body = upload(parcel)
        async let twin = repeatedly ? central.logs.ingest(body, at: noon + 9) : nil
        let outcome = try await central.logs.ingest(body, at: noon + 10)
        _ = try await twin
        switch outcome {
        case .accepted: return parcel.endIndex
        case .gap: return nil
        case .fork(let sequence):
            Issue.record("an honest log forks at \(sequence)")
            return nil
        }
    }

    /// Opens a copy of an installation, and closes it again.
    private func withCopy<Result>(
        of folder: String,
        _ body: (CentralData) async throws -> Result
    ) async throws -> Result {
        let copy = folder + "-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let central = try await CentralData.open(directory: copy, at: noon)
        let result = try await body(central)
        try central.close()
        return result
    }

    /// Three devices, one of which lost its log, and everything a door can write.
    private func evening(
        at central: CentralData,
        _ random: inout SeededRandom
    ) async throws -> Evening {
        let event = try await central.events.create(.concert(), at: noon).id
        let orders = (0..<16).map { TicketOrder(accessClass: ClassNumber($0 < 10 ? 1 : 2)) }
        let tickets = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
        let first = try await PaperGate.enrolled(at: central)
        let gates = [
            first, try await PaperGate.enrolled(at: central, label: "South"),
            try await PaperGate.enrolled(at: central, label: "East"),
            try await PaperGate.enrolled(first.name, at: central),
        ]
        var logs: [[SignedRecord]] = []
        for var gate in gates {
            var log = [try gate.write(.start, event: event)]
            for _ in 0..<Int.random(in: 10...Self.stepsMax, using: &random) {
                let issued = tickets[Int.random(in: 0..<tickets.count, using: &random)]
                let time = noon + .seconds(Int.random(in: 0...7200, using: &random))
                let earlier = UInt64.random(in: 0..<UInt64(log.count), using: &random)
                let body: EntryRecord.Body
                switch Int.random(in: 0..<12, using: &random) {
                case 0..<6:
                    let isInvented = Int.random(in: 0..<6, using: &random) == 0
                    let token = try await central.tickets.liveToken(for: issued.ticket, at: time)
                    body = .scan(
                        PaperGate.admission(
                            issued.ticket.id,
                            evidence: isInvented ? [] : token.bytes
                        )
                    )
                case 6: body = .scan(Self.scan(issued.ticket.id, .duplicate, .otherGate))
                case 7: body = .scan(Self.scan(issued.ticket.id, .notInside, direction: .exit))
                case 8: body = .void(reference: earlier, reason: "mistake")
                case 9: body = .pass(reference: earlier, result: .abandoned)
                case 10: body = .pass(reference: earlier, result: .passed)
                default:
                    body = .force(
                        reason: "by a supervisor",
                        ticket: Bool.random(using: &random) ? issued.ticket.id : nil
                    )
                }
                log.append(try gate.write(body, event: event, at: time))
            }
            logs.append(log)
        }
        // One admission that is surely disputed.
        var gate = try await PaperGate.enrolled(at: central, label: "West")
        let invented = PaperGate.admission(tickets[0].ticket.id, evidence: [])
        logs.append([try gate.write(.scan(invented), event: event)])
        return Evening(event: event, logs: logs)
    }

    private static func scan(
        _ ticket: TicketID,
        _ code: VerdictCode,
        _ detail: VerdictDetail = .none,
        direction: Direction = .entry
    ) -> EntryRecord.Scan {
        EntryRecord.Scan(
            code: code,
            detail: detail,
            ticket: ticket,
            generation: Generation(0),
            form: .live,
            direction: direction,
            flags: [],
            evidence: []
        )
    }

    @Test("a gate that goes on from an old copy of its log is refused, and its log stands")
    func doesNotExtend() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 4)
            var gate = try await PaperGate.enrolled(at: central)
            let records = try await gate.admit(tickets, event: event, at: central)
            _ = try await central.logs.ingest(upload(records), at: noon)
            // Put back to where two records were written, it writes others in their place.
            var restored = gate
            restored.rewind(to: LogChain(next: 2, head: records[1].link))
            var others = [try restored.write(.start, event: event)]
            others += try await restored.admit([tickets[3]], event: event, at: central)
            others.append(try restored.write(.stop, event: event))
            #expect(try await central.logs.ingest(upload(others), at: noon) == .fork(at: 2))
            // Only what comes after the receipt: its predecessor is not the one central holds.
            others.append(try restored.write(.stop, event: event))
            let late = upload(others.suffix(1))
            guard case .gap = try await central.logs.ingest(late, at: noon) else {
                Issue.record("a later record was taken")
                return
            }
            let envelope = try await central.logs.receipt(
                for: gate.name,
                epoch: gate.epoch,
                at: noon
            )
            #expect(try Receipt(envelope, by: [central.keys.receiptKey]).next == 4)
            let report = try await central.logs.attendance(of: event)
            #expect(report.total.admitted == 2 && report.total.disputed == 2)
            #expect(report.logs.map(\.fork) == [2])
        }
    }
}
