import ArgumentParser
import CentralService
import CentralStore
import Glibc
import Logging
import Metrics
import NIOCore
import Platform

/// `stile-central serve`: runs the server until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the server until SIGTERM or SIGINT, then ends in good order.",
        discussion: """
            Logs are JSON lines on standard error. Settings in YAML: listen, publicUrl, logLevel, \
            connectionsMax, qrLibrary; in the environment STILE_LISTEN, STILE_PUBLIC_URL, \
            STILE_LOG_LEVEL, STILE_CONNECTIONS_MAX, STILE_QR_LIBRARY.
            """
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "HOST:PORT to listen on (default 127.0.0.1:8080).")
    var listen: String?

    @Option(help: "Scheme and host as holders reach them; stands before holder links.")
    var publicURL: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "A YAML file with settings (default DIR/central.yaml if there).")
    var config: String?

    func run() async throws {
        try await reporting(directory: data) {
            var flags: [String: String] = [:]
            flags["listen"] = listen
            flags["publicUrl"] = publicURL
            flags["logLevel"] = logLevel
            try await serve(Settings(flags: flags, file: config, data: data))
        }
    }

    private func serve(_ settings: Settings) async throws {
        LoggingSystem.bootstrap { label in
            JSONLogHandler(label: label, level: settings.logLevel, output: .standardError)
        }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let stored = try await CentralData.open(
            directory: data,
            masterKey: MasterKeySource.key(),
            at: SystemClock.now()
        )
        let lock = try DataLock(data, alone: false)
        defer { lock.release() }
        let manager = ServiceManager()
        let logger = Logger(label: "stile-central")
        let assets = WebAssets(qrLibrary: settings.qrLibrary)
        if !assets.drawsOffline {
            logger.warning(
                "phones cannot show codes without a network: no script that draws them",
                metadata: ["qrLibrary": "\(settings.qrLibrary)"]
            )
        }
        let pending = try await stored.keys.trustStanding(at: SystemClock.now()).pending
        if !pending.isEmpty {
            logger.warning(
                "changes of keys await the signatures of the root keys: keys trust propose",
                metadata: ["changes": "\(pending.count)"]
            )
        }
        let server = CentralServer(
            data: stored,
            clock: ServiceClock { SystemClock.now() },
            links: HolderLinks(base: settings.publicURL),
            assets: assets,
            metrics: metrics,
            logger: logger
        )
        do {
            try await server.run(
                host: settings.listen.host,
                port: settings.listen.port,
                connectionsMax: settings.connectionsMax
            ) { address in
                logger.notice("listening", metadata: ["address": "\(address)"])
                manager.ready()
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw Failure(
                .addressTaken,
                "\(settings.listen.host):\(settings.listen.port) is taken by another program"
            )
        } catch let error as IOError where [EADDRNOTAVAIL, EACCES].contains(error.errnoCode) {
            throw Failure(
                .addressTaken,
                "\(settings.listen.host):\(settings.listen.port) cannot be listened on: \(error)"
            )
        }
        manager.stopping()
        try stored.close()
        logger.notice("stopped")
    }
}
