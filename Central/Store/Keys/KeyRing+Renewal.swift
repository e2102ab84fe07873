import Database
import TicketModel

/// Keys that come and go by themselves: those of new events, and those that run out.
extension KeyRing {
    /// From listing to signing: gates that ask for trust lists by the minute learn it meanwhile.
    package static let overlapStandard = Duration.seconds(600)

    /// Draws keys that are missing, and successors of keys that run out soon.
    static func renew(
        _ vault: KeyVault,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        let ending = try StoredRole.season.filter { role in
            let margin = role == .deviceCA ? DeviceRepository.statementLife : .zero
            let last = try vault.line(role, event: nil, connection).signers.map(\.expires).max()
            return last.map { $0 - margin < now + seasonRenewal } ?? false
        }
        let boxEnds = try connection.first(
            "SELECT exp FROM secret WHERE role = 'log_box' AND length(event) = 0"
        ) { try $0.timeIfAny(0) }
        let isBoxEnding = boxEnds.flatMap { $0 }.map { $0 < now + seasonRenewal } ?? false
        let bare = try eventsWithoutCred(at: now, connection)
        guard !ending.isEmpty || isBoxEnding || !bare.isEmpty else { return }
        try TrustDesk.lock(connection)
        for role in ending {
            try addSeasonKey(
                role,
                vault,
                start: .afterListing(overlapStandard),
                at: now,
                connection
            )
        }
        if isBoxEnding {
            try vault.replaceLogBox(from: now, until: now + seasonLife, connection)
        }
        for event in bare {
            try vault.addKey(
                .cred,
                event: event.id,
                from: now.wholeSecond,
                until: event.ends + eventGrace,
                connection
            )
        }
        try TrustDesk(vault: vault).publish(at: now, connection)
    }

    /// Events of a time when there were no cred keys.
    private static func eventsWithoutCred(
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> [(id: EventID, ends: Timestamp)] {
        try connection.rows(
            """
            SELECT id, ends FROM event WHERE ends > ? AND NOT EXISTS
                (SELECT 1 FROM signing_key WHERE event = event.id AND role = 'cred')
            """,
            [.time(now - eventGrace)]
        ) { row in (id: try row.id(0), ends: try row.time(1)) }
    }

    /// Draws the keys of a new event, within the transaction that creates it.
    ///
    /// - Returns: the first trust list that vouches for them; 0 while they await signature.
    func createEventKeys(
        _ event: EventID,
        ends: Timestamp,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Int64 {
        try TrustDesk.lock(connection)
        let isOffline = try TrustDesk.standing(connection).isOffline
        for role in StoredRole.ofEvent {
            // Where roots are offline, a reserve is signed along with the key in use: on the day
            // of the event it can step in without waiting for the root keys.
            let starts: [SignStart] =
                isOffline ? [.afterListing(.zero), .inReserve] : [.afterListing(.zero)]
            for start in starts {
                try vault.addKey(
                    role,
                    event: event,
                    from: now.wholeMinute,
                    until: ends + Self.eventGrace,
                    start: start,
                    connection
                )
            }
        }
        try vault.addSecret(.barcode, event: event, connection)
        try vault.addSecret(.wallet, event: event, connection)
        return try desk.publish(at: now, connection) ?? 0
    }

    /// Moves the end of an event's keys, except of those that have only old tokens to vouch for.
    ///
    /// - Returns: the trust list that says so; `nil` while it awaits signature.
    func extendEventKeys(
        _ event: EventID,
        ends: Timestamp,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Int64? {
        try TrustDesk.lock(connection)
        try connection.run(
            """
            UPDATE signing_key SET exp = ? WHERE event = ? AND revoked IS NULL
                AND NOT (role = 'live' AND retired IS NOT NULL)
            """,
            [.time(ends + Self.eventGrace), .id(event)]
        )
        return try desk.publish(at: now, connection)
    }
}
