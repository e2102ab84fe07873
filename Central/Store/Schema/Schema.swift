package import Database

/// The tables of central, as the steps that made them.
///
/// A step that was shipped never changes; a new one is added at the end. Rows that are read in the
/// order of their key (`{CLUSTERED}`) feed a manifest without sorting.
package enum Schema {
    package static let migrations: [Migration] = [
        firstLight, manifestDeltas, SchemaKeys.migration, SchemaIssuing.migration,
        SchemaEvidence.migration, SchemaClock.migration,
    ]

    private static let firstLight = Migration(
        "first light",
        keyTables + eventTables + ticketTables + accessTables + deviceTables + logTables
    )

    private static let manifestDeltas = Migration("manifest deltas", ManifestTables.statements)

    private static let keyTables = [
        """
        CREATE TABLE installation(
            id BIGINT PRIMARY KEY CHECK(id = 1), created BIGINT NOT NULL,
            trust_version BIGINT NOT NULL)
        """,
        """
        CREATE TABLE trust(
            version BIGINT PRIMARY KEY, issued BIGINT NOT NULL, expires BIGINT NOT NULL,
            envelope {BLOB} NOT NULL)
        """,
        // The primary key is the key id: two keys never share one.
        """
        CREATE TABLE signing_key(
            kid BIGINT PRIMARY KEY, role TEXT NOT NULL, event {BLOB}, pub {BLOB} NOT NULL UNIQUE,
            sealed {BLOB} NOT NULL, nbf BIGINT NOT NULL, exp BIGINT NOT NULL, revoked BIGINT,
            trust_min BIGINT NOT NULL)
        """,
        "CREATE INDEX signing_key_event ON signing_key(event, role)",
        // Secrets of no event stand under an empty event.
        """
        CREATE TABLE secret(
            role TEXT NOT NULL, event {BLOB} NOT NULL, sealed {BLOB} NOT NULL,
            PRIMARY KEY(role, event))
        """,
    ]

    private static let eventTables = [
        """
        CREATE TABLE event(
            id {BLOB} PRIMARY KEY, name TEXT NOT NULL, venue TEXT NOT NULL,
            starts BIGINT NOT NULL, ends BIGINT NOT NULL, unlisted TEXT NOT NULL,
            untrusted_clock TEXT NOT NULL, isolated TEXT NOT NULL, created BIGINT NOT NULL,
            trust_min BIGINT NOT NULL, revision BIGINT NOT NULL, built_revision BIGINT NOT NULL,
            manifest_version BIGINT NOT NULL, CHECK(starts < ends))
        """,
        "CREATE INDEX event_starts ON event(starts, id)",
        """
        CREATE TABLE hall(
            event {BLOB} NOT NULL REFERENCES event(id), number BIGINT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY(event, number)){CLUSTERED}
        """,
        """
        CREATE TABLE gate(
            event {BLOB} NOT NULL, number BIGINT NOT NULL, hall BIGINT NOT NULL,
            name TEXT NOT NULL, PRIMARY KEY(event, number),
            FOREIGN KEY(event, hall) REFERENCES hall(event, number)){CLUSTERED}
        """,
        """
        CREATE TABLE access_class(
            event {BLOB} NOT NULL REFERENCES event(id), number BIGINT NOT NULL, name TEXT NOT NULL,
            uses_max BIGINT NOT NULL, reentry BIGINT NOT NULL, methods BIGINT NOT NULL,
            PRIMARY KEY(event, number)){CLUSTERED}
        """,
        """
        CREATE TABLE access(
            event {BLOB} NOT NULL, class BIGINT NOT NULL, hall BIGINT NOT NULL,
            gate BIGINT NOT NULL, nbf BIGINT NOT NULL, exp BIGINT NOT NULL,
            PRIMARY KEY(event, class, hall, gate, nbf),
            FOREIGN KEY(event, class) REFERENCES access_class(event, number),
            FOREIGN KEY(event, hall) REFERENCES hall(event, number)){CLUSTERED}
        """,
        """
        CREATE TABLE manifest(
            event {BLOB} NOT NULL REFERENCES event(id), version BIGINT NOT NULL,
            revision BIGINT NOT NULL, created BIGINT NOT NULL, bytes BIGINT NOT NULL,
            tickets BIGINT NOT NULL, codes BIGINT NOT NULL, envelope {BLOB} NOT NULL,
            PRIMARY KEY(event, version)){CLUSTERED}
        """,
    ]

    private static let ticketTables = [
        """
        CREATE TABLE ticket(
            event {BLOB} NOT NULL, id {BLOB} NOT NULL, class BIGINT NOT NULL,
            status BIGINT NOT NULL, paid BIGINT NOT NULL, gen BIGINT NOT NULL,
            gen_time BIGINT NOT NULL, reprint BIGINT NOT NULL, uses_max BIGINT NOT NULL,
            reentry BIGINT NOT NULL, methods BIGINT NOT NULL, nbf BIGINT, exp BIGINT,
            seat TEXT NOT NULL, reference TEXT, issued BIGINT NOT NULL, issued_by {BLOB},
            PRIMARY KEY(event, id), UNIQUE(id),
            FOREIGN KEY(event, class) REFERENCES access_class(event, number)){CLUSTERED}
        """,
        """
        CREATE UNIQUE INDEX ticket_reference ON ticket(event, reference)
            WHERE reference IS NOT NULL
        """,
        // Every generation keeps its code, so that an old print is known to be superseded.
        """
        CREATE TABLE ticket_code(
            event {BLOB} NOT NULL, h {BLOB} NOT NULL, ticket {BLOB} NOT NULL,
            kind BIGINT NOT NULL, gen BIGINT NOT NULL, status BIGINT NOT NULL,
            PRIMARY KEY(event, h)){CLUSTERED}
        """,
        """
        CREATE TABLE ticket_change(
            ticket {BLOB} NOT NULL REFERENCES ticket(id), number BIGINT NOT NULL,
            changed BIGINT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, api_key {BLOB},
            PRIMARY KEY(ticket, number)){CLUSTERED}
        """,
    ]

    private static let accessTables = [
        """
        CREATE TABLE api_key(
            hash {BLOB} PRIMARY KEY, id {BLOB} NOT NULL UNIQUE, name TEXT NOT NULL,
            scopes BIGINT NOT NULL, device TEXT, created BIGINT NOT NULL, expires BIGINT,
            revoked BIGINT)
        """,
        """
        CREATE TABLE idempotency(
            scope {BLOB} NOT NULL, key TEXT NOT NULL, fingerprint {BLOB} NOT NULL,
            claim {BLOB} NOT NULL, lease BIGINT NOT NULL, expires BIGINT NOT NULL, status BIGINT,
            media_type TEXT, body {BLOB}, PRIMARY KEY(scope, key))
        """,
        "CREATE INDEX idempotency_expires ON idempotency(expires)",
    ]

    private static let deviceTables = [
        """
        CREATE TABLE device(
            name TEXT PRIMARY KEY, label TEXT NOT NULL, hall BIGINT NOT NULL,
            gate BIGINT NOT NULL, created BIGINT NOT NULL, epoch BIGINT, revoked BIGINT,
            quarantined BIGINT)
        """,
        """
        CREATE TABLE device_key(
            device TEXT NOT NULL REFERENCES device(name), epoch BIGINT NOT NULL,
            sign {BLOB} NOT NULL UNIQUE, box {BLOB} NOT NULL, enrolled BIGINT NOT NULL,
            PRIMARY KEY(device, epoch)){CLUSTERED}
        """,
    ]

    private static let logTables = [
        """
        CREATE TABLE log_head(
            device TEXT NOT NULL, epoch BIGINT NOT NULL, next BIGINT NOT NULL,
            head {BLOB} NOT NULL, updated BIGINT NOT NULL, audited BIGINT NOT NULL,
            PRIMARY KEY(device, epoch),
            FOREIGN KEY(device, epoch) REFERENCES device_key(device, epoch)){CLUSTERED}
        """,
        // What was signed, apart from what reconciliation reads, which so stays small.
        """
        CREATE TABLE log_record(
            device TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
            payload {BLOB} NOT NULL, sig {BLOB} NOT NULL, received BIGINT NOT NULL,
            PRIMARY KEY(device, epoch, seq)){CLUSTERED}
        """,
        """
        CREATE TABLE log_entry(
            event {BLOB} NOT NULL, device TEXT NOT NULL, epoch BIGINT NOT NULL,
            seq BIGINT NOT NULL, kind BIGINT NOT NULL, code BIGINT, detail TEXT, ticket {BLOB},
            gen BIGINT, form BIGINT, dir TEXT, flags BIGINT, t BIGINT NOT NULL,
            u BIGINT NOT NULL, hall BIGINT NOT NULL, gate BIGINT NOT NULL, lane BIGINT NOT NULL,
            ref BIGINT, result TEXT, standing BIGINT NOT NULL,
            PRIMARY KEY(event, device, epoch, seq)){CLUSTERED}
        """,
        """
        CREATE TABLE log_fork(
            device TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
            link {BLOB} NOT NULL, envelope {BLOB} NOT NULL, received BIGINT NOT NULL,
            PRIMARY KEY(device, epoch, seq, link)){CLUSTERED}
        """,
    ]
}
