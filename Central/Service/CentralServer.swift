package import CentralStore
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import Platform
import ServiceLifecycle
import Synchronization

/// The HTTP server over one data directory.
package struct CentralServer {
    /// Connections at once, unless settings say otherwise.
    package static let connectionsStandard = 4096
    /// A connection without a request for this long is closed.
    static let idleTimeout = TimeAmount.seconds(75)
    /// Bytes of all header fields of a request.
    static let headerBytesMax = 16 << 10
    /// Header fields of a request.
    static let headerFieldsMax = 100

    private let data: CentralData
    private let clock: ServiceClock
    private let links: HolderLinks
    private let assets: WebAssets
    private let metrics: PrometheusRegistry
    private let logger: Logger

    package init(
        data: CentralData,
        clock: ServiceClock,
        links: HolderLinks = HolderLinks(),
        assets: WebAssets = WebAssets(),
        metrics: PrometheusRegistry,
        logger: Logger
    ) {
        self.data = data
        self.clock = clock
        self.links = links
        self.assets = assets
        self.metrics = metrics
        self.logger = logger
    }

    /// All routes, and the service that keeps manifests fresh.
    struct Assembly {
        let router: Router<EdgeContext>
        let routes: RouteTable
        let manifests: ManifestService
    }

    func assemble() throws -> Assembly {
        let signal = ManifestSignal()
        let builder = ManifestBuilder(manifests: data.manifests, clock: clock, signal: signal)
        let router = Router(context: EdgeContext.self, options: .autoGenerateHeadEndpoints)
        let book = RouteBook()
        router.add(middleware: EdgeMiddleware { book.table })
        var routes = Routes(
            open: router,
            authentication: Authentication(keys: data.apiKeys, clock: clock),
            idempotency: Idempotency(store: data.idempotency, clock: clock)
        )
        EventRoutes(data: data, clock: clock).add(to: &routes)
        TicketRoutes(data: data, clock: clock, links: links).add(to: &routes)
        TokenRoutes(data: data, clock: clock).add(to: &routes)
        BarcodeRoutes(data: data, clock: clock).add(to: &routes)
        SpareRoutes(data: data, clock: clock, links: links).add(to: &routes)
        ManifestRoutes(data: data, builder: builder, signal: signal).add(to: &routes)
        GateRoutes(data: data, clock: clock).add(to: &routes)
        KeyRoutes(data: data, clock: clock).add(to: &routes)
        SigningKeyRoutes(data: data, clock: clock).add(to: &routes)
        ReportRoutes(data: data).add(to: &routes)
        try HolderRoutes(data: data, clock: clock, assets: assets).add(to: &routes)
        SystemRoutes(data: data, clock: clock, metrics: metrics, assets: assets).add(to: &routes)
        book.fill(routes.table)
        return Assembly(
            router: router,
            routes: routes.table,
            manifests: ManifestService(
                data: data,
                builder: builder,
                clock: clock,
                logger: logger
            )
        )
    }

    /// The server as an application: for ``run(host:port:connectionsMax:onListening:)`` and tests.
    ///
    /// - Parameter onListening: told the address once connections are taken.
    package func application(
        host: String,
        port: Int,
        connectionsMax: Int = connectionsStandard,
        onListening: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let assembly = try assemble()
        var configuration = ApplicationConfiguration(address: .hostname(host, port: port))
        configuration.availableConnectionsDelegate = MaximumAvailableConnections(connectionsMax)
        return Application(
            router: assembly.router,
            server: .http1(
                configuration: .init(
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.headerBytesMax,
                        maxHeaderListSize: Self.headerBytesMax,
                        maxHeaderFieldCount: Self.headerFieldsMax
                    )
                )
            ),
            configuration: configuration,
            services: [
                assembly.manifests, EvidenceService(logs: data.logs, logger: logger),
                BarcodeService(data: data, logger: logger),
            ],
            onServerRunning: { channel in
                onListening(channel.localAddress.map { "\($0)" } ?? "\(host):\(port)")
            },
            logger: logger
        )
    }

    /// Serves until SIGTERM or SIGINT; requests that run are finished first.
    package func run(
        host: String,
        port: Int,
        connectionsMax: Int,
        onListening: @escaping @Sendable (String) -> Void
    ) async throws {
        try await application(
            host: host,
            port: port,
            connectionsMax: connectionsMax,
            onListening: onListening
        ).runService()
    }
}

/// The table of routes, handed to what stands around them before it is full.
private final class RouteBook: Sendable {
    private let content = Mutex(RouteTable())

    var table: RouteTable { content.withLock { $0 } }

    func fill(_ table: RouteTable) { content.withLock { $0 = table } }
}
