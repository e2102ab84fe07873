import CentralStore
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("What can happen to a ticket")
struct TicketChangeTests {
    @Test("a ticket is blocked, freed, unpaid, paid and revoked, and its history tells")
    func story() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            let clerk = APIKeyID(high: 7, low: 7)
            let steps: [(TicketChange, TicketStatus)] = [
                (.block, .blocked), (.markUnpaid, .blocked), (.unblock, .unpaid),
                (.markPaid, .valid), (.revoke, .revoked),
            ]
            for (index, (change, status)) in steps.enumerated() {
                let ticket = try await central.tickets.change(
                    id,
                    change,
                    reason: "step \(index)",
                    by: clerk,
                    at: noon + index
                )
                #expect(ticket.status == status)
                #expect(try await central.tickets.ticket(id) == ticket)
            }
            let history = try await central.tickets.history(id)
            #expect(history.map(\.change) == [nil] + steps.map { $0.0 })
            #expect(history.map(\.reason) == [""] + steps.indices.map { "step \($0)" })
            #expect(history.map(\.number) == [0, 1, 2, 3, 4, 5])
            #expect(history.first?.by == nil && history.last?.by == clerk)
            #expect(history.last?.time == noon + 4)
            #expect(try await central.events.event(event).summary.revision == 7)
        }
    }

    @Test("nothing brings a revoked ticket back", arguments: TicketChange.allCases)
    func revoked(_ change: TicketChange) async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            try await central.tickets.change(id, .revoke, by: nil, at: noon)
            if change == .revoke {
                let again = try await central.tickets.change(id, .revoke, by: nil, at: noon)
                #expect(again.status == .revoked)
            } else {
                await #expect(throws: StoreError.impossibleChange(change, from: .revoked)) {
                    try await central.tickets.change(id, change, by: nil, at: noon)
                }
            }
            #expect(try await central.tickets.history(id).count == 2)
            #expect(try await central.events.event(event).summary.revision == 3)
        }
    }

    @Test("what is so already raises no revision")
    func noChange() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            for change in [TicketChange.markPaid, .unblock] {
                try await central.tickets.change(id, change, by: nil, at: noon)
            }
            #expect(try await central.events.event(event).summary.revision == 2)
        }
    }

    @Test("a reissue brings new codes, kills the link, and keeps the old code known")
    func reissue() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let old = try #require(issued.first)
            let id = old.ticket.id
            let ticket = try await central.tickets.change(id, .reissue, by: nil, at: noon + 5)
            let new = try await central.tickets.credentials(of: ticket)
            #expect(ticket.generation == Generation(1))
            #expect(new.ownCode != old.credentials.ownCode)
            #expect(new.paper.fields.generation == Generation(1))
            #expect(new.paper.fields.start == (noon + 5).tokenSeconds)
            #expect(!new.paper.fields.flags.contains(.reprint))
            #expect(try await central.tickets.credentials(of: ticket) == new)
            await #expect(throws: StoreError.notFound(.ticket)) {
                try await central.tickets.ticket(link: old.credentials.link)
            }
            #expect(try await central.tickets.ticket(link: new.link) == ticket)
            for code in [old.credentials.ownCode, new.ownCode] {
                let found = try await central.tickets.ticket(ownCode: code.text, event: event)
                #expect(found == ticket)
            }
            let reprint = try await central.tickets.change(id, .reprint, by: nil, at: noon + 6)
            let paper = try await central.tickets.credentials(of: reprint).paper
            #expect(paper.fields.flags.contains(.reprint))
        }
    }

    @Test("after 255 reissues there is no further one")
    func exhausted() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            for _ in 0..<255 {
                try await central.tickets.change(id, .reissue, by: nil, at: noon)
            }
            await #expect(throws: StoreError.generationsExhausted) {
                try await central.tickets.change(id, .reissue, by: nil, at: noon)
            }
            #expect(try await central.tickets.ticket(id).generation == Generation(255))
        }
    }

    @Test("two clerks reissue at once: two generations, none lost")
    func twoClerks() async throws {
        try await withCentral { central in
            let (_, issued) = try await central.concert(tickets: 1)
            let id = try #require(issued.first).ticket.id
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await central.tickets.change(id, .reissue, by: nil, at: noon)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await central.tickets.ticket(id).generation == Generation(20))
            #expect(try await central.tickets.history(id).count == 21)
        }
    }

    @Test("an unknown ticket cannot be changed")
    func unknown() async throws {
        try await withCentral { central in
            await #expect(throws: StoreError.notFound(.ticket)) {
                try await central.tickets.change(
                    TicketID(high: 1, low: 1),
                    .revoke,
                    by: nil,
                    at: noon
                )
            }
        }
    }

    @Test("a LIVE token starts now, lives a minute, and is signed by the live key")
    func live() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let ticket = try #require(issued.first).ticket
            let token = try await central.tickets.liveToken(for: ticket, at: noon)
            let unverified = try #require(UnverifiedToken(bytes: token.bytes))
            let key = try #require(try await central.trustList().key(token.fields.keyID))
            #expect(key.role == .live)
            #expect(unverified.verified(by: key.key, event: event) != nil)
            #expect(token.fields.start == noon.tokenSeconds)
            #expect(token.fields.life == .minute)
        }
    }

    @Test("no LIVE token for a ticket that would be refused, with the reason")
    func refusedLive() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let orders = [
                TicketOrder(accessClass: ClassNumber(1), isPaid: false),
                TicketOrder(accessClass: ClassNumber(1)),
                TicketOrder(accessClass: ClassNumber(1)),
                TicketOrder(accessClass: ClassNumber(1), methods: [.paper]),
                TicketOrder(accessClass: ClassNumber(1), expires: noon + 10),
            ]
            let issued = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            var tickets = issued.map(\.ticket)
            tickets[1] = try await central.tickets.change(tickets[1].id, .revoke, by: nil, at: noon)
            tickets[2] = try await central.tickets.change(tickets[2].id, .block, by: nil, at: noon)
            let reasons: [MintRefusal] = [.unpaid, .revoked, .blocked, .methodNotAllowed, .over]
            for (ticket, reason) in zip(tickets, reasons) {
                await #expect(throws: StoreError.refused(reason)) {
                    try await central.tickets.liveToken(for: ticket, at: noon + 10)
                }
            }
            let (_, late) = try await central.concert(tickets: 1)
            let end = noon + 300 + KeyRing.eventGrace
            let ticket = try #require(late.first).ticket
            _ = try await central.tickets.liveToken(for: ticket, at: end - .milliseconds(1))
            await #expect(throws: StoreError.refused(.over)) {
                try await central.tickets.liveToken(for: ticket, at: end)
            }
        }
    }
}
