import CentralStore
import Encodings
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import TicketModel
import TrustFormat
import VenueAPI

/// Manifests: built on demand, fetched by gates.
struct ManifestRoutes {
    static let mediaType = "application/vnd.sqlite3"
    /// How long a waiting gate relies on this process's signal before it looks by itself.
    static let lookEvery = Duration.seconds(1)

    let data: CentralData
    let builder: ManifestBuilder
    let signal: ManifestSignal

    func add(to routes: inout Routes) {
        let readers: Scopes = [.read, .gate]
        routes.write(
            .post,
            "/v1/events/{event}/manifest",
            scopes: readers,
            bodyMax: 64,
            handler: build
        )
        routes.read("/v1/gate/events/{event}/manifest", scopes: readers, handler: file)
        routes.read("/v1/gate/events/{event}/manifest/meta", scopes: readers, handler: metadata)
        routes.read("/v1/gate/events/{event}/manifest/delta", scopes: readers, handler: delta)
        routes.read("/v1/events/{event}/specimens", scopes: .read, handler: specimens)
        routes.read(
            "/v1/gate/events/{event}/manifest/secrets",
            scopes: .gate,
            handler: secrets
        )
    }

    @Sendable
    private func build(_ request: WriteRequest, _ context: CallerContext) async throws -> Answer {
        if request.body.bytes.readableBytes > 0 { _ = try request.body.json(Nothing.self) }
        return Answer(.ok, try Self.body(try await builder.current(context.event())))
    }

    /// An empty object, for callers that cannot send nothing.
    private struct Nothing: Decodable {}

    private static func body(_ built: ManifestVersion) throws -> AdminAPI.Manifest {
        AdminAPI.Manifest(
            event: built.event.hex,
            version: built.version,
            created: built.created.milliseconds,
            size: built.bytes,
            tickets: built.tickets,
            codes: built.codes,
            metadata: EnvelopeBody(try Envelope(json: built.envelope))
        )
    }

    @Sendable
    private func file(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["version"])
        let version = try query.number("version", in: 1...Int.max)
        let file = try await data.manifests.download(
            context.event(),
            version: version.map { Int64($0) }
        )
        return try ServedFile(
            path: file.path,
            size: file.bytes,
            tag: String(file.version),
            mediaType: Self.mediaType
        ).response(to: request)
    }

    @Sendable
    private func delta(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["from"])
        guard let from = try query.number("from", in: 1...Int.max) else {
            throw Problem.invalid("/from", "must be the version that is held")
        }
        switch try await data.manifests.delta(context.event(), from: Int64(from)) {
        case .lines(let lines):
            return Response(
                status: .ok,
                headers: [
                    .contentType: RequestBodyBytes.linesMediaType, .cacheControl: "no-store",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: lines))
            )
        case .tooOld(let oldest):
            throw Problem(
                .manifestTooOld,
                "Deltas are given from version \(oldest) on; download the file."
            )
        case .unknown(let newest):
            throw Problem.invalid("/from", "is a later version than \(newest), the newest")
        }
    }

    @Sendable
    private func specimens(_ request: Request, _ context: CallerContext) async throws -> Response {
        let specimens = try await data.manifests.specimens(context.event())
        return Answer(
            .ok,
            EventAPI.Specimens(
                items: specimens.map {
                    EventAPI.Specimen(
                        id: $0.ticket.hex,
                        kind: $0.kind,
                        expected: $0.expected.name,
                        code: $0.text
                    )
                }
            )
        ).response
    }

    @Sendable
    private func metadata(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["after", "wait"])
        let after = try query.number("after", in: 0...Int.max) ?? 0
        let seconds = try query.number("wait", in: 0...GateAPI.waitSecondsMax) ?? 0
        let event = try context.event()
        _ = try await data.events.event(event)
        let newest = try await newer(than: Int64(after), event, wait: .seconds(seconds))
        guard let newest else {
            return Response(status: .notModified, headers: [.cacheControl: "no-store"])
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: Answer.json, .cacheControl: "no-store",
                .eTag: "\"\(newest.version)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: newest.envelope))
        )
    }

    /// The newest manifest once it is newer than `version`; `nil` if none came in time, or if the
    /// server is about to stop.
    private func newer(
        than version: Int64,
        _ event: EventID,
        wait: Duration
    ) async throws -> ManifestVersion? {
        let clock = ContinuousClock()
        let deadline = clock.now + wait
        return try await cancelWhenGracefulShutdown {
            while true {
                if let newest = try await newest(event), newest.version > version { return newest }
                let left = deadline - clock.now
                guard left > .zero, !Task.isCancelled else { return nil }
                await signal.wait(for: event, limit: min(left, Self.lookEvery))
            }
        }
    }

    private func newest(_ event: EventID) async throws(StoreError) -> ManifestVersion? {
        do throws(StoreError) { return try await data.manifests.latest(event) } catch {
            guard case .notFound(.manifest) = error else { throw error }
            return nil
        }
    }

    @Sendable
    private func secrets(_ request: Request, _ context: CallerContext) async throws -> Response {
        let gate = try context.caller.gateIdentity()
        return Answer(
            .ok,
            try await data.devices.sealedSecrets(of: context.event(), for: gate.device)
        ).response
    }
}
