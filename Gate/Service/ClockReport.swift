import Encodings
import GateLogic
import Metrics
import TicketModel

/// What a supervisor is told about the clock: how good it is, and if it is not, why.
struct ClockReport {
    private let clock: GateClock
    private let boot: Int64
    private let reading: ClockReading

    init(_ keeper: ClockKeeper) {
        (clock, boot) = keeper.snapshot()
        reading = clock.reading(at: boot)
    }

    var json: JSONValue {
        .object([
            .init("state", .string(reading.state.rawValue)),
            .init("why", clock.doubt(at: boot).map { .string($0.rawValue) } ?? .null),
            .init("offset", .integer(clock.anchor.offset)),
            .init("u", .integer(reading.uncertainty.milliseconds)),
            .init("floor", .integer(reading.floor.milliseconds)),
            .init("contradicted", .bool(clock.isContradicted)),
            .init("last_sync", lastSync),
        ])
    }

    private var lastSync: JSONValue {
        guard let sync = clock.lastSync else { return .null }
        return .object([
            .init("source", .string(sync.source.rawValue)),
            .init("t", .integer(sync.time.milliseconds)),
            .init("age_ms", .integer(boot - sync.at)),
        ])
    }

    /// Sets the gauges that a scrape reads.
    func updateGauges() {
        Gauge(label: "stile_gate_clock_uncertainty_seconds")
            .record(Double(reading.uncertainty.milliseconds) / 1000)
        Gauge(label: "stile_gate_clock_trusted").record(reading.state == .untrusted ? 0 : 1)
        for state in ClockState.allCases {
            Gauge(label: "stile_gate_clock_state", dimensions: [("state", state.rawValue)])
                .record(state == reading.state ? 1 : 0)
        }
        for doubt in GateClock.Doubt.allCases {
            Gauge(label: "stile_gate_clock_doubt", dimensions: [("why", doubt.rawValue)])
                .record(doubt == clock.doubt(at: boot) ? 1 : 0)
        }
        Gauge(label: "stile_gate_clock_contradicted").record(clock.isContradicted ? 1 : 0)
        Gauge(label: "stile_gate_clock_floor_lag_seconds")
            .record(Double((reading.now - reading.floor).milliseconds) / 1000)
        if let sync = clock.lastSync {
            Gauge(label: "stile_gate_clock_sync_age_seconds").record(Double(boot - sync.at) / 1000)
        }
    }
}
