import Encodings
import EntryLogFormat
package import GateLogic
package import GateStore
package import Logging
import Platform
import Synchronization
package import TicketModel

/// Keeps the gate's clock: reads it for scans, sets it by central's answers, stores what must
/// survive.
package final class ClockKeeper: Sendable {
    /// How often the floor is stored at least (PROTOCOL 7).
    package static let storeEvery = Duration.seconds(10)

    private let clock: Mutex<GateClock>
    private let storedFloor: Mutex<Timestamp>
    private let journal: Journal
    private let settlement: Settlement
    private let bootID: String
    private let sinceBoot: @Sendable () -> Int64
    private let logger: Logger

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
        let floor = try journal.state(.clockFloor).flatMap(Self.floor) ?? Timestamp(milliseconds: 0)
        let anchor = try journal.state(.clockAnchor).flatMap { Self.anchor($0, bootID: bootID) }
        clock = Mutex(
            GateClock(boot: sinceBoot(), wall: wall, anchor: anchor, floor: floor)
        )
        storedFloor = Mutex(floor)
    }

    /// Milliseconds since boot.
    package var boot: Int64 { sinceBoot() }

    /// The time as one scan sees it.
    package func reading() -> ClockReading {
        let boot = sinceBoot()
        return clock.withLock { $0.reading(at: boot) }
    }

    /// Central's milliseconds less those since boot.
    package var offset: Int64 { clock.withLock { $0.anchor.offset } }

    /// Takes in what was learnt about the time.
    package func handle(_ input: GateClock.Input) async {
        let boot = sinceBoot()
        let effects = clock.withLock { $0.handle(input, at: boot) }
        for effect in effects {
            switch effect {
            case .record(let old, let new):
                await record(.sync(oldOffset: old, newOffset: new))
            case .keep(let anchor): keep(anchor)
            }
        }
    }

    /// Takes in a time that central has proven by signing it.
    package func prove(_ time: Timestamp) async {
        await handle(.proven(time))
    }

    /// Stores the floor if it has risen.
    package func storeFloor() {
        let floor = clock.withLock { $0.floor }
        guard storedFloor.withLock({ $0 < floor }) else { return }
        do {
            try journal.setState(.clockFloor, Self.bytes(floor))
            storedFloor.withLock { $0 = floor }
        } catch {
            logger.error("clock floor not stored", metadata: ["error": "\(error)"])
        }
    }

    private func record(_ body: EntryRecord.Body) async {
        do {
            try await settlement.note(body, clock: reading())
        } catch {
            // Before enrolment there is no log to write to; the offset is in every record anyway.
            logger.warning("clock change not recorded", metadata: ["error": "\(error)"])
        }
    }

    private func keep(_ anchor: GateClock.Anchor) {
        let document = JSONValue.object([
            .init("boot", .string(bootID)),
            .init("offset", .integer(anchor.offset)),
            .init("u", .integer(anchor.uncertainty.milliseconds)),
            .init("at", .integer(anchor.at)),
        ])
        do {
            try journal.setState(.clockAnchor, document.encoded)
        } catch {
            logger.error("clock not stored", metadata: ["error": "\(error)"])
        }
    }

    private static func anchor(_ bytes: [UInt8], bootID: String) -> GateClock.Anchor? {
        // What cannot be read is as good as not stored: the clock is then untrusted.
        guard let document = try? JSONReader.read(bytes), document["boot"]?.string == bootID,
            let offset = document["offset"]?.integer,
            let uncertainty = document["u"]?.integer, uncertainty >= 0,
            let at = document["at"]?.integer
        else { return nil }
        return GateClock.Anchor(
            offset: offset,
            uncertainty: .milliseconds(uncertainty),
            at: at
        )
    }

    private static func bytes(_ time: Timestamp) -> [UInt8] {
        withUnsafeBytes(of: time.milliseconds.bigEndian) { Array($0) }
    }

    private static func floor(_ bytes: [UInt8]) -> Timestamp? {
        guard bytes.count == 8 else { return nil }
        return Timestamp(milliseconds: bytes.reduce(0) { $0 << 8 | Int64($1) })
    }

    /// The kernel's name for this boot.
    package static func currentBootID() -> String {
        // Without the kernel's name the moment of booting, as the system clock has it, must do.
        guard let bytes = try? AtomicFile.read("/proc/sys/kernel/random/boot_id", bytesMax: 100)
        else { return "unknown \(SystemClock.now().milliseconds - SystemClock.sinceBoot())" }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
