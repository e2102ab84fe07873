import EntryLogFormat
import Foundation
import GateLogic
import GateService
import GateStore
import Logging
import Sodium
import Synchronization
import TestSupport
import TicketModel

/// Something that happens once, in the middle of something else.
final class Interruption: Sendable {
    /// Seconds for which it may hold up what it interrupts: what is kept out would wait for ever.
    private let longest: Double
    private let action = Mutex<(@Sendable () async -> Void)?>(nil)

    init(longest: Double) {
        self.longest = longest
    }

    /// The next time somebody passes here, `action` runs beside them, if it can.
    func arm(_ action: @escaping @Sendable () async -> Void) {
        self.action.withLock { $0 = action }
    }

    /// Passes by.
    func happen() {
        guard let action = action.withLock({ $0.take() }) else { return }
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            await action()
            isDone.signal()
        }
        // Either it has come through, or it is kept out and comes after.
        _ = isDone.wait(timeout: .now() + longest)
    }
}

/// A journal with an open log, and keepers of the clock on it.
struct ClockBench: Sendable {
    /// Milliseconds since boot that a test moves.
    final class Counter: Sendable {
        private let boot = Atomic<Int64>(1_000_000)

        var now: Int64 { boot.load(ordering: .sequentiallyConsistent) }

        func advance(by milliseconds: Int64) {
            boot.add(milliseconds, ordering: .sequentiallyConsistent)
        }
    }

    /// Writes nothing, and can be interrupted at it.
    private struct QuietLogHandler: LogHandler {
        let interruption: Interruption
        var logLevel = Logger.Level.trace
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { interruption.happen() }
    }

    /// A SYNC record.
    struct Step {
        let record: EntryRecord
        let old: Int64
        let new: Int64
    }

    struct UnexpectedRecord: Error {
        let kind: String
    }

    let scratch: ScratchFolder
    let venue: TestVenue
    let journal: Journal
    let settlement: Settlement
    let counter = Counter()
    /// Happens after the counter was read, before its reader goes on.
    let whileReading = Interruption(longest: 1)
    /// Happens before a record is written.
    let whileLogging = Interruption(longest: 5)

    init() throws {
        scratch = try ScratchFolder()
        venue = try TestVenue()
        let data = GateData(scratch.path)
        try data.prepare()
        journal = try Journal(path: data.journal)
        settlement = Settlement(
            journal: journal,
            shelf: ManifestShelf(folder: data.manifests, event: venue.event, journal: journal)
        )
        let identity = GateIdentity(
            device: venue.device,
            epoch: 1,
            key: venue.deviceSign,
            event: venue.event,
            hall: TestVenue.hall,
            gate: TestVenue.gate
        )
        try journal.open(identity.log, key: venue.deviceSign.publicKey)
        settlement.use(identity)
    }

    func keeper(bootID: String = "boot 1", wall: Timestamp) throws -> ClockKeeper {
        let counter = counter
        let whileReading = whileReading
        let handler = QuietLogHandler(interruption: whileLogging)
        return try ClockKeeper(
            journal: journal,
            settlement: settlement,
            bootID: bootID,
            sinceBoot: {
                let now = counter.now
                whileReading.happen()
                return now
            },
            wall: wall,
            logger: Logger(label: "clock") { _ in handler }
        )
    }

    /// What the journal says of the clock.
    func steps() throws -> [Step] {
        let key = venue.deviceSign.publicKey
        return try journal.envelopes(
            of: 1,
            from: 0,
            count: 10_000,
            bytesMax: 1 << 26,
            key: key
        ).map { envelope in
            let record = try SignedRecord(envelope, device: venue.device, key: key).record
            guard case .sync(let old, let new) = record.body else {
                throw UnexpectedRecord(kind: record.kind)
            }
            return Step(record: record, old: old, new: new)
        }
    }
}
