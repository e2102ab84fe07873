import CentralStore
import Testing
import TicketModel

@Suite("API keys and repeated requests")
struct AccessTests {
    @Test("a key opens what it was made for, until it is revoked")
    func keys() async throws {
        try await withCentral { central in
            let made = try await central.apiKeys.create(name: "Shop", scopes: .issue, at: noon)
            let bearer = try #require(try await central.apiKeys.authenticate(made.text, at: noon))
            #expect(bearer == made.info)
            #expect(bearer.scopes.allow(.issue))
            #expect(!bearer.scopes.allow(.admin) && !bearer.scopes.allow(.read))
            try await central.apiKeys.revoke(made.info.id, at: noon + 1)
            #expect(try await central.apiKeys.authenticate(made.text, at: noon + 1) == nil)
            try await central.apiKeys.revoke(made.info.id, at: noon + 9)
            let listed = try await central.apiKeys.list(limit: 10).items
            #expect(listed.first { $0.id == made.info.id }?.revoked == noon + 1)
        }
    }

    @Test("admin may issue and read, but is no gate")
    func implied() {
        #expect(Scopes.admin.allow([.issue, .read, .admin]))
        #expect(!Scopes.admin.allow(.gate))
    }

    @Test("a key with an end is good up to it")
    func expiry() async throws {
        try await withCentral { central in
            let made = try await central.apiKeys.create(
                name: "Temporary",
                scopes: .read,
                expires: noon + 5,
                at: noon
            )
            let text = made.text
            #expect(try await central.apiKeys.authenticate(text, at: noon + 4) != nil)
            #expect(try await central.apiKeys.authenticate(text, at: noon + 5) == nil)
        }
    }

    @Test("anything else is nobody's key")
    func strangers() async throws {
        try await withCentral { central in
            let made = try await central.apiKeys.create(name: "Shop", scopes: .read, at: noon)
            let texts = [
                "", "stile_", "' OR 1=1 --", made.text.lowercased() + "x", made.text + "A",
                String(made.text.dropFirst()), String(repeating: "stile_", count: 100_000),
            ]
            for text in texts {
                #expect(try await central.apiKeys.authenticate(text, at: noon) == nil)
            }
            await #expect(throws: StoreError.notFound(.apiKey)) {
                try await central.apiKeys.revoke(APIKeyID(high: 1, low: 1), at: noon)
            }
            await #expect(throws: StoreError.self) {
                try await central.apiKeys.create(name: "", scopes: [], at: noon)
            }
        }
    }

    private let shop = APIKeyID(high: 1, low: 1)
    private let answer = StoredAnswer(status: 201, mediaType: "application/json", body: [1, 2])

    @Test("a repeated request gets the first one's answer")
    func replay() async throws {
        try await withCentral { central in
            let store = central.idempotency
            let first = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon)
            guard case .work(let claim) = first else {
                Issue.record("no claim")
                return
            }
            await #expect(throws: StoreError.idempotencyInFlight) {
                try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon)
            }
            try await store.finish(claim, with: answer)
            let again = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon + 5)
            #expect(again == .replay(answer))
            await #expect(throws: StoreError.idempotencyConflict) {
                try await store.begin(scope: shop, key: "k", fingerprint: [2], at: noon)
            }
            let other = APIKeyID(high: 2, low: 2)
            let elsewhere = try await store.begin(
                scope: other,
                key: "k",
                fingerprint: [2],
                at: noon
            )
            guard case .work = elsewhere else {
                Issue.record("keys of two shops met")
                return
            }
        }
    }

    @Test("many at once under one key: one works, the others wait")
    func race() async throws {
        try await withCentral { central in
            let shop = shop
            let workers = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            let decision = try await central.idempotency.begin(
                                scope: shop,
                                key: "k",
                                fingerprint: [1],
                                at: noon
                            )
                            if case .work = decision { return 1 }
                            return 0
                        } catch StoreError.idempotencyInFlight { return 0 } catch { return 100 }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(workers == 1)
        }
    }

    @Test("work that failed may be tried again; a worker that vanished loses its claim")
    func abandoned() async throws {
        try await withCentral { central in
            let store = central.idempotency
            let first = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon)
            guard case .work(let claim) = first else { return }
            try await store.abandon(claim)
            let later = noon + IdempotencyStore.lease
            let second = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon)
            let third = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: later)
            guard case .work(let lost) = second, case .work(let taken) = third else {
                Issue.record("no claims")
                return
            }
            await #expect(throws: StoreError.idempotencyInFlight) {
                try await store.finish(lost, with: answer)
            }
            try await store.finish(taken, with: answer)
        }
    }

    @Test("answers are kept for a day, then purged")
    func purge() async throws {
        try await withCentral { central in
            let store = central.idempotency
            for index in 0..<1200 {
                let decision = try await store.begin(
                    scope: shop,
                    key: "k\(index)",
                    fingerprint: [1],
                    at: noon
                )
                guard index == 0, case .work(let claim) = decision else { continue }
                try await store.finish(claim, with: answer)
            }
            let end = noon + IdempotencyStore.life
            #expect(try await store.purge(at: end - .milliseconds(1)) == 0)
            let expired = try await store.begin(scope: shop, key: "k0", fingerprint: [9], at: end)
            guard case .work = expired else {
                Issue.record("an old answer was repeated")
                return
            }
            #expect(try await store.purge(at: end) == 1199)
        }
    }

    @Test("an issue and its answer are kept together or not at all")
    func atomicAnswer() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let order = TicketOrder(accessClass: ClassNumber(1), reference: "R")
            let store = central.idempotency
            let first = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: noon)
            let later = noon + IdempotencyStore.lease
            let second = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: later)
            guard case .work(let lost) = first, case .work(let held) = second else { return }
            let answer = answer
            await #expect(throws: StoreError.idempotencyInFlight) {
                try await central.tickets.issue(
                    [order],
                    event: event,
                    by: shop,
                    at: later,
                    answer: IdempotentAnswer(claim: lost) { _ in answer }
                )
            }
            let none = try await central.tickets.list(event: event, limit: 9).items
            #expect(none.isEmpty)
            let issued = try await central.tickets.issue(
                [order],
                event: event,
                by: shop,
                at: later,
                answer: IdempotentAnswer(claim: held) { issued in
                    StoredAnswer(
                        status: 201,
                        mediaType: "text/plain",
                        body: issued.first?.ticket.id.bytes ?? []
                    )
                }
            )
            let replay = try await store.begin(scope: shop, key: "k", fingerprint: [1], at: later)
            guard case .replay(let kept) = replay else {
                Issue.record("no answer was kept")
                return
            }
            #expect(kept.body == issued.first?.ticket.id.bytes)
        }
    }
}
