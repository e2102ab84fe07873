import CentralStore
import Foundation
import Sodium
import Testing
import TicketModel
import TokenFormat

/// Two phones of one guest, as they name themselves.
let blackPhone = DeviceTag(name: "black phone 0001")
let redPhone = DeviceTag(name: "red phone 000002")

@Suite("Codes for a phone without a network")
struct PackTests {
    /// The tokens of a pack, as a gate reads them.
    private func tokens(of codes: OfflineCodes) throws -> [UnverifiedToken] {
        let pack = try #require(OfflinePack(head: codes.head, signatures: codes.signatures))
        return try pack.tokens.map { try #require(UnverifiedToken(bytes: $0.bytes)) }
    }

    private func wish(
        _ phone: DeviceTag?,
        minutes: Int? = nil,
        mayMove: Bool = false
    ) throws -> PackWish {
        PackWish(
            device: try #require(phone),
            minutes: minutes,
            mayMove: mayMove,
            isByLink: true
        )
    }

    @Test("a pack holds a good PREISSUED token for every minute from the doors' opening on")
    func pack() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let ticket = try #require(issued.first).ticket
            // Doors open two hours before the event's start, so an hour ago.
            let pack = try await central.tickets.pack(
                ticket.id,
                try wish(blackPhone),
                by: nil,
                at: noon
            )
            let key = try await central.keys.eventKeys(event).live.publicKey
            let tokens = try tokens(of: pack.codes)
            #expect(tokens.count == 360 && pack.codes.signatures.count == 360 * 64)
            #expect(pack.codes.head.count == 30)
            for (index, token) in tokens.enumerated() {
                #expect(token.verified(by: key, event: event) != nil)
                #expect(token.fields.flags == .preissued && token.fields.life == .minute)
                #expect(token.fields.ticket == ticket.id && token.fields.generation.number == 0)
                #expect(token.fields.start == pack.codes.start + UInt32(60 * index))
            }
            #expect(pack.codes.start.isMultiple(of: 60))
            #expect(pack.codes.starts <= noon && noon < pack.codes.starts + .seconds(60))
            #expect(pack.ticket.hold?.packUntil == pack.codes.ends)
        }
    }

    @Test("twelve hours are the most, and no pack outlives its ticket")
    func length() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            let longest = try await central.tickets.pack(
                id,
                try wish(blackPhone, minutes: 720),
                by: nil,
                at: noon
            )
            #expect(longest.codes.count == 720)
            for minutes in [0, 721] {
                await #expect(throws: StoreError.self) {
                    try await central.tickets.pack(
                        id,
                        try wish(blackPhone, minutes: minutes),
                        by: nil,
                        at: noon
                    )
                }
            }
            // The concert ends five hours after noon; its keys are good for twelve more.
            let last = try await central.tickets.pack(
                id,
                try wish(blackPhone),
                by: nil,
                at: noon + 16 * 60
            )
            #expect(last.codes.count <= 61)
            await #expect(throws: StoreError.refused(.over)) {
                try await central.tickets.pack(
                    id,
                    try wish(blackPhone),
                    by: nil,
                    at: noon + 17 * 60
                )
            }
        }
    }

    @Test("days before the event a pack starts when the doors open")
    func early() async throws {
        try await withCentral { central in
            var details = EventDetails.concert()
            details.starts = noon + 3 * 1440
            details.ends = noon + 3 * 1440 + 240
            details.windows[1].notBefore = details.starts
            details.windows[1].expires = details.ends
            let event = try await central.events.create(details, at: noon).id
            let orders = [TicketOrder(accessClass: ClassNumber(1))]
            let issued = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            let pack = try await central.tickets.pack(
                try #require(issued.first).ticket.id,
                try wish(blackPhone),
                by: nil,
                at: noon
            )
            #expect(pack.codes.starts > details.starts - .seconds(2 * 3600 + 60))
            #expect(pack.codes.starts <= details.starts - .seconds(2 * 3600))
        }
    }

    @Test("the same phone gets the same codes again; another one only if it may, and the first die")
    func onePhone() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let old = try #require(issued.first)
            let id = old.ticket.id
            let first = try await central.tickets.pack(id, try wish(blackPhone), by: nil, at: noon)
            let revision = try await central.events.event(event).summary.revision
            let again = try await central.tickets.pack(id, try wish(blackPhone), by: nil, at: noon)
            #expect(again.codes == first.codes)
            #expect(try await central.events.event(event).summary.revision == revision)
            await #expect(throws: StoreError.refused(.heldElsewhere)) {
                try await central.tickets.pack(id, try wish(redPhone), by: nil, at: noon)
            }
            #expect(try await central.tickets.ticket(id).generation == Generation(0))
            let moved = try await central.tickets.pack(
                id,
                try wish(redPhone, mayMove: true),
                by: nil,
                at: noon
            )
            #expect(moved.ticket.generation == Generation(1))
            #expect(moved.codes.head[27] == 1)
            #expect(try await central.events.event(event).summary.revision == revision + 1)
            // The link is the holder's, whatever phone it is opened on.
            #expect(try await central.tickets.ticket(link: old.credentials.link) == moved.ticket)
            #expect(try await central.tickets.history(id).last?.change == .move)
        }
    }

    @Test("a pack that is over binds nobody: the next phone gets its own without a new generation")
    func over() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            _ = try await central.tickets.pack(
                id,
                try wish(blackPhone, minutes: 10),
                by: nil,
                at: noon
            )
            let next = try await central.tickets.pack(
                id,
                try wish(redPhone),
                by: nil,
                at: noon + 11
            )
            #expect(next.ticket.generation == Generation(0))
            #expect(next.ticket.hold?.device == redPhone)
        }
    }

    @Test("a link that goes from phone to phone cannot use up a ticket's generations")
    func moves() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            for turn in 0...StoreLimits.movesMax {
                let phone = turn.isMultiple(of: 2) ? blackPhone : redPhone
                let pack = try await central.tickets.pack(
                    id,
                    try wish(phone, mayMove: true),
                    by: nil,
                    at: noon
                )
                #expect(Int(pack.ticket.generation.number) == turn)
            }
            await #expect(throws: StoreError.refused(.tooManyMoves)) {
                try await central.tickets.pack(
                    id,
                    try wish(redPhone, mayMove: true),
                    by: nil,
                    at: noon
                )
            }
            // The shop is not counted, and a reissue starts anew.
            var shop = try wish(redPhone, mayMove: true)
            shop.isByLink = false
            _ = try await central.tickets.pack(id, shop, by: nil, at: noon)
            #expect(try await central.tickets.change(id, .reissue, by: nil, at: noon).moves == 0)
        }
    }

    @Test("no pack for a ticket that may not enter, or not with codes made ahead")
    func refused() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            let studio = try await central.tickets.issue(
                [TicketOrder(accessClass: ClassNumber(2))],
                event: event,
                by: nil,
                at: noon
            )
            await #expect(throws: StoreError.refused(.methodNotAllowed)) {
                try await central.tickets.pack(
                    try #require(studio.first).ticket.id,
                    try wish(blackPhone),
                    by: nil,
                    at: noon
                )
            }
            let steps: [(TicketChange, MintRefusal)] = [
                (.block, .blocked), (.revoke, .revoked),
            ]
            for (change, refusal) in steps {
                try await central.tickets.change(id, change, by: nil, at: noon)
                await #expect(throws: StoreError.refused(refusal)) {
                    try await central.tickets.pack(id, try wish(blackPhone), by: nil, at: noon)
                }
            }
        }
    }
}
