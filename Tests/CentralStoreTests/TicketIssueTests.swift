import CentralStore
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Tickets are issued and found")
struct TicketIssueTests {
    @Test("a ticket gets what its class says, unless its order says otherwise")
    func defaults() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let orders = [
                TicketOrder(accessClass: ClassNumber(2), seat: "Row 7, Seat 12"),
                TicketOrder(
                    accessClass: ClassNumber(2),
                    reference: "ORDER-1",
                    isPaid: false,
                    usesMax: 5,
                    reentry: false,
                    methods: [.ownCode],
                    notBefore: noon,
                    expires: noon + 90
                ),
            ]
            let issued = try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            let first = try await central.tickets.ticket(try #require(issued.first).ticket.id)
            #expect(first == issued.first?.ticket)
            #expect(first.usesMax == 2 && first.reentry && first.methods == [.live, .paper])
            #expect(first.status == .valid && first.seat == "Row 7, Seat 12")
            let second = try await central.tickets.ticket(reference: "ORDER-1", event: event)
            #expect(second == issued.last?.ticket)
            #expect(second.usesMax == 5 && !second.reentry && second.methods == .ownCode)
            #expect(second.status == .unpaid && second.expires == noon + 90)
        }
    }

    @Test("its PAPER token verifies with the key that the trust list names")
    func paper() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let credentials = try #require(issued.first?.credentials)
            let text = Array(credentials.paper.text.utf8)
            guard case .token(let token) = ScannedCode(text) else {
                Issue.record("no token")
                return
            }
            let key = try #require(try await central.trustList().key(token.fields.keyID))
            #expect(key.role == .paper)
            let verified = try #require(token.verified(by: key.key, event: event))
            #expect(verified.fields.ticket == issued.first?.ticket.id)
            #expect(key.isUsable(at: verified.fields.startTime))
        }
    }

    @Test("it is found by its code as printed or as typed, and by its link")
    func lookUps() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 3)
            let wanted = try #require(issued.last)
            let code = wanted.credentials.ownCode
            let typed = code.grouped.lowercased()
            for text in [code.text, typed] {
                let found = try await central.tickets.ticket(ownCode: text, event: event)
                #expect(found == wanted.ticket)
            }
            #expect(
                try await central.tickets.ticket(link: wanted.credentials.link) == wanted.ticket
            )
        }
    }

    @Test("a code of another event, a changed link or SQL in a code finds nothing")
    func notFound() async throws {
        try await withCentral { central in
            let (event, issued) = try await central.concert(tickets: 1)
            let other = try await central.events.create(.concert(), at: noon).id
            let one = try #require(issued.first)
            let code = one.credentials.ownCode.text
            var link = one.credentials.link
            link.removeLast()
            let texts = ["", "x", "' OR 1=1 --", String(repeating: "X", count: 5000), "\0\0\0\0"]
            for text in texts {
                await #expect(throws: StoreError.notFound(.ticket)) {
                    try await central.tickets.ticket(ownCode: text, event: event)
                }
                await #expect(throws: StoreError.notFound(.ticket)) {
                    try await central.tickets.ticket(link: text)
                }
                await #expect(throws: StoreError.notFound(.ticket)) {
                    try await central.tickets.ticket(reference: text, event: event)
                }
            }
            for bad in [link, link + "A", link + "B"] where bad != one.credentials.link {
                await #expect(throws: StoreError.notFound(.ticket)) {
                    try await central.tickets.ticket(link: bad)
                }
            }
            await #expect(throws: StoreError.notFound(.ticket)) {
                try await central.tickets.ticket(ownCode: code, event: other)
            }
        }
    }

    @Test("one wrong order among many issues none, and says which")
    func allOrNone() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var orders = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: 50
            )
            orders[7].seat = String(repeating: "é", count: 33)
            orders[8].accessClass = ClassNumber(77)
            orders[9].methods = []
            orders[10].notBefore = noon
            orders[10].expires = noon
            let error = await #expect(throws: StoreError.self) {
                try await central.tickets.issue(orders, event: event, by: nil, at: noon)
            }
            guard case .invalid(let values) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(values.map(\.pointer) == ["/7/seat", "/8/class", "/9/methods", "/10/exp"])
            let page = try await central.tickets.list(event: event, limit: 100)
            #expect(page.items.isEmpty)
            #expect(try await central.events.event(event).summary.revision == 1)
        }
    }

    @Test("none, too many, or for an unknown event: refused")
    func bounds() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let many = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: StoreLimits.issueMax + 1
            )
            for orders in [[], many] {
                await #expect(throws: StoreError.self) {
                    try await central.tickets.issue(orders, event: event, by: nil, at: noon)
                }
            }
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.tickets.issue(
                    [TicketOrder(accessClass: ClassNumber(1))],
                    event: EventID(high: 3, low: 3),
                    by: nil,
                    at: noon
                )
            }
        }
    }

    @Test("a reference is taken once in an event, whoever comes first")
    func references() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let other = try await central.events.create(.concert(), at: noon).id
            let order = TicketOrder(accessClass: ClassNumber(1), reference: "'; DELETE FROM ticket")
            _ = try await central.tickets.issue([order], event: event, by: nil, at: noon)
            _ = try await central.tickets.issue([order], event: other, by: nil, at: noon)
            let fresh = TicketOrder(accessClass: ClassNumber(1), reference: "new")
            await #expect(throws: StoreError.referencesTaken(["'; DELETE FROM ticket"])) {
                try await central.tickets.issue([fresh, order], event: event, by: nil, at: noon)
            }
            await #expect(throws: StoreError.notFound(.ticket)) {
                try await central.tickets.ticket(reference: "new", event: event)
            }
        }
    }

    @Test("two sellers at once: both get all their tickets")
    func twoSellers() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let orders = [TicketOrder](
                repeating: TicketOrder(accessClass: ClassNumber(1)),
                count: 300
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        _ = try await central.tickets.issue(
                            orders,
                            event: event,
                            by: nil,
                            at: noon
                        )
                    }
                }
                try await group.waitForAll()
            }
            var seen: Set<TicketID> = []
            var cursor: TicketID?
            repeat {
                let page = try await central.tickets.list(event: event, after: cursor, limit: 500)
                seen.formUnion(page.items.map(\.id))
                cursor = page.next
            } while cursor != nil
            #expect(seen.count == 1200)
            #expect(try await central.events.event(event).summary.revision == 5)
        }
    }
}
