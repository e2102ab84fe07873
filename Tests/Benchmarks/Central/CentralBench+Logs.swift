import CentralStore
import Encodings
import EntryLogFormat
import Foundation
import Reconciliation
import Sodium
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

extension CentralBench {
    private static let records = 20_000
    private static let batch = 500

    /// Log ingestion against bare signature checks, the audit that follows it, and the report over
    /// what was stored.
    func logs() async throws -> [Line] {
        let event = try await concert()
        let orders = [TicketOrder](
            repeating: TicketOrder(accessClass: ClassNumber(1)),
            count: StoreLimits.issueMax
        )
        let issued = try await central.tickets.issue(orders, event: event, by: nil, at: Self.noon)
        let refused = try await uploads(event, issued, code: .duplicate)
        let admitted = try await uploads(event, issued, code: .success)
        let verify = bareVerifies()
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        var lines: [Line] = []
        for (name, bodies) in [
            ("log records, refusals", refused), ("log records, LIVE admissions", admitted),
        ] {
            let cpuBefore = Self.processorSeconds()
            let (time, _) = try await seconds { try await ingest(bodies) }
            let cpu = Self.processorSeconds() - cpuBefore
            let count = Double(Self.records)
            lines.append(
                Line(
                    name: name,
                    ours: count / cpu,
                    unit: "/s/core",
                    limitName: "bare crypto_sign_verify",
                    limit: verify
                )
            )
            lines.append(
                Line(
                    name: "  the same in wall time, \(Int(cores)) cores",
                    ours: count / time,
                    unit: "/s",
                    limitName: "bare crypto_sign_verify on all cores",
                    limit: verify * cores
                )
            )
        }
        let cpuBefore = Self.processorSeconds()
        var audited = 0
        while case let count = try await central.logs.auditNext(), count > 0 { audited += count }
        guard audited == 2 * Self.records else { throw BenchError.wrongResult }
        lines.append(
            Line(
                name: "  their LIVE evidence, checked afterwards",
                ours: Double(Self.records) / (Self.processorSeconds() - cpuBefore),
                unit: "/s/core",
                limitName: "bare crypto_sign_verify",
                limit: verify
            )
        )
        let (time, report) = try await seconds { try await central.logs.attendance(of: event) }
        guard report.total.scanned == 2 * Self.records else { throw BenchError.wrongResult }
        lines.append(
            Line(
                name: "attendance out of stored records",
                ours: Double(2 * Self.records) / time,
                unit: "records/s"
            )
        )
        return lines
    }

    private func ingest(_ bodies: [[UInt8]]) async throws {
        for body in bodies {
            let outcome = try await central.logs.ingest(body, at: Self.noon)
            guard case .accepted(_, Self.batch, 0) = outcome else { throw BenchError.wrongResult }
        }
    }

    /// A log of one gate, cut into uploads.
    private func uploads(
        _ event: EventID,
        _ issued: [IssuedTicket],
        code: VerdictCode
    ) async throws -> [[UInt8]] {
        let registered = try await central.devices.register(
            label: "Bench",
            hall: HallNumber(1),
            gate: GateNumber(1),
            at: Self.noon
        )
        let name = registered.device.name
        guard let sign = SigningKey(seed: Sodium.randomBytes(32)),
            let box = BoxKey(seed: Sodium.randomBytes(32))
        else { throw BenchError.wrongResult }
        let nonce = Sodium.randomBytes(16)
        let message = GateAPI.Enrolment.message(
            sign: sign.publicKey.bytes,
            box: box.publicKey.bytes,
            nonce: nonce
        )
        let enrolment = GateAPI.Enrolment(
            sign: Base64.encodeURL(sign.publicKey.bytes),
            box: Base64.encodeURL(box.publicKey.bytes),
            nonce: Base64.encodeURL(nonce),
            pop: Base64.encodeURL(sign.signature(over: message).bytes)
        )
        _ = try await central.devices.enrol(name, enrolment, at: Self.noon)
        var chain = LogChain()
        var lines: [[UInt8]] = []
        for index in 0..<Self.records {
            let ticket = issued[index % issued.count].ticket
            let token = try await central.tickets.liveToken(for: ticket, at: Self.noon)
            let record = Self.scan(name, chain, event, ticket.id, code, token.bytes).signed(
                by: sign
            )
            try chain.append(record)
            lines.append(record.envelope.json + [10])
        }
        return stride(from: 0, to: lines.count, by: Self.batch).map {
            Array(lines[$0..<$0 + Self.batch].joined())
        }
    }

    private static func scan(
        _ name: DeviceName,
        _ chain: LogChain,
        _ event: EventID,
        _ ticket: TicketID,
        _ code: VerdictCode,
        _ evidence: [UInt8]
    ) -> EntryRecord {
        EntryRecord(
            device: name,
            epoch: 0,
            sequence: chain.next,
            previous: chain.head,
            event: event,
            time: noon,
            uncertainty: .milliseconds(500),
            clock: .synced,
            monotonic: 1,
            manifest: 1,
            lane: LaneNumber(1),
            hall: HallNumber(1),
            gate: GateNumber(1),
            body: .scan(
                EntryRecord.Scan(
                    code: code,
                    detail: .none,
                    ticket: ticket,
                    generation: Generation(0),
                    form: .live,
                    direction: .entry,
                    flags: [],
                    evidence: evidence
                )
            )
        )
    }

    /// Signature checks a second on one core, over messages as long as a record.
    private func bareVerifies() -> Double {
        guard let key = SigningKey(seed: Sodium.randomBytes(32)) else { return 0 }
        let message = [UInt8](repeating: 7, count: 640)
        let signature = key.signature(over: message)
        let before = Self.processorSeconds()
        for _ in 0..<10_000 where !key.publicKey.isValid(signature, over: message) { return 0 }
        return 10_000 / (Self.processorSeconds() - before)
    }

    /// Time that all cores have spent on this process.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
