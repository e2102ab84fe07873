import EntryLogFormat
import TicketModel

/// How the admissions of one log ended, by the PASS and VOID records that name them.
struct LogOutcomes {
    private struct Outcome: OptionSet {
        let rawValue: UInt8
        static let passed = Outcome(rawValue: 1)
        static let abandoned = Outcome(rawValue: 2)
        static let undone = Outcome(rawValue: 4)
    }

    private var outcomes: [Outcome]

    enum Ending {
        /// The turnstile has not reported.
        case open
        case passed
        case abandoned
        case undone
    }

    init(_ log: DeviceLog) {
        outcomes = [Outcome](repeating: [], count: log.count)
        for index in 0..<log.count {
            let entry = log[index]
            let outcome: Outcome
            switch entry.kind {
            case .passed: outcome = .passed
            case .abandoned: outcome = .abandoned
            case .void: outcome = .undone
            case .scan, .unauthorised, .freeFlow, .force, .other: continue
            }
            // A record can only speak of what came before it.
            guard entry.reference < entry.sequence, let target = log.index(of: entry.reference)
            else { continue }
            outcomes[target].insert(outcome)
        }
    }

    /// A supervisor's word stands above the sensor's, and a passage above its time-out.
    subscript(_ index: Int) -> Ending {
        if outcomes[index].contains(.undone) { return .undone }
        if outcomes[index].contains(.passed) { return .passed }
        return outcomes[index].contains(.abandoned) ? .abandoned : .open
    }
}

/// The lanes that report passages: those that ever wrote a PASS record (PROTOCOL 8.3).
struct Sensors {
    private struct Place: Hashable {
        let device: DeviceName
        let lane: LaneNumber
    }

    private var places: Set<Place> = []

    init(_ logs: [(name: LogName, log: DeviceLog)]) {
        for (name, log) in logs {
            var lanes: Set<LaneNumber> = []
            for index in 0..<log.count {
                switch log[index].kind {
                case .passed, .abandoned, .unauthorised, .freeFlow: lanes.insert(log[index].lane)
                case .scan, .void, .force, .other: continue
                }
            }
            places.formUnion(lanes.map { Place(device: name.device, lane: $0) })
        }
    }

    /// The lanes of one device that have a sensor.
    func lanes(of device: DeviceName) -> Set<LaneNumber> {
        Set(places.lazy.filter { $0.device == device }.map(\.lane))
    }
}
