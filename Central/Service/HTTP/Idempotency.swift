import CentralStore
import HTTPTypes
import Hummingbird
import Sodium
import VenueAPI

/// Makes repeated writes harmless: done once under their `Idempotency-Key`, then answered again.
///
/// Answers hold keys and holder links, so they are kept sealed under a key made from the caller's
/// own API key, of which only a hash is stored: a copy of the database opens none of them.
struct Idempotency: Sendable {
    static let header = EdgeMiddleware.requiredName("Idempotency-Key")
    static let replayed = EdgeMiddleware.requiredName("Idempotent-Replayed")

    let store: IdempotencyStore
    let clock: ServiceClock

    /// Runs `work`, or gives the answer that it gave before.
    ///
    /// Problems are not kept: after one the request may be tried again under the same key.
    func run(
        _ request: Request,
        _ body: RequestBodyBytes,
        caller: Caller,
        _ work: (Keeping?) async throws -> Answer
    ) async throws -> Response {
        guard let key = request.headers[Self.header] else { return try await work(nil).response }
        guard WireLimits.idempotencyKeyBytes.contains(key.utf8.count) else {
            throw Problem.invalid("Idempotency-Key", "is not 1 to 128 bytes long")
        }
        let decision = try await store.begin(
            scope: caller.key,
            key: key,
            fingerprint: Self.fingerprint(request, body),
            at: clock.now()
        )
        switch decision {
        case .replay(let stored):
            guard let answer = Self.opened(stored, for: caller) else {
                throw Problem(.idempotencyConflict, "The answer was kept for another caller.")
            }
            var response = answer.response
            response.headers[Self.replayed] = "true"
            return response
        case .work(let claim):
            let keeping = Keeping(claim: claim, caller: caller)
            do {
                let answer = try await work(keeping)
                if !answer.isKept {
                    try await store.finish(claim, with: keeping.sealed(answer))
                }
                return answer.response
            } catch {
                do { try await store.abandon(claim) } catch {
                    // The claim runs out by itself; the first error is the one to tell.
                }
                throw error
            }
        }
    }

    /// A claim whose answer may be kept in the very transaction that does the work.
    struct Keeping: Sendable {
        let claim: IdempotencyClaim
        let caller: Caller

        /// The answer as the store keeps it.
        func sealed(_ answer: Answer) -> StoredAnswer {
            StoredAnswer(
                status: answer.status.code,
                mediaType: answer.mediaType,
                body: caller.answerKey.seal(
                    answer.body,
                    context: Idempotency.context,
                    nonce: Sodium.randomBytes(24)
                )
            )
        }
    }

    private static let context = Array("st1/answer\0".utf8)

    private static func opened(_ stored: StoredAnswer, for caller: Caller) -> Answer? {
        guard let body = caller.answerKey.open(stored.body, context: context) else { return nil }
        return Answer(
            HTTPResponse.Status(code: stored.status),
            mediaType: stored.mediaType,
            body: body
        )
    }

    /// What makes two requests the same: method, address, media types and body.
    private static func fingerprint(_ request: Request, _ body: RequestBodyBytes) -> [UInt8] {
        let head = [
            request.method.rawValue, request.uri.string, "\(body.kind)", body.accept,
        ].joined(separator: "\n")
        return Hash.b2(32, Array(head.utf8), [0], Array(body.bytes.readableBytesView))
    }
}
