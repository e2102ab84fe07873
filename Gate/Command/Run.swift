import ArgumentParser
import Barcodes
import Foundation
import GateScanners
import GateService
import GateStore
import Glibc
import Logging
import Metrics
import NIOCore
import Platform
import ServiceLifecycle
import TicketModel
import UnixSignals

/// Runs the gate until it is told to stop.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Run the gate: one JSON line per verdict on standard output, logs on standard error."
    )

    /// How long services may take to stop before they are cut off.
    private static let stopWithin = Duration.seconds(10)

    @Option(help: "The settings file (YAML); variables STILE_GATE_… stand above it.")
    var config: String

    func run() async throws {
        // A reader of our output that goes away must not take the gate with it.
        signal(SIGPIPE, SIG_IGN)
        let settings: RunSettings
        do {
            settings = try await RunSettings.read(
                config,
                environment: ProcessInfo.processInfo.environment
            )
        } catch { throw CommandFailure("\(config): \(error)") }
        let level = settings.logLevel
        LoggingSystem.bootstrap {
            JSONLogHandler(label: $0, level: level, output: .standardError)
        }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "stile-gate")
        let core = try GateCore(settings: settings.gate, logger: logger)
        await core.restore()
        let client = settings.gate.central.map {
            CentralClient(base: $0.url, authorization: GateAuthorization(key: $0.key))
        }
        var group = ServiceGroupConfiguration(
            services: try services(settings, core, client, metrics),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = Self.stopWithin
        logger.notice(
            "stile-gate \(StileGate.version)",
            metadata: ["data": "\(core.settings.data)"]
        )
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            // The fault that ended the group is the one to report.
            try? await client?.shutdown()
            throw error
        }
        try await client?.shutdown()
        try core.journal.close()
    }

    /// In the order of starting; they stop in the opposite order, scanners first.
    private func services(
        _ settings: RunSettings,
        _ core: GateCore,
        _ client: CentralClient?,
        _ metrics: PrometheusRegistry
    ) throws -> [any Service] {
        let board = ScannerBoard()
        let lanes = Dictionary(
            uniqueKeysWithValues: settings.gate.lanes.map {
                ($0.number, LaneKeeper($0, core: core))
            }
        )
        var services: [any Service] = [
            LifeRecords(core: core), ModeRecords(core: core), RehearsalWatch(core: core),
        ]
        if let printer = VerdictPrinter(core.board) { services.append(printer) }
        if let status = settings.gate.status {
            let logger = core.logger
            services.append(
                StatusServer(
                    core: core,
                    scanners: board,
                    metrics: metrics,
                    settings: status,
                    desk: SupervisorDesk(core: core, lanes: lanes)
                ) {
                    logger.notice(
                        "listening",
                        metadata: ["what": "status", "address": "\($0):\($1)"]
                    )
                }
            )
        }
        if let client, let central = settings.gate.central {
            services.append(SyncLoop(core: core, client: client, settings: central))
            services.append(TrustLoop(core: core, client: client, settings: central))
            services.append(UploadLoop(core: core, client: client))
        }
        for scanner in settings.scanners {
            guard let lane = lanes[scanner.lane] else { continue }
            let name = scanner.name
            let handler: ScanHandler = { text in
                board.countCode(of: name)
                return await lane.scan(text, scanner: name)
            }
            services.append(
                ScannerSupervisor(
                    try source(scanner, core.logger, handler),
                    board: board,
                    logger: core.logger
                )
            )
        }
        return services
    }

    private func source(
        _ settings: RunSettings.ScannerSettings,
        _ logger: Logger,
        _ handler: @escaping ScanHandler
    ) throws -> any CodeScanner {
        let name = settings.name
        switch settings.source {
        case .input: return InputScanner(name: name, handler: handler)
        case .socket(let host, let port):
            return try SocketScanner(
                name: name,
                host: host,
                port: port,
                logger: logger,
                onListening: { address in
                    logger.notice(
                        "listening",
                        metadata: [
                            "what": "\(name)", "address": "\(host):\(address.port ?? port)",
                        ]
                    )
                },
                handler: handler
            )
        case .folder(let folder, let symbologies):
            let decoder = ImageDecoder(symbologies)
            return FolderScanner(
                name: name,
                folder: folder,
                logger: logger,
                reader: { try decoder.decode($0).symbols.map(\.bytes) },
                handler: handler
            )
        }
    }
}
