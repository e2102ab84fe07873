import AsyncHTTPClient
import Encodings
import Foundation
import Glibc
package import ManifestFormat
import NIOCore
import NIOHTTP1
package import TicketModel
package import TrustFormat
package import VenueAPI

/// Calls central's gate API: one method a call, each with a limit on time and size.
///
/// It hands on what central says without believing it; envelopes are verified by the caller.
package struct CentralClient: Sendable {
    /// Longest wait for the answer of a plain call.
    static let callTimeout = Duration.seconds(15)
    /// Longest wait for a whole delta.
    static let deltaTimeout = Duration.seconds(60)
    /// Longest silence during a download.
    static let idleTimeout = TimeAmount.seconds(40)
    /// Largest answer besides the manifest file.
    static let answerBytesMax = 4 << 20
    private static let problemBytesMax = 64 << 10

    private let base: String
    private let authorization: GateAuthorization
    private let client: HTTPClient

    package init(base: String, authorization: GateAuthorization) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.authorization = authorization
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = Self.idleTimeout
        configuration.redirectConfiguration = .disallow
        client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration
        )
    }

    package func shutdown() async throws {
        try await client.shutdown()
    }

    package func enrol(_ enrolment: GateAPI.Enrolment) async throws(CentralError)
        -> GateAPI.Enrolled
    {
        let body = try Self.encoded(enrolment)
        let answer = try await call(.POST, GateAPI.enrol, body: body, type: "application/json")
        return try Self.decoded(answer.body, as: GateAPI.Enrolled.self, "an enrolment")
    }

    package func trust() async throws(CentralError) -> Envelope {
        try Self.envelope(try await call(.GET, GateAPI.trust).body)
    }

    /// The list that follows `version`; `nil` if none came while central waited.
    package func trust(after version: Int64, wait: Int) async throws(CentralError) -> Envelope? {
        let path = GateAPI.trust + "?after=\(version)&wait=\(wait)"
        let answer = try await call(.GET, path, timeout: Self.callTimeout + .seconds(wait))
        return answer.status == 304 ? nil : try Self.envelope(answer.body)
    }

    package func time(_ request: GateAPI.TimeRequest) async throws(CentralError) -> Envelope {
        let body = try Self.encoded(request)
        return try Self.envelope(
            try await call(.POST, GateAPI.time, body: body, type: "application/json").body
        )
    }

    package func secrets(
        of event: EventID
    ) async throws(CentralError) -> GateAPI.SealedSecrets {
        let answer = try await call(.GET, GateAPI.secrets(of: event))
        return try Self.decoded(answer.body, as: GateAPI.SealedSecrets.self, "sealed secrets")
    }

    /// The metadata of a version after `after`; `nil` if none came while central waited.
    package func manifestMetadata(
        of event: EventID,
        after: Int64
    ) async throws(CentralError) -> Envelope? {
        let wait = GateAPI.waitSecondsMax
        let path = GateAPI.manifestMetadata(of: event) + "?after=\(after)&wait=\(wait)"
        let answer = try await call(.GET, path, timeout: Self.callTimeout + .seconds(wait))
        return answer.status == 304 ? nil : try Self.envelope(answer.body)
    }

    /// Uploads record envelopes, one a line; gives the receipt's envelope.
    package func upload(_ lines: [UInt8]) async throws(CentralError) -> Envelope {
        try Self.envelope(
            try await call(.POST, GateAPI.log, body: lines, type: "application/x-ndjson").body
        )
    }

    /// The lines that lead from a version to the newest.
    ///
    /// - Throws: `.status(410, _)` if central does not remember that far back.
    package func manifestDelta(
        of event: EventID,
        from version: Int64
    ) async throws(CentralError) -> ManifestDelta {
        let request = request(.GET, GateAPI.manifestDelta(of: event) + "?from=\(version)")
        do {
            return try await withTimeout(Self.deltaTimeout) {
                let response = try await client.execute(request, deadline: .distantFuture)
                guard response.status == .ok else { throw try await Self.refusal(response) }
                var reader = DeltaReader()
                do {
                    for try await buffer in response.body {
                        try reader.append(buffer.readableBytesView)
                    }
                    return try reader.finish()
                } catch let error as DeltaError {
                    throw CentralError.badAnswer("a delta: \(error)")
                }
            }
        } catch { throw Self.failure(error) }
    }

    /// Streams a manifest file to `path`.
    ///
    /// - Parameters:
    ///   - metadata: names the file: its version, size and hash.
    ///   - held: bytes of it that stand there already; the rest is asked for.
    /// - Throws: `badAnswer` if central has another file by now; the file is then incomplete.
    package func downloadManifest(
        _ metadata: ManifestMetadata,
        to path: String,
        from held: Int64 = 0
    ) async throws(CentralError) {
        let tag = "\"\(metadata.fileVersion)\""
        var request = request(
            .GET,
            GateAPI.manifest(of: metadata.event) + "?version=\(metadata.fileVersion)"
        )
        if held > 0 {
            request.headers.add(name: "range", value: "bytes=\(held)-")
            request.headers.add(name: "if-range", value: tag)
        }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .storage("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            guard response.status == .ok || response.status == .partialContent else {
                throw try await Self.refusal(response)
            }
            guard response.headers.first(name: "etag") == tag else {
                throw CentralError.badAnswer("manifest version \(metadata.fileVersion)")
            }
            var size = response.status == .partialContent ? held : 0
            guard ftruncate(descriptor, off_t(size)) == 0,
                lseek(descriptor, off_t(size), SEEK_SET) == size
            else { throw CentralError.storage("\(path): \(String(cString: strerror(errno)))") }
            for try await buffer in response.body {
                size += Int64(buffer.readableBytes)
                guard size <= metadata.fileBytes else {
                    throw CentralError.tooLarge(bytesMax: Int(metadata.fileBytes))
                }
                try Self.write(buffer, to: descriptor, path: path)
            }
        } catch { throw Self.failure(error) }
    }

    private static func refusal(_ response: HTTPClientResponse) async throws -> CentralError {
        let bytes = try await response.body.collect(upTo: problemBytesMax)
        return .status(Int(response.status.code), problem(Array(bytes.readableBytesView)))
    }

    private static func write(_ buffer: ByteBuffer, to descriptor: Int32, path: String) throws {
        var rest = buffer.readableBytesView[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else {
                    throw CentralError.storage("\(path): \(String(cString: strerror(errno)))")
                }
            } else {
                rest = rest.dropFirst(count)
            }
        }
    }

    private struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        authorization.authorize(&request.headers)
        request.headers.add(name: "user-agent", value: "stile-gate")
        return request
    }

    private func call(
        _ method: HTTPMethod,
        _ path: String,
        body: [UInt8]? = nil,
        type: String? = nil,
        timeout: Duration = CentralClient.callTimeout
    ) async throws(CentralError) -> Answer {
        var request = request(method, path)
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        if let type { request.headers.add(name: "content-type", value: type) }
        let prepared = request
        do {
            // The client's own deadline ends with the head of the answer: a central that sends its
            // body byte by byte must not hold a gate for ever.
            return try await withTimeout(timeout) {
                let response = try await client.execute(prepared, deadline: .distantFuture)
                let status = Int(response.status.code)
                guard status == 200 || status == 304 else {
                    throw try await Self.refusal(response)
                }
                let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
                return Answer(status: status, body: Array(bytes.readableBytesView))
            }
        } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: any Error) -> CentralError {
        switch error {
        case let error as CentralError: error
        case is NIOTooManyBytesError: .tooLarge(bytesMax: answerBytesMax)
        case let error as HTTPClientError
        where error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout:
            .timedOut
        default: .unreachable("\(error)")
        }
    }

    private static func problem(_ bytes: [UInt8]) -> ProblemDetails? {
        // An error answer without readable details is still an error answer.
        try? JSONDecoder().decode(ProblemDetails.self, from: Data(bytes))
    }

    private static func envelope(_ bytes: [UInt8]) throws(CentralError) -> Envelope {
        do throws(EnvelopeError) {
            return try Envelope(json: bytes)
        } catch { throw .badAnswer("a signed envelope: \(error)") }
    }

    private static func encoded(_ value: some Encodable) throws(CentralError) -> [UInt8] {
        do {
            return [UInt8](try JSONEncoder().encode(value))
        } catch { throw .badAnswer("a request that can be written") }
    }

    private static func decoded<Value: Decodable>(
        _ bytes: [UInt8],
        as type: Value.Type,
        _ what: String
    ) throws(CentralError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch { throw .badAnswer(what) }
    }
}

/// Runs `work`, but no longer than `limit`.
///
/// - Throws: `CentralError.timedOut` when the time is over, or what `work` throws.
func withTimeout<Value: Sendable>(
    _ limit: Duration,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw CentralError.timedOut
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CentralError.timedOut }
        return first
    }
}
