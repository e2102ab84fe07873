import Database

/// What offline roots, rotation and revocation of keys need in the tables.
enum SchemaKeys {
    static let migration = Migration(
        "keys",
        [
            // Raised by every change of keys, so that a process knows when to read them again.
            "ALTER TABLE installation ADD COLUMN key_revision BIGINT NOT NULL DEFAULT 0",
            "UPDATE installation SET key_revision = trust_version",
            // 0: central holds the root key itself; 1: root keys are offline.
            "ALTER TABLE installation ADD COLUMN offline BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE installation ADD COLUMN threshold BIGINT NOT NULL DEFAULT 1",
            // The roots that the next trust list is to name.
            "CREATE TABLE root(pub {BLOB} PRIMARY KEY)",
            "INSERT INTO root(pub) SELECT pub FROM signing_key WHERE role = 'root'",
            "ALTER TABLE trust ADD COLUMN roots_changed BIGINT NOT NULL DEFAULT 0",
            // The first trust list in force that names the key; `trust_min` keeps the order in
            // which keys were drawn.
            "ALTER TABLE signing_key ADD COLUMN listed BIGINT",
            // Milliseconds from listing to signing; -1 keeps the key in reserve.
            "ALTER TABLE signing_key ADD COLUMN sign_after BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE signing_key ADD COLUMN sign_from BIGINT",
            "ALTER TABLE signing_key ADD COLUMN retired BIGINT",
            "UPDATE signing_key SET listed = trust_min, sign_from = nbf",
            "ALTER TABLE secret ADD COLUMN nbf BIGINT",
            "ALTER TABLE secret ADD COLUMN exp BIGINT",
            """
            UPDATE secret SET nbf = (SELECT created FROM installation),
                exp = (SELECT created FROM installation) + 34560000000 WHERE role = 'log_box'
            """,
        ]
    )
}
