package import AdmissionRules
package import EntryLogFormat
import GRDB
import Synchronization
package import TicketModel

/// Settles scans: facts, verdict, signed record and use in one durable transaction, then the answer
/// (PROTOCOL 8.2 rule 17).
///
/// While one commit waits for the disk, scans of other lanes gather; the next transaction settles
/// them together, in the order in which they came, each seeing the uses of those before it. So
/// lanes share a sync without waiting for one another's.
package final class Settlement: Sendable {
    /// Scans in one transaction: more would keep the first waiting for the last.
    package static let batchMax = 64
    /// Scans that may wait; scanners wait for their answers, so only a fault brings more.
    package static let waitingMax = 4096

    private let journal: Journal
    private let shelf: ManifestShelf
    private let state: Mutex<State>

    private struct State {
        var identity: GateIdentity?
        var secrets = EventSecrets.none
        var sensorLanes: Set<LaneNumber> = []
        /// Where the log stands; `nil` when it must be read from the file first.
        var chain: LogChain?
        var waiting: [Waiting] = []
        var isDraining = false
        var fault: StorageFault?
    }

    private enum Waiting: Sendable {
        case scan(PendingScan, CheckedContinuation<SettledScan, Never>)
        case note(Note, CheckedContinuation<Result<UInt64, StorageFault>, Never>)
        case action(
            DoorAction,
            ClockReading,
            CheckedContinuation<Result<ActionRecord, ActionFault>, Never>
        )
    }

    private struct Note: Sendable {
        let body: EntryRecord.Body
        let clock: ClockReading
    }

    package init(journal: Journal, shelf: ManifestShelf) {
        self.journal = journal
        self.shelf = shelf
        state = Mutex(State())
    }

    /// Who signs from now on; without an identity nobody is admitted.
    package func use(_ identity: GateIdentity) {
        state.withLock {
            $0.identity = identity
            $0.chain = nil
        }
    }

    /// Nobody signs any more, and so nobody is admitted, until there is an identity again.
    package func retire() {
        state.withLock {
            $0.identity = nil
            $0.chain = nil
        }
    }

    /// The lanes whose turnstile reports passages: only there is an admission open at first.
    package func use(sensorLanes: Set<LaneNumber>) {
        state.withLock { $0.sensorLanes = sensorLanes }
    }

    /// What this gate holds of the event's keys; lanes prove codes with them.
    package func use(_ secrets: EventSecrets) {
        state.withLock { $0.secrets = secrets }
    }

    package var secrets: EventSecrets { state.withLock { $0.secrets } }

    /// What failed in the latest transaction; `nil` if it was stored.
    package var fault: StorageFault? { state.withLock { $0.fault } }

    /// Whether static codes can be looked up.
    package var hasBarcodeKey: Bool { secrets.barcodeKey != nil }

    /// The verdict on a scan, once its record is durable.
    ///
    /// A caller that finds nothing under way writes the transaction on its own thread, because
    /// waking another one costs as much as the disk does: at most one thread is ever blocked so.
    package nonisolated(nonsending) func settle(_ scan: PendingScan) async -> SettledScan {
        await withCheckedContinuation { enqueue(.scan(scan, $0)) }
    }

    /// Appends a record that is not a scan, and gives its sequence number.
    @discardableResult
    package func note(
        _ body: EntryRecord.Body,
        clock: ClockReading
    ) async throws(StorageFault) -> UInt64 {
        let note = Note(body: body, clock: clock)
        return try await withCheckedContinuation { enqueue(.note(note, $0)) }.get()
    }

    /// Records what a supervisor or a turnstile has to say, in one transaction with its effect on
    /// the uses.
    package func act(
        _ action: DoorAction,
        clock: ClockReading
    ) async throws(ActionFault) -> ActionRecord {
        try await withCheckedContinuation { enqueue(.action(action, clock, $0)) }.get()
    }

    private func enqueue(_ item: Waiting) {
        let isAccepted = state.withLock { state -> Bool? in
            guard state.waiting.count < Self.waitingMax else { return nil }
            state.waiting.append(item)
            guard !state.isDraining else { return false }
            state.isDraining = true
            return true
        }
        switch isAccepted {
        case nil: Self.fail(item, .overloaded)
        case false?: break
        case true?: journal.database.writeWithoutTransaction { drain($0) }
        }
    }

    /// Runs the next transaction on a thread of the journal's writer queue: whoever wrote the one
    /// before has an answer to give.
    private func schedule() {
        journal.database.asyncWriteWithoutTransaction { self.drain($0) }
    }

    private func drain(_ database: Database) {
        let (batch, context, chain) = state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.batchMax))
            state.waiting.removeFirst(batch.count)
            let context = SettlementContext(
                identity: state.identity,
                manifest: shelf.current,
                sensorLanes: state.sensorLanes
            )
            return (batch, context, state.chain)
        }
        let answers: [() -> Void]
        var transaction = SettlementTransaction(context: context, chain: chain)
        do {
            answers = try Self.settle(batch, in: &transaction, database)
            state.withLock {
                $0.chain = transaction.chain
                $0.fault = nil
            }
        } catch {
            let fault = StorageFault(error)
            // What the file holds now is not known: the next transaction looks.
            state.withLock {
                $0.chain = nil
                $0.fault = fault
            }
            answers = batch.map { item in { Self.fail(item, fault) } }
        }
        let isMoreWaiting = state.withLock { state in
            state.isDraining = !state.waiting.isEmpty
            return state.isDraining
        }
        for answer in answers { answer() }
        journal.checkpointer.count(batch.count)
        if isMoreWaiting { schedule() }
    }

    /// Settles a batch in one transaction; the answers are to be given once this has returned.
    private static func settle(
        _ batch: [Waiting],
        in transaction: inout SettlementTransaction,
        _ database: Database
    ) throws -> [() -> Void] {
        var answers: [() -> Void] = []
        try durably(database) {
            for item in batch {
                switch item {
                case .scan(let scan, let continuation):
                    let settled = try transaction.settle(scan, in: database)
                    answers.append { continuation.resume(returning: settled) }
                case .note(_, let continuation) where !transaction.hasLog:
                    answers.append { continuation.resume(returning: .failure(.notEnrolled)) }
                case .note(let note, let continuation):
                    let sequence = try transaction.append(note.body, note.clock, in: database)
                    answers.append { continuation.resume(returning: .success(sequence)) }
                case .action(let action, let clock, let continuation):
                    let outcome = try transaction.act(action, clock, in: database)
                    answers.append { continuation.resume(returning: outcome) }
                }
            }
        }
        return answers
    }

    /// One transaction, by statements that stay prepared: GRDB's own would parse them every time,
    /// and look for observers, of which the journal has none.
    private static func durably(_ database: Database, _ work: () throws -> Void) throws {
        try RawStatement("BEGIN IMMEDIATE", in: database).run()
        do {
            try work()
            try RawStatement("COMMIT", in: database).run()
        } catch {
            // Some faults have ended the transaction already; the first fault is the one to tell.
            if database.isInsideTransaction { try? database.execute(sql: "ROLLBACK") }
            throw error
        }
    }

    private static func fail(_ item: Waiting, _ fault: StorageFault) {
        switch item {
        case .scan(let scan, let continuation):
            let decision = Decision.storageFailed(
                scan.credential,
                direction: scan.situation.direction
            )
            continuation.resume(
                returning: SettledScan(
                    decision: decision,
                    sequence: nil,
                    manifest: 0,
                    fault: fault
                )
            )
        case .note(_, let continuation): continuation.resume(returning: .failure(fault))
        case .action(_, _, let continuation):
            continuation.resume(returning: .failure(.storage(fault)))
        }
    }
}
