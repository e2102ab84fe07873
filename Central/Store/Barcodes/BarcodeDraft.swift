import Database
import ManifestFormat
import TicketModel

/// An import that was checked, ready to be written with its tickets.
struct BarcodeDraft: Sendable {
    let cells: [BarcodeCell]
    let folded: [[UInt8]]
    let tags: [[UInt8]]
    let rule: ImportRule
    let warnings: [String]
    let accessClass: ClassNumber
    let author: APIKeyID?
    let now: Timestamp
    let vault: BarcodeVault
    let barcodeKey: [UInt8]

    /// Writes the import; where the hash is fast, gates can know its barcodes at once.
    func keep(_ tickets: [TicketID], _ connection: any SQLConnection) throws {
        let event = vault.event
        let number = try connection.first(
            "SELECT coalesce(max(number), 0) + 1 FROM barcode_import WHERE event = ?",
            [.id(event)]
        ) { try $0.integer(0) }
        guard let number else { throw StoreError.notFound(.event) }
        try connection.run(
            """
            INSERT INTO barcode_import(event, number, created, api_key, class, fold, slow, codes,
                hashed, warnings) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(event), .integer(number), .time(now), .optional(author),
                .number(accessClass), .text(rule.fold.rawValue), .flag(rule.isSlow),
                .number(cells.count), .number(rule.isSlow ? 0 : cells.count),
                .text(warnings.joined(separator: "\n")),
            ]
        )
        let state: BarcodeRepository.CodeState = rule.isSlow ? .waiting : .named
        try connection.runBatch(
            """
            INSERT INTO imported_code(event, import, line, ticket, tag, state, sealed)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            """,
            tickets.indices.map { index in
                [
                    .id(event), .integer(number), .number(index + 1), .id(tickets[index]),
                    .blob(tags[index]), .integer(state.rawValue),
                    .blob(vault.seal(folded[index], of: tickets[index])),
                ]
            }
        )
        guard !rule.isSlow else { return }
        let names = folded.map { BarcodeHash.hash(of: $0, event: event, key: barcodeKey) }
        try connection.runBatch(
            TicketColumns.insertCode,
            zip(names, tickets).sorted { $0.0.lexicographicallyPrecedes($1.0) }.map {
                Self.codeValues(event, $0, $1)
            }
        )
    }

    /// A code row of an imported barcode: it belongs to the ticket's first generation, so that
    /// whatever supersedes the ticket's codes supersedes the print too.
    static func codeValues(_ event: EventID, _ name: [UInt8], _ ticket: TicketID) -> [SQLValue] {
        [
            .id(event), .blob(name), .id(ticket), .number(CodeForm.imported.rawValue),
            .integer(0), .number(TicketStatus.valid.rawValue),
        ]
    }
}
