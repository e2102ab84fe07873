import Database
package import TicketModel
package import TrustFormat

extension KeyRing {
    /// A time statement is good for this long.
    static let freshLife = Duration.seconds(60)

    /// The trust list in force, renewed when half of its life is over.
    package func trust(at now: Timestamp) async throws(StoreError) -> CurrentTrust {
        let current = try await database.snapshot { try Self.currentTrust($0) }
        if let current, now < current.expires - TrustIssuer.life / 2 { return current }
        let issuer = issuer
        return try await database.transaction { connection in
            let version = try TrustIssuer.nextVersion(connection)
            try issuer.issue(version: version, at: now, connection)
            guard let renewed = try Self.currentTrust(connection) else {
                throw StoreError.notInitialised("there is no trust list")
            }
            return renewed
        }
    }

    static func currentTrust(_ connection: any SQLConnection) throws -> CurrentTrust? {
        try connection.first(
            "SELECT version, expires, envelope FROM trust ORDER BY version DESC LIMIT 1"
        ) { row in
            CurrentTrust(
                version: try row.integer(0),
                expires: try row.time(1),
                envelope: try row.blob(2)
            )
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
        let versions = try await database.snapshot { connection in
            let manifest = try connection.first(
                "SELECT manifest_version FROM event WHERE id = ?",
                [.id(event)]
            ) { try $0.integer(0) }
            let trust = try connection.first(
                "SELECT trust_version FROM installation WHERE id = 1"
            ) { try $0.integer(0) }
            return (manifest: manifest ?? 0, trust: trust ?? 0)
        }
        let statement = FreshStatement(
            nonce: nonce,
            time: now,
            manifest: versions.manifest,
            trust: versions.trust,
            expires: now + Self.freshLife
        )
        return Envelope(.fresh, payload: statement.payload, signedBy: [seasonKeys.fresh])
    }
}
