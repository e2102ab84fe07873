import Database

/// The tables behind offline packs, holder keys, spare codes and imported barcodes.
enum SchemaIssuing {
    static let migration = Migration("issuing", ticketHolds + importTables)

    private static let ticketHolds = [
        // The generation that the holder's link was made with: a pack or a holder key for another
        // phone raises `gen`, and the link stays.
        "ALTER TABLE ticket ADD COLUMN link_gen BIGINT NOT NULL DEFAULT 0",
        "UPDATE ticket SET link_gen = gen",
        "ALTER TABLE ticket ADD COLUMN check_id BIGINT NOT NULL DEFAULT 0",
        // Made as a spare: its prints name no class.
        "ALTER TABLE ticket ADD COLUMN preprinted BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE ticket ADD COLUMN device {BLOB}",
        "ALTER TABLE ticket ADD COLUMN pack_until BIGINT",
        "ALTER TABLE ticket ADD COLUMN holder {BLOB}",
        "ALTER TABLE ticket ADD COLUMN moves BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE access_class ADD COLUMN check_id BIGINT NOT NULL DEFAULT 0",
    ]

    private static let importTables = [
        """
        CREATE TABLE barcode_import(
            event {BLOB} NOT NULL REFERENCES event(id), number BIGINT NOT NULL,
            created BIGINT NOT NULL, api_key {BLOB}, class BIGINT NOT NULL, fold TEXT NOT NULL,
            slow BIGINT NOT NULL, codes BIGINT NOT NULL, hashed BIGINT NOT NULL,
            warnings TEXT NOT NULL, PRIMARY KEY(event, number)){CLUSTERED}
        """,
        // What a barcode's manifest name is made of, sealed: its bytes, or, once it was computed,
        // its slow hash. It is all that another barcode key needs.
        """
        CREATE TABLE imported_code(
            event {BLOB} NOT NULL, import BIGINT NOT NULL, line BIGINT NOT NULL,
            ticket {BLOB} NOT NULL, tag {BLOB} NOT NULL, state BIGINT NOT NULL,
            sealed {BLOB} NOT NULL, PRIMARY KEY(event, import, line), UNIQUE(event, tag),
            FOREIGN KEY(event, import) REFERENCES barcode_import(event, number)){CLUSTERED}
        """,
        "CREATE INDEX imported_code_ticket ON imported_code(ticket)",
        "CREATE INDEX imported_code_waiting ON imported_code(event, import, line) WHERE state = 0",
    ]
}
