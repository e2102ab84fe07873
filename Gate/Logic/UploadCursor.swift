import TicketModel

/// Which records are sent to central next (PROTOCOL 9.3).
package struct UploadCursor: Hashable, Sendable {
    package static let firstWait = Duration.seconds(1)
    package static let longestWait = Duration.seconds(60)
    /// How often a gate that has nothing new sends its last record again: a central that was put
    /// back from an old copy so learns that it lacks records, and says where it stands.
    package static let probeEvery = Duration.seconds(300)

    /// Why no more records are sent; the gate goes on admitting.
    package enum Halt: Hashable, Sendable {
        /// Central holds other records under our sequence numbers.
        case fork(at: UInt64)
        /// Central holds more than this gate has: its journal was lost or replaced.
        case lostRecords(central: UInt64, here: UInt64)
    }

    package enum Action: Hashable, Sendable {
        case send(from: UInt64)
        /// Central has everything.
        case idle
        case wait(until: Int64)
        case halted(Halt)
    }

    package enum Input: Hashable, Sendable {
        /// A believed receipt, whose head is our own record.
        case receipt(next: UInt64)
        /// Central misses records from here on.
        case gap(expected: UInt64)
        /// Central, or the head of its receipt, contradicts our log.
        case fork(at: UInt64)
        case failed(jitter: Double)
    }

    package private(set) var next: UInt64
    package private(set) var halt: Halt?
    private var backoff = Backoff(base: Self.firstWait, cap: Self.longestWait)
    private var due = Int64.min
    private var probe: Int64?

    /// - Parameters:
    ///   - confirmed: the first record that no receipt covers.
    ///   - probe: when central is first asked whether it still has them; `nil`: never.
    package init(confirmed: UInt64, probeAt probe: Int64? = nil) {
        next = confirmed
        self.probe = probe
    }

    package var failures: Int { backoff.failures }

    /// - Parameter written: the sequence number that the gate writes next.
    package func action(written: UInt64, at boot: Int64) -> Action {
        if let halt { return .halted(halt) }
        if next > written { return .halted(.lostRecords(central: next, here: written)) }
        if next == written {
            guard let probe, probe <= boot, due <= boot, written > 0 else { return .idle }
            return .send(from: written - 1)
        }
        return due <= boot ? .send(from: next) : .wait(until: due)
    }

    package mutating func handle(_ input: Input, written: UInt64, at boot: Int64) {
        switch input {
        case .receipt(let next):
            if next > written { halt = .lostRecords(central: next, here: written) }
            if next == written { probe = boot + Self.probeEvery.milliseconds }
            if next == written, next == self.next {
                backoff.reset()
                return
            }
            // A receipt that confirms nothing new is no progress: without a wait this would spin.
            guard next > self.next else { return fail(jitter: 1, at: boot) }
            self.next = next
            backoff.reset()
            due = .min
        case .gap(let expected):
            if expected > written {
                halt = .lostRecords(central: expected, here: written)
            } else if expected < next {
                next = expected
                due = .min
            } else {
                fail(jitter: 1, at: boot)
            }
        case .fork(let sequence): halt = .fork(at: sequence)
        case .failed(let jitter): fail(jitter: jitter, at: boot)
        }
    }

    private mutating func fail(jitter: Double, at boot: Int64) {
        due = boot + backoff.wait(jitter: jitter).milliseconds
    }
}
