import Database
package import ManifestFormat
import Sodium
package import TicketModel

/// Barcodes that other systems printed: imported as lists, each with a ticket of its own.
package struct BarcodeRepository: Sendable {
    private static let columns = "number, created, class, fold, slow, codes, hashed, warnings"

    let database: any Database
    let keys: KeyRing
    let tickets: TicketRepository

    /// What a row of `imported_code` holds; raw values are stored.
    enum CodeState: Int64 {
        /// Sealed bytes that wait for their slow hash; no gate knows the barcode.
        case waiting = 0
        /// Sealed bytes or, of a slow import, the sealed inner hash.
        case named = 1
    }

    /// Takes a list of barcodes over, all or none, and issues a ticket for each.
    ///
    /// - Parameters:
    ///   - cells: 1 to ``StoreLimits/issueMax``.
    ///   - accessClass: of the tickets, where their cell says nothing.
    /// - Throws: `.invalid` with a pointer and line for every cell that is refused;
    ///   `.notFound(.event)`; `.referencesTaken`.
    package func add(
        _ cells: [BarcodeCell],
        accessClass: ClassNumber,
        fold: ImportRule.Fold,
        event: EventID,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> MadeImport {
        guard (1...StoreLimits.issueMax).contains(cells.count) else {
            throw .invalid([InvalidValue("", "must hold 1 to \(StoreLimits.issueMax) barcodes")])
        }
        let details = try await database.snapshot { try EventRepository.event(event, $0).details }
        let check = try BarcodeCheck(cells, fold: fold)
        let vault = self.vault(of: event)
        let tags = check.folded.map { vault.tag(of: $0) }
        try await refuseKnown(cells, tags, event)
        let entropy = BarcodeEntropy(of: check.folded)
        let draft = BarcodeDraft(
            cells: cells,
            folded: check.folded,
            tags: tags,
            rule: check.rule(entropy),
            warnings: check.warnings(entropy),
            accessClass: accessClass,
            author: author,
            now: now,
            vault: vault,
            barcodeKey: try await keys.barcodeKey(of: event)
        )
        let classes = Dictionary(details.classes.map { ($0.number, $0) }) { first, _ in first }
        let orders = cells.map { cell in
            let number = cell.accessClass ?? accessClass
            return TicketOrder(
                accessClass: number,
                seat: cell.seat,
                reference: cell.reference,
                methods: (classes[number]?.methods ?? .standard).union(.imported)
            )
        }
        let issued: [TicketID]
        do throws(StoreError) {
            issued = try await tickets.issue(orders, event: event, by: author, at: now) {
                connection,
                tickets in
                try draft.keep(tickets.map(\.id), connection)
            }.map(\.ticket.id)
        } catch .referencesTaken([]) {
            throw .invalid([InvalidValue("", "one of the barcodes was imported meanwhile")])
        }
        let number = try await database.snapshot { connection in
            try connection.first(
                "SELECT import FROM imported_code WHERE event = ? AND tag = ?",
                [.id(event), .blob(tags[0])]
            ) { try $0.integer(0) }
        }
        guard let summary = try await list(event: event).first(where: { $0.number == number })
        else { throw .notFound(.event) }
        return MadeImport(summary: summary, tickets: issued)
    }

    /// The imports of an event, the last one first.
    package func list(event: EventID) async throws(StoreError) -> [BarcodeImport] {
        try await database.snapshot { connection in
            _ = try EventRepository.event(event, connection)
            return try connection.rows(
                """
                SELECT \(Self.columns) FROM barcode_import WHERE event = ? ORDER BY number DESC
                """,
                [.id(event)],
                Self.read
            )
        }
    }

    /// The ticket of an imported barcode, as it was printed.
    ///
    /// - Throws: `.notFound(.ticket)`.
    package func ticket(
        barcode: [UInt8],
        event: EventID
    ) async throws(StoreError) -> StoredTicket {
        let vault = self.vault(of: event)
        let tags = ImportRule.Fold.allCases.map { vault.tag(of: $0.apply(barcode)) }
        return try await database.snapshot { connection in
            for tag in tags {
                let id = try connection.first(
                    "SELECT ticket FROM imported_code WHERE event = ? AND tag = ?",
                    [.id(event), .blob(tag)]
                ) { row -> TicketID in try row.id(0) }
                if let id { return try TicketColumns.ticket(id, connection) }
            }
            throw StoreError.notFound(.ticket)
        }
    }

    func vault(of event: EventID) -> BarcodeVault {
        BarcodeVault(
            event: event,
            masterKey: keys.vault.masterKey,
            codeSecret: keys.seasonKeys.codeSecret
        )
    }

    private func refuseKnown(
        _ cells: [BarcodeCell],
        _ tags: [[UInt8]],
        _ event: EventID
    ) async throws(StoreError) {
        let known = try await database.snapshot { connection in
            var known: [Int] = []
            for (index, tag) in tags.enumerated() {
                let isKnown = try connection.first(
                    "SELECT 1 FROM imported_code WHERE event = ? AND tag = ?",
                    [.id(event), .blob(tag)]
                ) { _ in true }
                if isKnown == true { known.append(index) }
            }
            return known
        }
        var checker = Checker()
        for index in known {
            let cell = cells[index]
            checker.require(false, cell.pointer, "line \(cell.line): was imported before")
        }
        try checker.finish()
    }

    private static func read(_ row: any SQLRow) throws -> BarcodeImport {
        BarcodeImport(
            number: try row.integer(0),
            created: try row.time(1),
            accessClass: try row.numbered(2),
            rule: ImportRule(
                fold: try row.parsed(3, try row.text(3)) { ImportRule.Fold(rawValue: $0) },
                isSlow: try row.flag(4)
            ),
            codes: try row.number(5),
            hashed: try row.number(6),
            warnings: try row.text(7).split(separator: "\n").map(String.init)
        )
    }
}
