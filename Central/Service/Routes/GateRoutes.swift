import CentralStore
import Encodings
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import ServiceLifecycle
import TicketModel
import TrustFormat
import VenueAPI

/// What gates call: enrolment, trust, time, upload of their logs.
struct GateRoutes {
    static let bodyMax = 16 << 10
    /// How often a waiting gate's question is looked into again.
    static let lookEvery = Duration.seconds(1)

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        routes.upload(GateAPI.enrol, scopes: .gate, handler: enrol)
        routes.read(GateAPI.trust, scopes: [.read, .gate], handler: trust)
        routes.upload(GateAPI.log, scopes: .gate, handler: upload)
        routes.open(.post, GateAPI.time, handler: time)
        routes.write(.post, "/v1/gates", scopes: .admin, bodyMax: Self.bodyMax, handler: register)
        routes.read("/v1/gates", scopes: .read, handler: list)
    }

    @Sendable
    private func enrol(_ request: Request, _ context: CallerContext) async throws -> Response {
        let gate = try context.caller.gateIdentity()
        let body = try await RequestBodyBytes(request, max: Self.bodyMax)
        let enrolment = try body.json(GateAPI.Enrolment.self)
        let enrolled = try await data.devices.enrol(gate.device, enrolment, at: clock.now())
        return Answer(.ok, enrolled).response
    }

    @Sendable
    private func trust(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["after", "wait"])
        let current: CurrentTrust
        if let after = try query.number("after", in: 0...Int.max) {
            let seconds = try query.number("wait", in: 0...GateAPI.waitSecondsMax) ?? 0
            let newer = try await newer(than: Int64(after), wait: .seconds(seconds))
            guard let newer else {
                return Response(status: .notModified, headers: [.cacheControl: "no-store"])
            }
            current = newer
        } else {
            current = try await data.keys.trust(at: clock.now())
        }
        let tag = "\"\(current.version)\""
        if let known = request.headers[.ifNoneMatch], ServedFile.matches(known, tag) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        return Response(
            status: .ok,
            headers: [.contentType: Answer.json, .eTag: tag, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: current.envelope))
        )
    }

    /// The list that follows `version` for a gate that holds it; `nil` if none came in time, or if
    /// the server is about to stop.
    ///
    /// Another process may change keys, so the database is asked once a second.
    private func newer(than version: Int64, wait: Duration) async throws -> CurrentTrust? {
        let watch = ContinuousClock()
        let deadline = watch.now + wait
        return try await cancelWhenGracefulShutdown {
            while true {
                if let next = try await data.keys.trust(after: version, at: clock.now()) {
                    return next
                }
                let left = deadline - watch.now
                guard left > .zero, !Task.isCancelled else { return nil }
                // Cancelled while it waits: the guard above ends it.
                try? await Task.sleep(for: min(left, Self.lookEvery))
            }
        }
    }

    @Sendable
    private func upload(_ request: Request, _ context: CallerContext) async throws -> Response {
        _ = try context.caller.gateIdentity()
        let body = try await RequestBodyBytes(request, max: GateAPI.logBytesMax)
        guard body.kind == .lines else {
            throw Problem(.unsupportedMediaType, "Send \(RequestBodyBytes.linesMediaType) here.")
        }
        let outcome = try await data.logs.ingest(
            Array(body.bytes.readableBytesView),
            at: clock.now()
        )
        switch outcome {
        case .accepted(let receipt, let stored, let repeated):
            Counter(label: "stile_log_records", dimensions: [("outcome", "stored")])
                .increment(by: stored)
            Counter(label: "stile_log_records", dimensions: [("outcome", "repeated")])
                .increment(by: repeated)
            return Answer(.ok, mediaType: Answer.json, body: receipt.json).response
        case .gap(let expected):
            throw Problem(
                .logGap,
                "Upload again from record \(expected).",
                expected: expected
            )
        case .fork(let sequence):
            context.logger.error(
                "log fork, device quarantined",
                metadata: ["seq": "\(sequence)"]
            )
            throw Problem(
                .logFork,
                "Another record \(sequence) is held; both are kept and the device is quarantined."
            )
        }
    }

    @Sendable
    private func time(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let body = try await RequestBodyBytes(request, max: 1024)
        let asked = try body.json(GateAPI.TimeRequest.self)
        guard let nonce = Base64.decodeURL(asked.nonce) else {
            throw Problem.invalid("/nonce", "is not base64url")
        }
        guard let event = EventID(hex: asked.event) else {
            throw Problem.invalid("/event", "is not 32 hex digits")
        }
        let statement = try await data.keys.timeStatement(
            nonce: nonce,
            event: event,
            at: clock.now()
        )
        return Answer(.ok, mediaType: Answer.json, body: statement.json).response
    }

    @Sendable
    private func register(
        _ request: WriteRequest,
        _ context: CallerContext
    ) async throws -> Answer {
        let draft = try request.body.json(AdminAPI.GateDraft.self)
        let made = try await data.devices.register(
            label: draft.name,
            hall: HallNumber(draft.hall),
            gate: GateNumber(draft.gate),
            at: clock.now()
        )
        return Answer(
            .created,
            AdminAPI.NewGate(
                device: made.device.name.text,
                name: made.device.label,
                hall: made.device.hall.number,
                gate: made.device.gate.number,
                apiKey: made.apiKey.text
            )
        )
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try QueryItems(request, known: ["limit", "cursor"])
        let after = try PageCursor.place(query["cursor"], in: .gates).map(Self.cursor)
        let page = try await data.devices.list(after: after, limit: query.limit())
        return Answer(
            .ok,
            PageBody(
                items: page.items.map(AdminAPI.Gate.init),
                next: page.next.map { PageCursor(list: .gates, place: Array($0.text.utf8)).text }
            )
        ).response
    }

    private static func cursor(_ place: [UInt8]) throws(Problem) -> DeviceName {
        guard let name = DeviceName(String(decoding: place, as: UTF8.self)) else {
            throw PageCursor.refused()
        }
        return name
    }
}

extension AdminAPI.Gate {
    init(_ device: StoredDevice) {
        self.init(
            device: device.name.text,
            name: device.label,
            hall: device.hall.number,
            gate: device.gate.number,
            epoch: device.epoch,
            revoked: device.revoked != nil,
            quarantined: device.quarantined != nil
        )
    }
}
