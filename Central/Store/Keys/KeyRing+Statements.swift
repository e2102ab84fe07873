import Database
package import TicketModel
package import TrustFormat

extension KeyRing {
    /// A time statement is good for this long.
    static let freshLife = Duration.seconds(60)

    /// The trust list in force, renewed when half of its life is over and the root is online.
    ///
    /// - Throws: `.trustAwaitsSignature` before the first one.
    package func trust(at now: Timestamp) async throws(StoreError) -> CurrentTrust {
        try await renewTrust(at: now)
        let current = try await database.snapshot { try TrustDesk.current($0) }
        guard let current else { throw .trustAwaitsSignature }
        return current
    }

    /// The list that a gate which holds `version` needs next; `nil` if it holds the newest.
    package func trust(
        after version: Int64,
        at now: Timestamp
    ) async throws(StoreError) -> CurrentTrust? {
        try await renewTrust(at: now)
        return try await database.snapshot { try TrustDesk.next(after: version, $0) }
    }

    private func renewTrust(at now: Timestamp) async throws(StoreError) {
        let due = now + TrustDesk.life / 2
        let isDue = try await database.snapshot { connection in
            try connection.first(
                """
                SELECT 1 FROM installation WHERE offline = 0
                    AND (SELECT coalesce(max(expires), 0) FROM trust
                         WHERE version = trust_version) <= ?
                """,
                [.time(due)]
            ) { _ in true } ?? false
        }
        guard isDue else { return }
        let desk = desk
        try await database.transaction { connection in
            try TrustDesk.lock(connection)
            // Another process may have been faster.
            guard let current = try TrustDesk.current(connection), current.expires <= due else {
                return
            }
            try desk.publish(at: now, connection)
        }
    }

    /// Signs the time for whoever sent `nonce`, with the newest versions there are.
    ///
    /// - Parameter event: its newest manifest is named; 0 for an unknown event.
    package func timeStatement(
        nonce: [UInt8],
        event: EventID,
        at now: Timestamp
    ) async throws(StoreError) -> Envelope {
        guard nonce.count == FreshStatement.nonceLength else {
            throw .invalid([InvalidValue("/nonce", "must have 16 bytes")])
        }
        let signers = try await signers(at: now)
        let versions = try await database.snapshot { connection in
            let manifest = try connection.first(
                "SELECT manifest_version FROM event WHERE id = ?",
                [.id(event)]
            ) { try $0.integer(0) }
            let trust = try connection.first("SELECT max(version) FROM trust") {
                try $0.integerIfAny(0)
            }
            return (manifest: manifest ?? 0, trust: trust.flatMap { $0 } ?? 0)
        }
        let statement = FreshStatement(
            nonce: nonce,
            time: now,
            manifest: versions.manifest,
            trust: versions.trust,
            expires: now + Self.freshLife
        )
        return Envelope(.fresh, payload: statement.payload, signedBy: [signers.fresh])
    }
}
