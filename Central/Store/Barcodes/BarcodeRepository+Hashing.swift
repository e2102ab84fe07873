import Database
import ManifestFormat
import TicketModel

extension BarcodeRepository {
    /// Barcodes that one round hashes: a few seconds of work, after which gates can know them.
    package static let roundMax = 64
    /// Slow hashes at once: each takes 16 MiB and a core.
    private static let hashedAtOnce = 2

    private struct Waiting: Sendable {
        let event: EventID
        let number: Int64
        let line: Int64
        let ticket: TicketID
        let sealed: [UInt8]
    }

    private struct Named: Sendable {
        let waiting: Waiting
        let sealed: [UInt8]
        let name: [UInt8]
    }

    /// Computes slow hashes that wait, up to ``roundMax``, and tells the manifest.
    ///
    /// Interrupted rounds leave nothing half done, and two processes that take the same barcodes
    /// only waste their time.
    ///
    /// - Returns: how many were hashed; 0 when none waits.
    package func hashWaiting() async throws(StoreError) -> Int {
        let waiting = try await database.snapshot { connection in
            try connection.rows(
                """
                SELECT event, import, line, ticket, sealed FROM imported_code WHERE state = 0
                ORDER BY event, import, line LIMIT ?
                """,
                [.number(Self.roundMax)]
            ) { row in
                Waiting(
                    event: try row.id(0),
                    number: try row.integer(1),
                    line: try row.integer(2),
                    ticket: try row.id(3),
                    sealed: try row.blob(4)
                )
            }
        }
        for event in Set(waiting.map(\.event)).sorted(by: { $0 < $1 }) {
            let named = try await named(waiting.filter { $0.event == event }, event)
            try await keep(named, event)
        }
        return waiting.count
    }

    private func named(
        _ waiting: [Waiting],
        _ event: EventID
    ) async throws(StoreError) -> [Named] {
        let vault = self.vault(of: event)
        let key = try await keys.barcodeKey(of: event)
        let parts = (0..<Self.hashedAtOnce).map { part in
            waiting.enumerated().filter { $0.offset % Self.hashedAtOnce == part }.map(\.element)
        }
        do {
            return try await withThrowingTaskGroup(of: [Named].self) { group in
                for part in parts {
                    group.addTask {
                        var named: [Named] = []
                        for item in part {
                            named.append(try Self.named(item, vault, key))
                            await Task.yield()
                        }
                        return named
                    }
                }
                var all: [Named] = []
                for try await part in group { all += part }
                return all
            }
        } catch { throw StoreError(error) }
    }

    private static func named(
        _ item: Waiting,
        _ vault: BarcodeVault,
        _ key: [UInt8]
    ) throws(StoreError) -> Named {
        guard let inner = vault.inner(of: try vault.open(item.sealed, of: item.ticket)) else {
            throw .file("no memory for a slow hash")
        }
        return Named(
            waiting: item,
            sealed: vault.seal(inner, of: item.ticket),
            name: BarcodeVault.name(ofInner: inner, key: key)
        )
    }

    private func keep(_ named: [Named], _ event: EventID) async throws(StoreError) {
        try await database.transaction { connection in
            try connection.run(
                "UPDATE event SET revision = revision + 1 WHERE id = ?",
                [.id(event)]
            )
            for item in named {
                // Nothing where another process was faster.
                let changed = try connection.run(
                    """
                    UPDATE imported_code SET state = 1, sealed = ?
                    WHERE event = ? AND import = ? AND line = ? AND state = 0
                    """,
                    [
                        .blob(item.sealed), .id(event), .integer(item.waiting.number),
                        .integer(item.waiting.line),
                    ]
                )
                guard changed == 1 else { continue }
                try connection.run(
                    TicketColumns.insertCode,
                    BarcodeDraft.codeValues(event, item.name, item.waiting.ticket)
                )
                try connection.run(
                    "UPDATE barcode_import SET hashed = hashed + 1 WHERE event = ? AND number = ?",
                    [.id(event), .integer(item.waiting.number)]
                )
            }
        }
    }
}
