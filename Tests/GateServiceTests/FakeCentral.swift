import Encodings
import EntryLogFormat
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ManifestFormat
import NIOCore
import Platform
import ServiceLifecycle
import Sodium
import Synchronization
import TestSupport
import TicketModel
import TrustFormat
import VenueAPI

/// A central of a few lines, which can be told to misbehave.
final class FakeCentral: Sendable {
    /// How it answers everything.
    enum Mood: Sendable {
        case well, serverError, garbage
        /// It takes requests and says nothing.
        case silent
    }

    /// How it answers uploads.
    enum UploadMood: Sendable {
        case well
        case gap(UInt64)
        case fork
        case badReceipt
        /// Once: central has signed for another record than the gate's.
        case foreignHead
    }

    struct Script: Sendable {
        var mood = Mood.well
        var upload = UploadMood.well
        var manifest: ManifestFixture.Signed?
        var file: [UInt8] = []
        var trustVersion: Int64 = 1
        var isNonceKept = true
        var epoch: UInt32 = 1
        /// The keys that this epoch is bound to.
        var sign: PublicKey
        var box: BoxPublicKey
        /// The log of this epoch, as it was taken in.
        var records: [SignedRecord] = []
        var uploads = 0
        var requests: [String: Int] = [:]
        var keys: [String] = []
    }

    let venue: TestVenue
    let script: Mutex<Script>
    private let scratch: ScratchFolder

    init(_ venue: TestVenue) throws {
        self.venue = venue
        scratch = try ScratchFolder()
        script = Mutex(
            Script(sign: venue.deviceSign.publicKey, box: venue.deviceBox.publicKey)
        )
    }

    func tell(_ change: @Sendable (inout Script) -> Void) {
        script.withLock { change(&$0) }
    }

    var records: [SignedRecord] { script.withLock { $0.records } }
    func requests(_ path: String) -> Int { script.withLock { $0.requests[path] ?? 0 } }

    /// Offers a manifest from now on.
    func offer(_ fixture: ManifestFixture, altering: (inout [UInt8]) -> Void = { _ in }) throws {
        let path = scratch.file("manifest-\(UUID().uuidString)")
        let signed = try fixture.write(to: path)
        var bytes = try AtomicFile.read(path)
        altering(&bytes)
        let file = bytes
        tell {
            $0.manifest = signed
            $0.file = file
        }
    }

    /// Serves while `work` runs; gives it the address.
    func serving(_ work: @escaping @Sendable (String) async throws -> Void) async throws {
        let port = Mutex<Int?>(nil)
        let application = Application(
            router: router(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                port.withLock { $0 = channel.localAddress?.port }
            },
            logger: Logger(label: "central") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            guard try await eventually({ port.withLock { $0 } != nil }),
                let port = port.withLock({ $0 })
            else { throw CancellationError() }
            try await work("http://127.0.0.1:\(port)")
            group.cancelAll()
            // A server that is cancelled says so; that is how this one ends.
            try? await group.waitForAll()
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        let event = venue.event
        router.post("\(GateAPI.enrol)") { request, _ in
            try await self.answer(request, GateAPI.enrol) { try self.enrolled($0) }
        }
        router.post("\(GateAPI.time)") { request, _ in
            try await self.answer(request, GateAPI.time) { try self.time($0) }
        }
        router.get("\(GateAPI.trust)") { request, _ in
            try await self.answer(request, GateAPI.trust) { _ in
                let version = self.script.withLock { $0.trustVersion }
                return Self.json(self.venue.trustEnvelope(version: version).json)
            }
        }
        router.get("\(GateAPI.secrets(of: event))") { request, _ in
            try await self.answer(request, "secrets") { _ in
                let box = self.script.withLock { $0.box }
                let sealed = box.seal(self.venue.barcodeKey)
                let body = GateAPI.SealedSecrets(barcodeKey: Base64.encodeURL(sealed))
                return Self.json([UInt8](try JSONEncoder().encode(body)))
            }
        }
        router.get("\(GateAPI.manifestMetadata(of: event))") { request, _ in
            let after = request.uri.queryParameters.get("after", as: Int64.self) ?? 0
            return try await self.answer(request, "meta") { _ in try await self.metadata(after) }
        }
        router.get("\(GateAPI.manifest(of: event))") { request, _ in
            try await self.answer(request, "manifest") { _ in self.manifest() }
        }
        router.post("\(GateAPI.log)") { request, _ in
            try await self.answer(request, GateAPI.log) { try self.upload($0) }
        }
        return router
    }

    private func answer(
        _ request: Request,
        _ name: String,
        _ work: @Sendable ([UInt8]) async throws -> Response
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: 4 << 20)
        let key = request.headers[.authorization] ?? ""
        let mood = script.withLock { script in
            script.requests[name, default: 0] += 1
            script.keys.append(key)
            return script.mood
        }
        switch mood {
        case .well: return try await work(Array(body.readableBytesView))
        case .serverError: return Self.problem(500, "about:blank")
        case .garbage: return Self.json(Array("{\"payload\": tru".utf8) + [0xFF, 0])
        case .silent:
            try await Task.sleep(for: .seconds(60))
            throw CancellationError()
        }
    }

    private func enrolled(_ body: [UInt8]) throws -> Response {
        let enrolment = try JSONDecoder().decode(GateAPI.Enrolment.self, from: Data(body))
        guard let sign = Base64.decodeURL(enrolment.sign).flatMap({ PublicKey(bytes: $0) }),
            let box = Base64.decodeURL(enrolment.box).flatMap({ BoxPublicKey(bytes: $0) }),
            let nonce = Base64.decodeURL(enrolment.nonce),
            let proof = Base64.decodeURL(enrolment.pop).flatMap({ Signature(bytes: $0) }),
            sign.isValid(
                proof,
                over: GateAPI.Enrolment.message(
                    sign: sign.bytes,
                    box: box.bytes,
                    nonce: nonce
                )
            )
        else { return Self.problem(400, "about:blank") }
        let (epoch, version) = script.withLock { script in
            if script.sign != sign {
                // Other keys: the next epoch, whose log is empty.
                script.epoch += 1
                script.records = []
                (script.sign, script.box) = (sign, box)
            }
            return (script.epoch, script.trustVersion)
        }
        let statement = venue.statement(epoch: epoch, sign: sign, box: box)
        let body = GateAPI.Enrolled(
            statement: EnvelopeBody(venue.statementEnvelope(statement)),
            trust: EnvelopeBody(venue.trustEnvelope(version: version)),
            receipt: EnvelopeBody(venue.receiptEnvelope(receipt()))
        )
        return Self.json([UInt8](try JSONEncoder().encode(body)))
    }

    private func time(_ body: [UInt8]) throws -> Response {
        let request = try JSONDecoder().decode(GateAPI.TimeRequest.self, from: Data(body))
        let (isKept, manifest, trust) = script.withLock {
            ($0.isNonceKept, $0.manifest?.metadata.version ?? 0, $0.trustVersion)
        }
        let nonce = Base64.decodeURL(request.nonce) ?? []
        let now = SystemClock.now()
        let fresh = FreshStatement(
            nonce: isKept ? nonce : nonce.map { $0 ^ 1 },
            time: now,
            manifest: manifest,
            trust: trust,
            expires: now + .seconds(60)
        )
        return Self.json(venue.freshEnvelope(fresh).json)
    }

    /// Waits a little for a newer version, as central does for longer.
    private func metadata(_ after: Int64) async throws -> Response {
        for _ in 0..<20 {
            let manifest = script.withLock { $0.manifest }
            // A rollback is offered whatever was asked for.
            if let manifest, manifest.metadata.version != after {
                return Self.json(manifest.envelope.json)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return Response(status: .notModified)
    }

    private func manifest() -> Response {
        let (version, file) = script.withLock { ($0.manifest?.metadata.version, $0.file) }
        guard let version else { return Self.problem(404, "about:blank") }
        return Response(
            status: .ok,
            headers: [.eTag: "\"\(version)\""],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file))
        )
    }

    private func upload(_ body: [UInt8]) throws -> Response {
        let mood = script.withLock { script in
            script.uploads += 1
            return script.upload
        }
        switch mood {
        case .gap(let expected):
            tell { $0.upload = .well }
            return Self.problem(409, "/problems/log-gap", expected: expected)
        case .fork: return Self.problem(409, "/problems/log-fork")
        case .well, .badReceipt, .foreignHead: break
        }
        let key = script.withLock { $0.sign }
        let records = try body.split(separator: 0x0A).map { line in
            let envelope = try Envelope(json: Array(line))
            return try SignedRecord(envelope, device: venue.device, key: key)
        }
        tell { script in
            for record in records where record.record.sequence == script.records.count {
                script.records.append(record)
            }
        }
        switch mood {
        case .badReceipt:
            let forged = Envelope(.receipt, payload: receipt().payload, signedBy: [venue.live])
            return Self.json(forged.json)
        case .foreignHead:
            tell { $0.upload = .well }
            let head = [UInt8](repeating: 9, count: 32)
            return Self.json(venue.receiptEnvelope(receipt(head: head)).json)
        case .well, .gap, .fork: return Self.json(venue.receiptEnvelope(receipt()).json)
        }
    }

    private func receipt(head: [UInt8]? = nil) -> Receipt {
        let (records, epoch) = script.withLock { ($0.records, $0.epoch) }
        return Receipt(
            device: venue.device,
            epoch: epoch,
            next: UInt64(records.count),
            head: head ?? records.last?.link.bytes ?? RecordLink.genesis.bytes,
            time: SystemClock.now()
        )
    }

    private static func json(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    private static func problem(
        _ status: Int,
        _ type: String,
        expected: UInt64? = nil
    ) -> Response {
        let problem = ProblemDetails(
            type: type,
            title: "told to",
            status: status,
            expected: expected
        )
        let bytes = (try? JSONEncoder().encode(problem)).map { [UInt8]($0) } ?? []
        return Response(
            status: .init(code: status),
            headers: [.contentType: ProblemDetails.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
