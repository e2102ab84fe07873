import CentralStore
import Hummingbird
import NIOCore
import Platform

/// Health, metrics, documents.
struct SystemRoutes {
    let data: CentralData
    let clock: ServiceClock
    let metrics: PrometheusRegistry
    let assets: WebAssets

    private struct Health: Encodable {
        let status = "ok"
    }

    func add(to routes: inout Routes) {
        routes.open(.get, "/healthz") { _, _ in
            // A read proves more than an open port: the database answers.
            _ = try await data.events.list(limit: 1)
            return Answer(.ok, Health()).response
        }
        // For a proxy that only asks whether to send requests here: costs nothing.
        routes.open(.get, "/livez") { _, _ in Answer(.ok, Health()).response }
        let metrics = metrics
        routes.open(.get, "/metrics") { _, _ in
            Answer(
                .ok,
                mediaType: PrometheusRegistry.mediaType,
                body: Array(metrics.text.utf8)
            ).response
        }
        let document = assets.openAPI
        routes.open(.get, "/openapi.yaml") { _, _ in
            Answer(.ok, mediaType: "application/yaml", body: document).response
        }
        routes.open(.get, "/problems/{kind}") { _, context in
            let kind = context.parameters.get("kind").flatMap(ProblemKind.init(rawValue:))
            guard let kind else { throw Problem(.notFound) }
            return Answer(
                .ok,
                mediaType: "text/plain; charset=utf-8",
                body: Array("\(kind.rawValue) (\(kind.status.code)): \(kind.title)\n".utf8)
            ).response
        }
    }
}
