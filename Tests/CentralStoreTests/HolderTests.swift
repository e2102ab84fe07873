import CentralStore
import Database
import DatabaseSQLite
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TokenFormat

@Suite("A phone that signs with a key of its own")
struct HolderTests {
    private struct Phone {
        let tag: DeviceTag
        let key: SigningKey

        init(_ tag: DeviceTag?) throws {
            self.tag = try #require(tag)
            key = try #require(SigningKey(seed: Sodium.randomBytes(32)))
        }

        func binding(
            _ ticket: StoredTicket,
            mayMove: Bool = false,
            generation: Generation? = nil
        ) -> HolderBinding {
            let message = HolderBinding.message(
                event: ticket.event,
                ticket: ticket.id,
                generation: generation ?? ticket.generation,
                holder: key.publicKey
            )
            return HolderBinding(
                device: tag,
                holder: key.publicKey,
                proof: key.signature(over: message),
                mayMove: mayMove,
                isByLink: true
            )
        }
    }

    @Test("binding raises the generation, names the key in the ticket, and signs a credential")
    func bind() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let ticket = try #require(issued.first).ticket
            let phone = try Phone(blackPhone)
            let bound = try await central.tickets.bind(
                ticket.id,
                phone.binding(ticket),
                by: nil,
                at: noon + 1
            )
            #expect(bound.ticket.generation == Generation(1))
            #expect(bound.ticket.hold?.holder == phone.key.publicKey)
            #expect(try await central.tickets.ticket(ticket.id) == bound.ticket)
            // PROTOCOL 3.4 and 3.3, byte by byte.
            let cred = try await central.keys.eventKeys(event).cred.publicKey
            let bytes = bound.credential
            #expect(bytes.count == 126 && bytes[0] == 4 && bytes[27] == 1)
            #expect(Array(bytes[2..<6]) == cred.keyID.bytes)
            #expect(Array(bytes[30..<62]) == phone.key.publicKey.bytes)
            let signature = try #require(Signature(bytes: bytes[62...]))
            let signed = Array("st1/cred\0".utf8) + event.bytes + bytes[..<62]
            #expect(cred.isValid(signature, over: signed))
            #expect(bound.head[0] == 3 && bound.head[26] == 4 && bound.head[27] == 1)
            #expect(Array(bound.head[28...]) == Array(phone.key.publicKey.keyID.bytes[..<2]))
            // The link alone shows nothing any more.
            await #expect(throws: StoreError.refused(.heldElsewhere)) {
                try await central.tickets.liveToken(for: bound.ticket, byLink: true, at: noon + 1)
            }
        }
    }

    @Test("a proof by another key, for another ticket or for a past generation binds nothing")
    func proof() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 2)
            let (ticket, other) = (issued[0].ticket, issued[1].ticket)
            let phone = try Phone(blackPhone)
            var stolen = phone.binding(ticket)
            stolen.holder = try Phone(redPhone).key.publicKey
            let wrong = [
                stolen, phone.binding(other), phone.binding(ticket, generation: Generation(1)),
            ]
            for binding in wrong {
                await #expect(throws: StoreError.badProof) {
                    try await central.tickets.bind(ticket.id, binding, by: nil, at: noon)
                }
            }
            let kept = try await central.tickets.ticket(ticket.id)
            #expect(kept.hold == nil && kept.generation == Generation(0))
        }
    }

    @Test("an answer that was lost can be asked for again, and is the same")
    func again() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let ticket = try #require(issued.first).ticket
            let binding = try Phone(blackPhone).binding(ticket)
            let tickets = central.tickets
            let first = try await tickets.bind(ticket.id, binding, by: nil, at: noon)
            let second = try await tickets.bind(ticket.id, binding, by: nil, at: noon + 5)
            #expect(first == second)
        }
    }

    @Test("on another phone the key is bound only if it may, and the first phone's codes die")
    func rebind() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let ticket = try #require(issued.first).ticket
            let (black, red) = (try Phone(blackPhone), try Phone(redPhone))
            let first = try await central.tickets.bind(
                ticket.id,
                black.binding(ticket),
                by: nil,
                at: noon
            )
            await #expect(throws: StoreError.refused(.heldElsewhere)) {
                try await central.tickets.bind(
                    ticket.id,
                    red.binding(first.ticket),
                    by: nil,
                    at: noon
                )
            }
            let second = try await central.tickets.bind(
                ticket.id,
                red.binding(first.ticket, mayMove: true),
                by: nil,
                at: noon
            )
            #expect(second.ticket.generation == Generation(2))
            #expect(second.ticket.hold?.holder == red.key.publicKey)
            // A pack on the first phone takes the ticket back, without a key.
            let wish = PackWish(device: black.tag, mayMove: true, isByLink: true)
            let pack = try await central.tickets.pack(ticket.id, wish, by: nil, at: noon)
            #expect(pack.ticket.generation == Generation(3))
            #expect(pack.ticket.hold?.holder == nil)
        }
    }

    @Test("the manifest names the holder's key")
    func manifest() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 2)
            let ticket = issued[0].ticket
            let phone = try Phone(blackPhone)
            _ = try await central.tickets.bind(ticket.id, phone.binding(ticket), by: nil, at: noon)
            let rows = try await central.ticketRows(of: event)
            #expect(rows[ticket.id]?.holder == phone.key.publicKey.bytes)
            #expect(rows[ticket.id]?.generation == Generation(1))
            #expect(rows[issued[1].ticket.id]?.holder == .some(nil))
        }
    }
}

extension CentralData {
    /// The tickets of an event's newest manifest, as gates read them.
    func ticketRows(of event: EventID) async throws -> [TicketID: TicketRow] {
        let tickets = try await manifestRows(of: event, .ticket).map {
            try #require(TicketRow($0))
        }
        return Dictionary(tickets.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The rows of one table of an event's newest manifest, built if something has changed.
    func manifestRows(
        of event: EventID,
        _ table: ManifestTable
    ) async throws -> [[ManifestValue]] {
        let path: String
        if let built = try await manifests.build(event, at: noon) {
            path = built.path
        } else {
            path = try await manifests.latest(event).path
        }
        let file = try SQLiteDatabase.openReadOnly(path)
        let rows = try await file.read { connection in
            let columns = table.columns.joined(separator: ",")
            return try connection.rows("SELECT \(columns) FROM \(table.rawValue)") {
                row -> [ManifestValue] in
                try row.values.map { value -> ManifestValue in
                    switch value {
                    case .null: .null
                    case .integer(let number): .integer(number)
                    case .text(let text): .text(text)
                    case .blob(let bytes): .blob(bytes)
                    case .real: throw DatabaseError.wrongType(column: 0)
                    }
                }
            }
        }
        try file.close()
        return rows
    }
}
