import Database
import ManifestFormat
import Sodium
package import TicketModel

/// Events with their halls, gates, classes and access windows.
package struct EventRepository: Sendable {
    private let database: any Database
    private let keys: KeyRing

    init(database: any Database, keys: KeyRing) {
        self.database = database
        self.keys = keys
    }

    /// Creates an event and its keys; the trust list gets its next version, if central signs it
    /// itself.
    ///
    /// - Throws: `.invalid` for details that break a rule; `.limitReached(.signingKey)` when the
    ///   trust list is full.
    package func create(
        _ details: EventDetails,
        at now: Timestamp
    ) async throws(StoreError) -> StoredEvent {
        try details.check()
        var checker = Checker()
        checker.require(details.ends > now, "/ends", "must be in the future")
        try checker.finish()
        let id: EventID = try Self.randomID()
        let keys = keys
        return try await database.transaction { connection in
            try connection.run(
                """
                INSERT INTO event(id, name, venue, starts, ends, unlisted, untrusted_clock,
                    isolated, created, trust_min, revision, built_revision, manifest_version)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0)
                """,
                [.id(id)] + Self.columns(of: details) + [.time(now), .integer(0)]
            )
            try EventParts(event: id, connection).replace(by: details)
            let trust = try keys.createEventKeys(id, ends: details.ends, at: now, connection)
            try connection.run(
                "UPDATE event SET trust_min = ? WHERE id = ?",
                [.integer(trust), .id(id)]
            )
            return try Self.event(id, connection)
        }
    }

    /// Replaces the details of an event and raises its revision.
    ///
    /// - Throws: `.notFound(.event)`; `.invalid`; `.inUse` with a pointer when a class that has
    ///   tickets is missing.
    package func update(
        _ id: EventID,
        _ details: EventDetails,
        at now: Timestamp
    ) async throws(StoreError) -> StoredEvent {
        try details.check()
        let keys = keys
        return try await database.transaction { connection in
            let old = try Self.event(id, connection)
            if old.details == details { return old }
            try connection.run(
                """
                UPDATE event SET name = ?, venue = ?, starts = ?, ends = ?, unlisted = ?,
                    untrusted_clock = ?, isolated = ?, revision = revision + 1 WHERE id = ?
                """,
                Self.columns(of: details) + [.id(id)]
            )
            try EventParts(event: id, connection).replace(by: details)
            if old.details.ends != details.ends {
                let ends = details.ends
                if let trust = try keys.extendEventKeys(id, ends: ends, at: now, connection) {
                    try connection.run(
                        "UPDATE event SET trust_min = ? WHERE id = ?",
                        [.integer(trust), .id(id)]
                    )
                }
            }
            return try Self.event(id, connection)
        }
    }

    /// - Throws: `.notFound(.event)`.
    package func event(_ id: EventID) async throws(StoreError) -> StoredEvent {
        try await database.snapshot { try Self.event(id, $0) }
    }

    /// Events in order of start.
    ///
    /// - Parameter limit: 1 to ``StoreLimits/pageMax``; clamped.
    package func list(
        after cursor: EventCursor? = nil,
        limit: Int
    ) async throws(StoreError) -> Page<EventSummary, EventCursor> {
        let limit = min(max(1, limit), StoreLimits.pageMax)
        return try await database.snapshot { connection in
            let start = cursor?.starts ?? Timestamp(milliseconds: .min)
            let found = try connection.rows(
                """
                SELECT \(Self.summaryColumns) FROM event
                WHERE starts > ? OR (starts = ? AND id > ?) ORDER BY starts, id LIMIT ?
                """,
                [
                    .time(start), .time(start), .blob(cursor?.id.bytes ?? []),
                    .number(limit + 1),
                ],
                Self.summary
            )
            return Page(found, limit: limit) { $0.cursor }
        }
    }

    /// Draws ids as the protocol wants them: 16 random bytes.
    static func randomID<Subject>() throws(StoreError) -> Identifier<Subject> {
        guard let id = Identifier<Subject>(bytes: Sodium.randomBytes(16)) else {
            throw .database(.other(code: 0, message: "no random bytes"))
        }
        return id
    }

    private static func columns(of details: EventDetails) -> [SQLValue] {
        [
            .text(details.name), .text(details.venue), .time(details.starts), .time(details.ends),
            .text(details.policy.unlisted.rawValue), .text(details.policy.untrustedClock.rawValue),
            .text(details.policy.isolated.rawValue),
        ]
    }

    private static let summaryColumns =
        "id, name, venue, starts, ends, created, revision, manifest_version, trust_min"

    private static func summary(_ row: any SQLRow) throws -> EventSummary {
        EventSummary(
            id: try row.id(0),
            name: try row.text(1),
            venue: try row.text(2),
            starts: try row.time(3),
            ends: try row.time(4),
            created: try row.time(5),
            revision: try row.integer(6),
            manifestVersion: try row.integer(7),
            awaitsSignature: try row.integer(8) == 0
        )
    }

    static func event(_ id: EventID, _ connection: any SQLConnection) throws -> StoredEvent {
        let found = try connection.first(
            """
            SELECT \(summaryColumns), unlisted, untrusted_clock, isolated FROM event WHERE id = ?
            """,
            [.id(id)]
        ) { row in
            let policy = GatePolicy(
                unlisted: try row.parsed(9, try row.text(9), GatePolicy.Unlisted.init),
                untrustedClock: try row.parsed(
                    10,
                    try row.text(10),
                    GatePolicy.UntrustedClock.init
                ),
                isolated: try row.parsed(11, try row.text(11), GatePolicy.Isolated.init)
            )
            return (try summary(row), policy)
        }
        guard let (summary, policy) = found else { throw StoreError.notFound(.event) }
        let parts = EventParts(event: id, connection)
        return StoredEvent(
            summary: summary,
            details: EventDetails(
                name: summary.name,
                venue: summary.venue,
                starts: summary.starts,
                ends: summary.ends,
                policy: policy,
                halls: try parts.halls(),
                gates: try parts.gates(),
                classes: try parts.classes(),
                windows: try parts.windows()
            )
        )
    }
}
