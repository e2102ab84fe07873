import Database

/// What the evidence of entry records is checked against, long after tickets have changed.
enum SchemaEvidence {
    static let migration = Migration(
        "evidence",
        [
            // Every key a ticket was ever bound to: a HOLDER code is signed by the phone that
            // showed it, which may have been replaced since.
            """
            CREATE TABLE holder_key(
                ticket {BLOB} NOT NULL REFERENCES ticket(id), pub {BLOB} NOT NULL,
                PRIMARY KEY(ticket, pub)){CLUSTERED}
            """,
            """
            INSERT INTO holder_key(ticket, pub)
            SELECT id, holder FROM ticket WHERE holder IS NOT NULL
            """,
            // Sealed evidence was not looked at before: 0 is sound, 2 is not looked at yet.
            """
            UPDATE log_entry SET standing = 2
            WHERE kind = 3 AND code = 0 AND form IN (2, 3, 4, 5, 6, 7)
            """,
            """
            UPDATE log_head SET audited = 0
            WHERE EXISTS(SELECT 1 FROM log_entry WHERE standing = 2)
            """,
        ]
    )
}
