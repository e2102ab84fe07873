import Encodings
import GateLogic
package import GateScanners
import GateStore
import Hummingbird
import Logging
import NIOCore
package import Platform
import ServiceLifecycle

/// Serves the gate's status to this machine: a page, JSON, live verdicts, metrics.
package struct StatusServer: Service, CustomStringConvertible {

    private let core: GateCore
    private let scanners: ScannerBoard
    private let metrics: PrometheusRegistry
    private let settings: GateSettings.Status
    private let desk: SupervisorDesk?
    private let onListening: @Sendable (_ host: String, _ port: Int) -> Void

    /// - Parameters:
    ///   - desk: does what supervisors ask for; never served beyond this machine.
    ///   - onListening: told where the page is once it is served; with port 0 that is any free
    ///     one.
    package init(
        core: GateCore,
        scanners: ScannerBoard,
        metrics: PrometheusRegistry,
        settings: GateSettings.Status,
        desk: SupervisorDesk? = nil,
        onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
    ) {
        self.core = core
        self.scanners = scanners
        self.metrics = metrics
        self.settings = settings
        self.desk = desk
        self.onListening = onListening
    }

    package var description: String { "status" }

    package func run() async throws {
        let host = settings.host
        let application = Application(
            router: router,
            configuration: .init(
                address: .hostname(host, port: settings.port),
                serverName: "stile-gate"
            ),
            onServerRunning: { channel in
                onListening(host, channel.localAddress?.port ?? 0)
            },
            logger: core.logger
        )
        try await application.run()
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        let report = StatusReport(core: core, scanners: scanners)
        let core = core
        let metrics = metrics
        router.get("/") { _, _ in
            Self.response(PackageResources.status_html, "text/html; charset=utf-8")
        }
        router.get("/status.json") { _, _ in
            Self.response(report.json.encoded, "application/json")
        }
        router.get("/metrics") { _, _ in
            report.updateGauges()
            return Self.response(Array(metrics.text.utf8), PrometheusRegistry.mediaType)
        }
        router.get("/healthz") { _, _ in Self.health(core) }
        router.get("/readyz") { _, _ in Self.readiness(core) }
        router.get("/verdicts") { _, _ in Self.verdicts(core) }
        if let desk, settings.isLoopback { DoorRoutes(desk: desk).add(to: router) }
        return router
    }

    /// Healthy is a gate that can record: without central, and even without a manifest.
    private static func health(_ core: GateCore) -> Response {
        guard let fault = core.settlement.fault else {
            return response(Array("ok\n".utf8), "text/plain; charset=utf-8")
        }
        return response(
            Array("journal: \(fault)\n".utf8),
            "text/plain; charset=utf-8",
            status: .serviceUnavailable
        )
    }

    /// Ready is a gate that would decide guests as central wants it.
    private static func readiness(_ core: GateCore) -> Response {
        let readiness = Readiness(core)
        return response(
            readiness.json.encoded,
            "application/json",
            status: readiness.isReady ? .ok : .serviceUnavailable
        )
    }

    /// Verdicts as Server-Sent Events, from now on.
    private static func verdicts(_ core: GateCore) -> Response {
        guard let watch = core.board.watch() else {
            return response(
                Array("too many viewers\n".utf8),
                "text/plain; charset=utf-8",
                status: .serviceUnavailable
            )
        }
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
            for await verdict in watch.cancelOnGracefulShutdown() {
                let line = Array("data: ".utf8) + verdict.json().encoded + Array("\n\n".utf8)
                try await writer.write(ByteBuffer(bytes: line))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: body
        )
    }

    private static func response(
        _ body: [UInt8],
        _ type: String,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                // The page needs nothing from elsewhere, and nothing may put it into a frame.
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                    + "connect-src 'self'; frame-ancestors 'none'",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
