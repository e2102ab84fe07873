import Encodings
import EntryLogFormat
import GateLogic
import GateScanners
import GateStore
import ManifestFormat
import Metrics
import TicketModel

/// What the status page and its readers are told about this gate; no ticket list, no keys.
struct StatusReport: Sendable {
    let core: GateCore
    let scanners: ScannerBoard

    var json: JSONValue {
        let reading = core.clock.reading()
        return .object([
            .init("t", .integer(reading.now.milliseconds)),
            .init("event", .string(core.settings.event.hex)),
            .init("event_name", .string(core.shelf.current?.eventName ?? "")),
            .init("device", device),
            .init("manifest", manifest(at: reading.now)),
            .init("readiness", Readiness(core).json),
            .init("rehearsal", core.rehearsal?.json ?? .null),
            .init("clock", ClockReport(core.clock).json),
            .init("log", log),
            .init(
                "sync",
                .object([
                    .init("configured", .bool(core.settings.central != nil)),
                    .init("isolated", .bool(core.isIsolated)),
                    .init("fault", Self.text(core.syncFault)),
                    .init("manifest_fault", Self.text(core.manifestFault)),
                    .init("upload_fault", Self.text(core.uploadFault)),
                    .init("log_fault", Self.text(core.logFault)),
                ])
            ),
            .init(
                "storage",
                .object([.init("fault", Self.text(core.settlement.fault?.description))])
            ),
            .init("ready", ready),
            .init("lanes", .array(core.settings.lanes.map(Self.lane))),
            .init("scanners", .array(scanners.all.map(Self.scanner))),
            .init("counts", counts),
            .init("last", core.board.last?.json() ?? .null),
        ])
    }

    /// What the page shows before the first code.
    private var ready: JSONValue {
        let text = core.settings.language.template(.ready)
        return .object([
            .init("headline", .string(text.headline)), .init("advice", .string(text.advice)),
            .init("lang", .string(core.settings.language.rawValue)),
        ])
    }

    private var device: JSONValue {
        guard let identity = core.identity else { return .null }
        return .object([
            .init("name", .string(identity.device.text)),
            .init("epoch", .integer(Int64(identity.epoch))),
            .init("hall", .integer(Int64(identity.hall.number))),
            .init("gate", .integer(Int64(identity.gate.number))),
            .init("barcodes", .bool(core.settlement.hasBarcodeKey)),
        ])
    }

    private func manifest(at now: Timestamp) -> JSONValue {
        guard let manifest = core.shelf.current else {
            return .object([
                .init("version", .integer(0)), .init("known", .integer(core.manifestKnown)),
            ])
        }
        let metadata = manifest.metadata
        return .object([
            .init("version", .integer(metadata.version)),
            .init("known", .integer(max(core.manifestKnown, metadata.version))),
            .init("behind", .bool(core.manifestKnown > metadata.version)),
            .init("created", .integer(metadata.created.milliseconds)),
            .init("age_ms", .integer((now - metadata.created).milliseconds)),
            .init("stale", .bool(now >= metadata.staleAfter)),
            .init("expires", .integer(metadata.expires.milliseconds)),
            .init("expired", .bool(now >= metadata.expires)),
            .init("tickets", .integer(metadata.tickets)),
            .init("codes", .integer(metadata.codes)),
        ])
    }

    /// Where the log stands; `null` without one, or when the journal cannot be read.
    private var log: JSONValue {
        guard let identity = core.identity,
            // The page shows the fault of the journal in a place of its own.
            let state = try? core.journal.uploadState(of: identity.epoch)
        else { return .null }
        return .object([
            .init("next", .integer(Int64(clamping: state.next))),
            .init("confirmed", .integer(Int64(clamping: state.confirmed))),
            .init("waiting", .integer(Int64(clamping: state.waiting))),
            .init("ended", .array(endedLogs)),
        ])
    }

    /// Logs that this gate lost, or had put back from a copy.
    private var endedLogs: [JSONValue] {
        // As above: a journal that cannot be read is told elsewhere.
        let closed = (try? core.journal.closedEpochs()) ?? []
        return closed.map { log in
            .object([
                .init("epoch", .integer(Int64(log.epoch))), .init("reason", .string(log.reason)),
            ])
        }
    }

    private var counts: JSONValue {
        .object(
            core.board.counts.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { .init($0.key.name, .integer(Int64($0.value))) }
        )
    }

    private static func lane(_ lane: GateSettings.LaneSettings) -> JSONValue {
        .object([
            .init("lane", .integer(Int64(lane.number.number))),
            .init("dir", .string(lane.direction.rawValue)),
        ])
    }

    private static func scanner(
        _ scanner: (name: String, entry: ScannerBoard.Entry)
    ) -> JSONValue {
        var fault: String?
        if case .failed(let reason) = scanner.entry.state { fault = reason }
        return .object([
            .init("name", .string(scanner.name)),
            .init("state", .string(scanner.entry.state.name)),
            .init("fault", text(fault)),
            .init("failures", .integer(Int64(scanner.entry.failures))),
            .init("codes", .integer(Int64(scanner.entry.codes))),
        ])
    }

    private static func text(_ text: String?) -> JSONValue {
        text.map { .string($0) } ?? .null
    }

    /// Sets the gauges that a scrape reads.
    func updateGauges() {
        let reading = core.clock.reading()
        ClockReport(core.clock).updateGauges()
        let manifest = core.shelf.current?.metadata
        Gauge(label: "stile_gate_manifest_version").record(manifest?.version ?? 0)
        Gauge(label: "stile_gate_manifest_known").record(core.manifestKnown)
        if let manifest {
            Gauge(label: "stile_gate_manifest_age_seconds")
                .record(Double((reading.now - manifest.created).milliseconds) / 1000)
        }
        if let identity = core.identity,
            // A journal that cannot be read has a gauge of its own.
            let state = try? core.journal.uploadState(of: identity.epoch)
        {
            Gauge(label: "stile_gate_records_waiting").record(Int64(clamping: state.waiting))
        }
        Gauge(label: "stile_gate_log_lost").record(core.logFault == nil ? 0 : 1)
        Gauge(label: "stile_gate_isolated").record(core.isIsolated ? 1 : 0)
        Gauge(label: "stile_gate_storage_fault").record(core.settlement.fault == nil ? 0 : 1)
    }
}
