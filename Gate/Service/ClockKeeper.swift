package import AdmissionRules
import EntryLogFormat
package import GateLogic
package import GateStore
package import Logging
import Metrics
import Platform
import Synchronization
package import TicketModel

/// Keeps the gate's clock: reads it for scans, sets it by central's answers, stores what must
/// survive.
///
/// A scan never waits here: what follows from it is written behind it, by ``run()``. Whatever is
/// written, is written in the order in which it happened.
package final class ClockKeeper: Sendable {
    /// How often the floor is stored at least (PROTOCOL 7).
    package static let storeEvery = Duration.seconds(10)
    /// Effects that wait to be run; only a journal that hangs brings more.
    package static let waitingMax = 256

    fileprivate struct State {
        var clock: GateClock
        var waiting: [GateClock.Effect] = []
        var isRunning = false
    }

    private let state: Mutex<State>
    private let journal: Journal
    private let settlement: Settlement
    private let bootID: String
    private let sinceBoot: @Sendable () -> Int64
    private let logger: Logger
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - bootID: names this boot; an offset stored in another boot means nothing.
    ///   - sinceBoot: milliseconds since boot.
    ///   - wall: the system clock, the guess until central answers.
    package init(
        journal: Journal,
        settlement: Settlement,
        bootID: String,
        sinceBoot: @escaping @Sendable () -> Int64,
        wall: Timestamp,
        logger: Logger
    ) throws(StorageFault) {
        self.journal = journal
        self.settlement = settlement
        self.bootID = bootID
        self.sinceBoot = sinceBoot
        self.logger = logger
        let clock = GateClock(
            boot: sinceBoot(),
            wall: wall,
            anchor: try journal.clockAnchor(ofBoot: bootID),
            floor: try journal.clockFloor() ?? Timestamp(milliseconds: 0)
        )
        state = Mutex(State(clock: clock))
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Milliseconds since boot.
    package var boot: Int64 { sinceBoot() }

    /// The time as one scan sees it.
    package func reading() -> ClockReading {
        // The counter is read inside: between a reading of it and one of the clock lies no step.
        state.withLock { $0.clock.reading(at: sinceBoot()) }
    }

    /// The clock and the time since boot, from one moment: what a status page shows.
    package func snapshot() -> (clock: GateClock, boot: Int64) {
        state.withLock { ($0.clock, sinceBoot()) }
    }

    /// Takes in what was learnt about the time; what follows from it is stored on return, unless
    /// another task is storing already.
    package func handle(_ input: GateClock.Input) async {
        note(input)
        await settle()
    }

    /// Takes in a time that central has proven by signing it.
    ///
    /// What follows is stored by ``run()``: at a start the log is opened only after this.
    package func prove(_ time: Timestamp) async {
        note(.proven(time))
    }

    /// Takes in what a scan shows about the time, and returns at once.
    package func witness(_ credential: Credential, _ decision: Decision) {
        guard let token = GateClock.LiveToken(credential, decision) else { return }
        note(.token(token))
    }

    /// Stores what is due, at least every ``storeEvery``.
    package func tick() async { await handle(.tick) }

    /// Runs what scans leave behind, until it is cancelled.
    package func run() async {
        for await _ in wakes { await settle() }
    }

    private func note(_ input: GateClock.Input) {
        let isAnythingNew = state.withLock { state in
            let effects = state.clock.handle(input, at: sinceBoot())
            for effect in effects { state.add(effect, max: Self.waitingMax) }
            return !effects.isEmpty
        }
        if isAnythingNew { waker.yield() }
    }

    /// Runs the waiting effects one after another, oldest first.
    private func settle() async {
        let isMine = state.withLock { state in
            guard !state.isRunning else { return false }
            state.isRunning = true
            return true
        }
        guard isMine else { return }
        while let effect = next() { await run(effect) }
    }

    /// The next effect; without one, nobody runs them any more.
    private func next() -> GateClock.Effect? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    private func run(_ effect: GateClock.Effect) async {
        switch effect {
        case .record(let step): await record(step)
        case .keep(let anchor):
            keep { () throws(StorageFault) in
                try journal.keep(anchor, ofBoot: bootID)
            }
        case .keepFloor(let floor):
            keep { () throws(StorageFault) in
                try journal.keep(clockFloor: floor)
            }
        case .refused(let fault):
            logger.warning("answer about the time refused", metadata: ["reason": "\(fault)"])
        }
    }

    private func record(_ step: GateClock.Step) async {
        Counter(label: "stile_gate_clock_steps", dimensions: [("cause", step.cause.rawValue)])
            .increment()
        logger.log(
            level: step.cause.level,
            "clock step",
            metadata: [
                "cause": "\(step.cause)", "old": "\(step.oldOffset)", "new": "\(step.newOffset)",
                "state": "\(step.reading.state)",
            ]
        )
        do {
            try await settlement.note(
                .sync(oldOffset: step.oldOffset, newOffset: step.newOffset),
                clock: step.reading
            )
        } catch {
            // Before enrolment there is no log to write to; the offset is in every record anyway.
            logger.warning("clock step not recorded", metadata: ["error": "\(error)"])
        }
    }

    private func keep(_ store: () throws(StorageFault) -> Void) {
        do throws(StorageFault) {
            try store()
        } catch {
            logger.error("clock not stored", metadata: ["error": "\(error)"])
            note(.notKept)
        }
    }

    /// The kernel's name for this boot.
    package static func currentBootID() -> String {
        // Without the kernel's name the moment of booting, as the system clock has it, must do.
        guard let bytes = try? AtomicFile.read("/proc/sys/kernel/random/boot_id", bytesMax: 100)
        else { return "unknown \(SystemClock.now().milliseconds - SystemClock.sinceBoot())" }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
}

extension ClockKeeper.State {
    /// Adds an effect; a newer anchor or floor stands in for one that still waits.
    mutating func add(_ effect: GateClock.Effect, max: Int) {
        switch effect {
        case .keep: waiting.removeAll { if case .keep = $0 { true } else { false } }
        case .keepFloor: waiting.removeAll { if case .keepFloor = $0 { true } else { false } }
        case .record, .refused: break
        }
        guard waiting.count < max else { return }
        waiting.append(effect)
    }
}

extension GateClock.Cause {
    /// How loudly a step is told.
    fileprivate var level: Logger.Level {
        switch self {
        case .central, .peer: .debug
        case .slow: .warning
        case .fast, .rollback, .contradiction: .error
        }
    }
}
