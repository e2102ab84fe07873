import Database

/// What times of entry records are corrected by; unknown (NULL) of records that came before.
enum SchemaClock {
    static let migration = Migration(
        "clock",
        [
            "ALTER TABLE log_entry ADD COLUMN mono BIGINT",
            // The offset that a SYNC set, if it moved a trusted clock.
            "ALTER TABLE log_entry ADD COLUMN step BIGINT",
        ]
    )
}
