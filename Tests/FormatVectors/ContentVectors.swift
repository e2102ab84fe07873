import Encodings
import ManifestFormat
import Sodium
import TicketModel

extension VectorFile {
    /// The content hash of a manifest that grows and shrinks row by row.
    static var contentHash: VectorFile {
        var hash = ContentHash()
        var steps = [step("empty", nil, hash)]
        for row in ContentVectorRows.all {
            hash.add(row)
            steps.append(step("add", row, hash))
        }
        // Rows leave in another order than they came in, down to nothing.
        for row in ContentVectorRows.all.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            hash.remove(row)
            steps.append(step("remove", row, hash))
        }
        return VectorFile(
            name: "content-hash.json",
            note: "PROTOCOL 5.1: the content hash after each step.",
            lists: [("steps", steps)]
        )
    }

    private static func step(
        _ name: String,
        _ row: ManifestRow?,
        _ hash: ContentHash
    ) -> JSONValue {
        var members: [JSONValue.Member] = [.init("step", .string(name))]
        if let row {
            members += [
                .init("table", .string(row.table.rawValue)),
                .init("row", .array(row.values.map(value))),
                .init("row_key", .string(Hex.encode(row.key))),
            ]
        }
        members += [
            .init("rows", .integer(Int64(hash.rows))),
            .init("content", .string(Hex.encode(hash.content))),
        ]
        return .object(members)
    }

    private static func value(_ value: ManifestValue) -> JSONValue {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .text(let text): .string(text)
        case .blob(let bytes): .object([.init("hex", .string(Hex.encode(bytes)))])
        }
    }
}

/// Rows of every table, with the values that are easily encoded wrongly.
private enum ContentVectorRows {
    static var all: [ManifestRow] {
        let ticket = Fixed.ticket("ticket")
        return [
            ManifestRow(.meta, [.text("event_name"), .text("Fête – 東京 🎟")]),
            ManifestRow(.meta, [.text("empty"), .text("")]),
            ManifestRow(.accessClass, [.integer(65535), .text("Specimen")]),
            ManifestRow(
                .access,
                [.integer(1), .integer(2), .integer(0), .integer(-1), .integer(0)]
            ),
            TicketRow(
                id: ticket,
                accessClass: ClassNumber(1),
                status: .valid,
                generation: Generation(0),
                notBefore: nil,
                expires: Timestamp(milliseconds: 1_798_800_000_000),
                usesMax: 65535,
                reentry: true,
                methods: .all,
                home: GateNumber(12),
                holder: Fixed.key("holder").publicKey.bytes
            ).row,
            CodeRow(
                hash: Array(Fixed.seed("code").prefix(16)),
                ticket: ticket,
                kind: .ownCode,
                generation: Generation(255),
                status: .spare
            ).row,
        ]
    }
}
