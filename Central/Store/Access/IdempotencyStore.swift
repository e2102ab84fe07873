import Database
import Sodium
package import TicketModel

/// An answer that is kept to be given again, byte for byte.
package struct StoredAnswer: Hashable, Sendable {
    package let status: Int
    package let mediaType: String
    package let body: [UInt8]

    package init(status: Int, mediaType: String, body: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }
}

/// The right to work on a request; at most one holds it at a time.
package struct IdempotencyClaim: Hashable, Sendable {
    let scope: APIKeyID
    let key: String
    /// Random: whoever lost the claim to another cannot finish it any more.
    let token: [UInt8]
}

/// What to do with a request that carries an idempotency key.
package enum IdempotencyDecision: Hashable, Sendable {
    /// Do the work, then ``IdempotencyStore/finish(_:with:)`` or ``IdempotencyStore/abandon(_:)``.
    case work(IdempotencyClaim)
    /// It was done before: answer this.
    case replay(StoredAnswer)
}

/// An answer made of a result and kept in the transaction that makes the result true.
package struct IdempotentAnswer<Result: Sendable>: Sendable {
    package let claim: IdempotencyClaim
    package let make: @Sendable (Result) throws -> StoredAnswer

    package init(
        claim: IdempotencyClaim,
        make: @escaping @Sendable (Result) throws -> StoredAnswer
    ) {
        self.claim = claim
        self.make = make
    }

    func answer(to result: Result) throws(StoreError) -> KeptAnswer {
        do { return KeptAnswer(claim: claim, answer: try make(result)) } catch {
            throw StoreError(error)
        }
    }
}

/// A claim and the answer that ends it.
struct KeptAnswer: Sendable {
    let claim: IdempotencyClaim
    let answer: StoredAnswer

    /// - Throws: `.idempotencyInFlight` if the claim ran out and another took it over.
    func keep(_ connection: any SQLConnection) throws {
        guard answer.body.count <= StoreLimits.storedAnswerBytesMax else {
            throw StoreError.invalid([InvalidValue("", "the answer is too large to be kept")])
        }
        let changed = try connection.run(
            """
            UPDATE idempotency SET status = ?, media_type = ?, body = ?
            WHERE scope = ? AND key = ? AND claim = ? AND status IS NULL
            """,
            [
                .number(answer.status), .text(answer.mediaType), .blob(answer.body),
                .id(claim.scope), .text(claim.key), .blob(claim.token),
            ]
        )
        guard changed == 1 else { throw StoreError.idempotencyInFlight }
    }
}

/// Makes repeated writes harmless: a request is done once under its key, then only answered again.
package struct IdempotencyStore: Sendable {
    /// An answer is kept this long.
    package static let life = Duration.seconds(24 * 3600)
    /// A request that was begun and not finished may be begun again after this long.
    package static let lease = Duration.seconds(60)
    /// Rows removed by one purge transaction.
    static let purgeBatch = 500

    private let database: any Database

    init(database: any Database) {
        self.database = database
    }

    /// Says whether to work on a request or to repeat its answer.
    ///
    /// - Parameters:
    ///   - scope: keys of one API key never meet those of another.
    ///   - key: 1 to ``StoreLimits/idempotencyKeyBytesMax`` bytes.
    ///   - fingerprint: a hash of method, path and body.
    /// - Throws: `.idempotencyConflict` for another request under the same key;
    ///   `.idempotencyInFlight` while the first one is still worked on.
    package func begin(
        scope: APIKeyID,
        key: String,
        fingerprint: [UInt8],
        at now: Timestamp
    ) async throws(StoreError) -> IdempotencyDecision {
        var checker = Checker()
        checker.require(!key.isEmpty, "Idempotency-Key", "must not be empty")
        checker.text(key, "Idempotency-Key", bytesMax: StoreLimits.idempotencyKeyBytesMax)
        try checker.finish()
        let claim = IdempotencyClaim(scope: scope, key: key, token: Sodium.randomBytes(16))
        return try await database.transaction { connection in
            try connection.run(
                "DELETE FROM idempotency WHERE scope = ? AND key = ? AND expires <= ?",
                [.id(scope), .text(key), .time(now)]
            )
            let added = try connection.run(
                """
                INSERT INTO idempotency(scope, key, fingerprint, claim, lease, expires)
                VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                [
                    .id(scope), .text(key), .blob(fingerprint), .blob(claim.token),
                    .time(now + Self.lease), .time(now + Self.life),
                ]
            )
            if added == 1 { return .work(claim) }
            return try Self.known(claim, fingerprint, at: now, connection)
        }
    }

    private static func known(
        _ claim: IdempotencyClaim,
        _ fingerprint: [UInt8],
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> IdempotencyDecision {
        let found = try connection.first(
            """
            SELECT fingerprint, lease, status, media_type, body FROM idempotency
            WHERE scope = ? AND key = ?
            """,
            [.id(claim.scope), .text(claim.key)]
        ) { row in
            let answer = try row.integerIfAny(2).map { status in
                StoredAnswer(
                    status: Int(status),
                    mediaType: try row.text(3),
                    body: try row.blob(4)
                )
            }
            return (fingerprint: try row.blob(0), lease: try row.time(1), answer: answer)
        }
        guard let found, found.fingerprint == fingerprint else {
            throw StoreError.idempotencyConflict
        }
        if let answer = found.answer { return .replay(answer) }
        guard found.lease <= now else { throw StoreError.idempotencyInFlight }
        try connection.run(
            "UPDATE idempotency SET claim = ?, lease = ? WHERE scope = ? AND key = ?",
            [.blob(claim.token), .time(now + lease), .id(claim.scope), .text(claim.key)]
        )
        return .work(claim)
    }

    /// Keeps the answer of work that is done.
    ///
    /// - Throws: `.idempotencyInFlight` if the claim ran out and another took it over.
    package func finish(
        _ claim: IdempotencyClaim,
        with answer: StoredAnswer
    ) async throws(StoreError) {
        try await database.transaction { connection in
            try KeptAnswer(claim: claim, answer: answer).keep(connection)
        }
    }

    /// Gives the key free again, because the work failed and may be tried anew.
    package func abandon(_ claim: IdempotencyClaim) async throws(StoreError) {
        try await database.transaction { connection in
            try connection.run(
                """
                DELETE FROM idempotency
                WHERE scope = ? AND key = ? AND claim = ? AND status IS NULL
                """,
                [.id(claim.scope), .text(claim.key), .blob(claim.token)]
            )
        }
    }

    /// Removes what is past its life, in short transactions; returns how many rows.
    @discardableResult
    package func purge(at now: Timestamp) async throws(StoreError) -> Int {
        var removed = 0
        while true {
            let count = try await database.transaction { connection in
                let old = try connection.rows(
                    "SELECT scope, key FROM idempotency WHERE expires <= ? LIMIT ?",
                    [.time(now), .number(Self.purgeBatch)]
                ) { try $0.values }
                return try connection.runBatch(
                    "DELETE FROM idempotency WHERE scope = ? AND key = ?",
                    old
                )
            }
            removed += count
            if count < Self.purgeBatch { return removed }
        }
    }
}
