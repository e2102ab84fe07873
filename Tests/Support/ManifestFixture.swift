import Foundation
import GRDB
package import ManifestFormat
package import Sodium
package import TicketModel
import TokenFormat
package import TrustFormat

/// Writes real manifest files, signed as central signs them.
package struct ManifestFixture: Sendable {
    package let venue: TestVenue
    package var version: Int64 = 1
    package var created = TestVenue.opening
    package var expires = TestVenue.opening + TestVenue.lifetime
    package var trustMin: Int64 = 1
    package var policy = GatePolicy()
    package var event: EventID
    package var tickets: [TicketRow] = []
    package var codes: [CodeRow] = []
    package var access: [AccessRow]
    /// What specimens are shown with.
    package var specimens: [Specimen: String] = [:]
    /// Run last, before the file is hashed: what an attacker would add.
    package var extraSQL: [String] = []

    package struct Signed: Sendable {
        package let metadata: ManifestMetadata
        package let envelope: Envelope
    }

    package init(_ venue: TestVenue) {
        self.venue = venue
        event = venue.event
        access = [
            AccessRow(
                accessClass: TestVenue.accessClass,
                hall: TestVenue.hall,
                gate: .any,
                notBefore: nil,
                expires: nil
            )
        ]
    }

    /// Adds tickets 0 ..< count, each with its own static code.
    package mutating func addTickets(_ count: Int) {
        for number in 0..<count {
            let ticket = row(venue.ticket(number))
            tickets.append(ticket)
            if let code = code(of: ticket.id) { codes.append(code) }
        }
    }

    /// A valid ticket that may use every kind of code.
    package func row(
        _ ticket: TicketID,
        status: TicketStatus = .valid,
        accessClass: ClassNumber = TestVenue.accessClass,
        generation: UInt8 = 0,
        usesMax: UInt16 = 1,
        reentry: Bool = false,
        holder: PublicKey? = nil
    ) -> TicketRow {
        TicketRow(
            id: ticket,
            accessClass: accessClass,
            status: status,
            generation: Generation(generation),
            notBefore: nil,
            expires: nil,
            usesMax: usesMax,
            reentry: reentry,
            methods: .all,
            home: TestVenue.gate,
            holder: holder?.bytes
        )
    }

    /// The row of a barcode that another system printed.
    package func code(
        imported barcode: String,
        of ticket: TicketID,
        rule: ImportRule = .exact
    ) -> CodeRow? {
        rule.name(of: Array(barcode.utf8), event: event, key: venue.barcodeKey).map { name in
            CodeRow(
                hash: name,
                ticket: ticket,
                kind: .imported,
                generation: Generation(0),
                status: .valid
            )
        }
    }

    package func code(of ticket: TicketID, status: TicketStatus = .valid) -> CodeRow? {
        venue.ownCode(ticket).map { code in
            CodeRow(
                hash: BarcodeHash.hash(
                    of: Array(code.text.utf8),
                    event: event,
                    key: venue.barcodeKey
                ),
                ticket: ticket,
                kind: .ownCode,
                generation: Generation(0),
                status: status
            )
        }
    }

    /// Everything the manifest holds, in the order of its tables and keys.
    package var rows: [ManifestRow] {
        meta + [ManifestRow(.accessClass, [.integer(7), .text("Stalls")])]
            + access.map(\.row)
            + tickets.sorted { $0.id < $1.id }.map(\.row)
            + codes.sorted { $0.hash.lexicographicallyPrecedes($1.hash) }.map(\.row)
    }

    /// Adds the specimens that every manifest of central has.
    package mutating func addSpecimens() {
        for specimen in Specimen.allCases {
            let ticket = specimen.row(of: event)
            tickets.append(ticket)
            if specimen == .barcode {
                if let code = code(of: ticket.id) { codes.append(code) }
                specimens[specimen] = venue.ownCode(ticket.id)?.text
            } else {
                specimens[specimen] = String(decoding: venue.paperCode(ticket.id), as: UTF8.self)
            }
        }
        access.append(
            AccessRow(
                accessClass: .specimen,
                hall: TestVenue.hall,
                gate: .any,
                notBefore: nil,
                expires: nil
            )
        )
    }

    /// The delta that leads here from what `old` holds; `file` is what gates download meanwhile.
    package func delta(from old: ManifestFixture, file: Signed) -> ManifestDelta {
        let held = Dictionary(old.rows.map { ($0.primaryKey, $0) }) { first, _ in first }
        let wanted = Dictionary(rows.map { ($0.primaryKey, $0) }) { first, _ in first }
        var changes = rows.filter { held[$0.primaryKey] != $0 }.map { ManifestChange.put($0) }
        for row in old.rows where wanted[row.primaryKey] == nil {
            changes.append(.delete(row.primaryKey))
        }
        return ManifestDelta(changes: changes, envelope: signed(over: file).envelope)
    }

    /// The metadata of this version while gates still download an older file.
    package func signed(over file: Signed) -> Signed {
        var content = ContentHash()
        for row in rows { content.add(row) }
        return signed(content: content.content, over: file.metadata)
    }

    /// The same for whoever has kept the content hash up to date.
    package func signed(content: [UInt8], over file: ManifestMetadata) -> Signed {
        sign(
            content: content,
            fileVersion: file.fileVersion,
            fileBytes: file.fileBytes,
            fileHash: file.fileHash
        )
    }

    /// Writes the file and signs what it holds.
    package func write(to path: String) throws -> Signed {
        let rows = rows
        var hash = ContentHash()
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
            try database.inTransaction {
                for table in ManifestSchema.tables { try database.execute(sql: table.sql) }
                for row in rows {
                    hash.add(row)
                    try database.cachedStatement(sql: ManifestSchema.insert(into: row.table))
                        .execute(arguments: StatementArguments(row.values.map(\.databaseValue)))
                }
                return .commit
            }
            for sql in extraSQL { try database.execute(sql: sql) }
        }
        try database.close()
        return try sign(path, content: hash.content)
    }

    /// Signs the file as it is.
    package func sign(_ path: String, content: [UInt8]) throws -> Signed {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return sign(
            content: content,
            fileVersion: version,
            fileBytes: Int64(bytes.count),
            fileHash: Hash.b2(32, bytes)
        )
    }

    private func sign(
        content: [UInt8],
        fileVersion: Int64,
        fileBytes: Int64,
        fileHash: [UInt8]
    ) -> Signed {
        let metadata = ManifestMetadata(
            event: event,
            version: version,
            created: created,
            staleAfter: created + .seconds(900),
            expires: expires,
            content: content,
            fileVersion: fileVersion,
            fileBytes: fileBytes,
            fileHash: fileHash,
            trustMin: trustMin,
            tickets: Int64(tickets.count),
            codes: Int64(codes.count)
        )
        let envelope = Envelope(
            .manifest,
            payload: metadata.payload,
            signedBy: [venue.manifest]
        )
        return Signed(metadata: metadata, envelope: envelope)
    }

    private var meta: [ManifestRow] {
        let fixed: [(GatePolicy.MetaKey, String)] = [
            (.schema, String(ManifestSchema.version)), (.event, event.hex),
            (.eventName, "Test event"),
        ]
        return (fixed + policy.meta).map { key, value in
            ManifestRow(.meta, [.text(key.rawValue), .text(value)])
        }
            + specimens.map { ManifestRow(.meta, [.text($0.key.metaKey), .text($0.value)]) }
            .sorted { $0.values.description < $1.values.description }
    }
}

extension ManifestValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
