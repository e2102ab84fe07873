import Database
import ManifestFormat
import TicketModel

/// Where an event's manifest stands: the file that gates download, the lane sums of the newest
/// version, and how far back deltas reach.
struct ManifestBase: Sendable {
    /// The version that the file holds; 0 before the first was built.
    var fileVersion: Int64
    var bytes: Int64
    var fileHash: [UInt8]
    /// Of the newest version's rows.
    var content: ContentHash
    /// Rows of the newest version, specimens among them.
    var tickets: Int64
    var codes: Int64
    /// Deltas are given from this version on.
    var deltaFrom: Int64
    /// Whether nothing but a full build will do.
    var needsRebuild: Bool

    /// `nil` before the first build of the event began.
    static func of(_ event: EventID, _ connection: any SQLConnection) throws -> ManifestBase? {
        try connection.first(
            """
            SELECT version, bytes, hash, state, tickets, codes, delta_from, rebuild
            FROM manifest_base WHERE event = ?
            """,
            [.id(event)]
        ) { row in
            // A build that never finished has no lane sums, and asks for the next one.
            let content = ContentHash(state: try row.blob(3))
            return ManifestBase(
                fileVersion: try row.integer(0),
                bytes: try row.integer(1),
                fileHash: try row.blob(2),
                content: content ?? ContentHash(),
                tickets: try row.integer(4),
                codes: try row.integer(5),
                deltaFrom: try row.integer(6),
                needsRebuild: try row.flag(7) || content == nil
            )
        }
    }

    /// From here on writers note what they touch, and nothing but a full build will do.
    static func begin(_ event: EventID, _ connection: any SQLConnection) throws {
        try connection.run(
            """
            INSERT INTO manifest_base(event, version, bytes, hash, state, tickets, codes,
                delta_from, rebuild) VALUES(?, 0, 0, ?, ?, 0, 0, 0, 1)
            ON CONFLICT(event) DO UPDATE SET rebuild = 1
            """,
            [.id(event), .blob([]), .blob([])]
        )
        try connection.run("DELETE FROM manifest_change WHERE event = ?", [.id(event)])
    }

    func store(_ event: EventID, _ connection: any SQLConnection) throws {
        try connection.run(
            """
            UPDATE manifest_base SET version = ?, bytes = ?, hash = ?, state = ?, tickets = ?,
                codes = ?, delta_from = ?, rebuild = ? WHERE event = ?
            """,
            [
                .integer(fileVersion), .integer(bytes), .blob(fileHash), .blob(content.state),
                .integer(tickets), .integer(codes), .integer(deltaFrom), .flag(needsRebuild),
                .id(event),
            ]
        )
    }
}
