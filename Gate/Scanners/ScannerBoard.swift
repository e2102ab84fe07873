import Synchronization

/// How every scanner of this gate is doing, for status pages and metrics.
package final class ScannerBoard: Sendable {
    package enum State: Hashable, Sendable {
        case starting
        case running
        /// Its source ended; nothing more will come from it.
        case ended
        /// It failed and will be started again.
        case failed(String)

        package var name: String {
            switch self {
            case .starting: "starting"
            case .running: "running"
            case .ended: "ended"
            case .failed: "failed"
            }
        }
    }

    package struct Entry: Hashable, Sendable {
        package fileprivate(set) var state = State.starting
        package fileprivate(set) var failures = 0
        package fileprivate(set) var codes = 0
    }

    private let entries = Mutex<[String: Entry]>([:])

    package init() {}

    package var all: [(name: String, entry: Entry)] {
        entries.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    package func set(_ state: State, of scanner: String) {
        entries.withLock { entries in
            var entry = entries[scanner] ?? Entry()
            entry.state = state
            if case .failed = state { entry.failures += 1 }
            entries[scanner] = entry
        }
    }

    package func countCode(of scanner: String) {
        entries.withLock { $0[scanner, default: Entry()].codes += 1 }
    }
}
