/// Tables from which a manifest grows by what has changed (PROTOCOL 5.4).
enum ManifestTables {
    static let statements = tables + triggers

    private static let tables = [
        // One row an event, from its first build on: the file that gates download, the lane sums of
        // the newest version, and from which version on deltas can be given.
        """
        CREATE TABLE manifest_base(
            event {BLOB} PRIMARY KEY REFERENCES event(id), version BIGINT NOT NULL,
            bytes BIGINT NOT NULL, hash {BLOB} NOT NULL, state {BLOB} NOT NULL,
            tickets BIGINT NOT NULL, codes BIGINT NOT NULL, delta_from BIGINT NOT NULL,
            rebuild BIGINT NOT NULL){CLUSTERED}
        """,
        // The last word on every row that changed lately, as the line that gates get.
        """
        CREATE TABLE manifest_row(
            event {BLOB} NOT NULL, tbl TEXT NOT NULL, key {BLOB} NOT NULL,
            version BIGINT NOT NULL, line {BLOB} NOT NULL,
            PRIMARY KEY(event, tbl, key)){CLUSTERED}
        """,
        "CREATE INDEX manifest_row_version ON manifest_row(event, version)",
        // Tickets and codes that were touched since the newest version.
        """
        CREATE TABLE manifest_change(
            event {BLOB} NOT NULL, tbl TEXT NOT NULL, key {BLOB} NOT NULL,
            PRIMARY KEY(event, tbl, key)){CLUSTERED}
        """,
    ]

    /// Whoever writes a ticket or a code, and however: no writer can forget to say so.
    ///
    /// Before an event's first build there is nothing to keep up to date. The words are SQLite's;
    /// another engine states the same in its own.
    private static let triggers = [("ticket", "id"), ("ticket_code", "h")].flatMap { table, key in
        [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")].map { event, row in
            """
            CREATE TRIGGER \(table)_\(event.lowercased())_noted AFTER \(event) ON \(table)
            WHEN EXISTS(SELECT 1 FROM manifest_base WHERE event = \(row).event)
            BEGIN
                INSERT INTO manifest_change(event, tbl, key)
                VALUES(\(row).event, '\(table)', \(row).\(key)) ON CONFLICT DO NOTHING;
            END
            """
        }
    }
}
