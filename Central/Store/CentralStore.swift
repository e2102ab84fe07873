/// What central keeps, and the only way to it.
///
/// Everything hangs on ``CentralData``: `CentralData.initialise` makes the directory once,
/// `CentralData.open` opens it; then use its parts:
///
/// | part | type | what it does |
/// |---|---|---|
/// | `events` | ``EventRepository`` | create, get, list, update; halls, gates, classes, windows |
/// | `tickets` | ``TicketRepository`` | issue, find, list, change, history, codes, LIVE tokens |
/// | `apiKeys` | ``APIKeyRepository`` | create, authenticate, list, revoke |
/// | `idempotency` | ``IdempotencyStore`` | begin, finish, abandon, purge |
/// | `devices` | ``DeviceRepository`` | register, enrol, list, revoke; statements, sealed secrets |
/// | `logs` | ``LogRepository`` | ingest uploads, receipts, stream entries, attendance |
/// | `manifests` | ``ManifestRepository`` | pending, build, latest, file path |
/// | `keys` | ``KeyRing`` | event keys, trust list, time statements |
///
/// Rules that hold for all of them:
/// - Every method is `async` and throws `StoreError` and nothing else. ``StoreError`` says what to
///   answer; only `.database` and `.file` are faults of this machine.
/// - Time comes in as a value (`at`), never from a clock.
/// - `by` is the API key that asked; `nil` stands for the command line.
/// - Limits stand in ``StoreLimits``.
/// - A change that a gate would see raises the event's revision in the same transaction;
///   ``ManifestRepository/pending()`` names the events whose manifest is behind.
package enum CentralStore {}
