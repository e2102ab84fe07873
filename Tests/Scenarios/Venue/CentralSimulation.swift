import AdmissionRules
import Encodings
import EntryLogFormat
import FormatVectors
import Reconciliation
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// Central's side of entry logs: believes nothing but signatures and chains.
struct CentralSimulation {
    /// What an upload is answered with (PROTOCOL 9.3).
    enum Answer: Equatable {
        case accepted(next: UInt64)
        case gap(expected: UInt64)
        case fork
        case refused
    }

    let event: EventID
    let trust: TrustList
    /// The keys of enrolled devices, by the log that each signs.
    var devices: [LogName: PublicKey] = [:]
    private(set) var logs: [LogName: [SignedRecord]] = [:]
    private var chains: [LogName: LogChain] = [:]
    private(set) var forks: [LogName: UInt64] = [:]
    private var reconciler: Reconciler

    init(event: EventID, trust: TrustList) {
        self.event = event
        self.trust = trust
        reconciler = Reconciler(event: event)
    }

    func next(of log: LogName) -> UInt64 { chains[log]?.next ?? 0 }

    /// Takes one line of an upload.
    mutating func take(_ line: [UInt8]) -> Answer {
        do {
            let envelope = try Envelope(json: line)
            let log = try SignedRecord.claimedOrigin(of: envelope)
            guard let key = devices[log] else { return .refused }
            return take(try SignedRecord(envelope, device: log.device, key: key), log)
        } catch {
            return .refused
        }
    }

    private mutating func take(_ record: SignedRecord, _ log: LogName) -> Answer {
        let sequence = record.record.sequence
        let held = logs[log] ?? []
        if let index = Int(exactly: sequence), index < held.count {
            guard held[index].envelope.payload == record.envelope.payload else {
                forks[log] = min(forks[log] ?? sequence, sequence)
                return .fork
            }
            return .accepted(next: UInt64(held.count))
        }
        var chain = chains[log] ?? LogChain()
        do throws(LogChain.Fault) { try chain.append(record) } catch {
            switch error {
            case .gap(let expected): return .gap(expected: expected)
            case .fork: return .fork
            }
        }
        chains[log] = chain
        logs[log, default: []].append(record)
        reconciler.add(LogEntry(record.record, standing: standing(of: record.record)))
        return .accepted(next: chain.next)
    }

    /// Whether a token was shown, where one is due (PROTOCOL 9.4, rule 3).
    private func standing(of record: EntryRecord) -> LogEntry.Standing {
        guard case .scan(let scan) = record.body, scan.code == .success,
            scan.form == .live || scan.form == .paper
        else { return .sound }
        let box = Fixed.boxKey("log box")
        let bytes = scan.form == .live ? scan.evidence : box.open(scan.evidence) ?? []
        let text = Array(("ST1" + Base32.encode(bytes)).utf8)
        guard
            case .token(let token) = Credential(ScannedCode(text), trust: trust, event: event),
            token.fields.ticket == scan.ticket
        else { return .disputed }
        return .sound
    }

    func report(sold: [TicketID: TicketEntitlement]) -> AttendanceReport {
        reconciler.report(
            ReconciliationContext(
                tickets: sold,
                devices: Set(devices.keys.map(\.device)),
                forks: forks
            )
        )
    }
}
