import CentralStore
import Foundation
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Keys and the trust list")
struct KeyTests {
    @Test("a new installation vouches for one key of every role, signed by its root")
    func first() async throws {
        try await withCentral { central in
            let list = try await central.trustList()
            #expect(list.version == 1)
            let roles = Set(list.keys.map(\.role))
            #expect(roles == [.manifest, .fresh, .deviceCA, .receipt])
            #expect(list.keys.count == 4)
            #expect(list.logBox == central.keys.logBox.publicKey)
            #expect(list.keys.allSatisfy { $0.isUsable(at: noon) })
        }
    }

    @Test("an event brings a live, a paper and a cred key and the next version")
    func event() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let list = try await central.trustList()
            #expect(list.version == 2)
            let keys = try await central.keys.eventKeys(event)
            let live = try #require(list.key(keys.liveID))
            let paper = try #require(list.key(keys.paperID))
            #expect(live.role == .live && live.event == event)
            #expect(paper.role == .paper && paper.event == event)
            let cred = try #require(list.key(keys.credID))
            #expect(cred.role == .cred && cred.event == event)
            #expect(Set([live.key, paper.key, cred.key]).count == 3)
            #expect(live.expires == noon + 300 + KeyRing.eventGrace)
            #expect(live.isUsable(at: Timestamp(seconds: noon.tokenSeconds ?? 0)))
            #expect(!live.isUsable(at: live.expires))
        }
    }

    @Test("an event that ends later keeps its keys for longer")
    func longer() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            var details = EventDetails.concert()
            details.ends = noon + 600
            _ = try await central.events.update(event, details, at: noon)
            let list = try await central.trustList()
            let keys = try await central.keys.eventKeys(event)
            #expect(list.version == 3)
            #expect(list.key(keys.liveID)?.expires == noon + 600 + KeyRing.eventGrace)
        }
    }

    @Test("the trust list is renewed before it runs out, and not sooner")
    func renewal() async throws {
        try await withCentral { central in
            let first = try await central.keys.trust(at: noon)
            let later = try await central.keys.trust(at: noon + .seconds(29 * 86_400))
            #expect(later == first)
            let renewed = try await central.keys.trust(at: noon + .seconds(31 * 86_400))
            #expect(renewed.version == first.version + 1)
            #expect(renewed.expires > first.expires)
        }
    }

    @Test("keys that central signs with are replaced in time, and old ones stay known")
    func season() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let early = try await CentralData.open(directory: folder, at: noon)
            let old = try #require(try await early.signing(.receipt, at: noon))
            try early.close()
            let nextYear = noon + .seconds(380 * 86_400)
            let central = try await CentralData.open(directory: folder, at: nextYear)
            // Gates get time to learn the new key before anything is signed with it.
            #expect(try await central.signing(.receipt, at: nextYear) == old)
            let later = nextYear + KeyRing.overlapStandard
            let new = try #require(try await central.signing(.receipt, at: later))
            #expect(new != old)
            let trust = try await central.keys.trust(at: nextYear)
            let list = try TrustList(
                Envelope(json: trust.envelope),
                pinnedTo: central.keys.rootHash
            )
            let receipts = list.keys(for: .receipt, at: nextYear)
            #expect(Set(receipts.map(\.keyID)) == [old, new])
        }
    }

    @Test("the keys of many events all have ids of their own")
    func uniqueness() async throws {
        try await withCentral { central in
            for _ in 0..<20 { _ = try await central.events.create(.concert(), at: noon) }
            let list = try await central.trustList()
            #expect(Set(list.keys.map(\.key.keyID)).count == 64)
        }
    }

    @Test("the time is signed for the nonce that asked, with the newest versions")
    func time() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            _ = try await central.manifests.build(event, at: noon)
            let nonce = Sodium.randomBytes(16)
            let envelope = try await central.keys.timeStatement(
                nonce: nonce,
                event: event,
                at: noon
            )
            let keys = try await central.trustList().keys(for: .fresh, at: noon)
            let statement = try FreshStatement(envelope, by: keys)
            #expect(statement.nonce == nonce)
            #expect(statement.time == noon)
            #expect(statement.manifest == 1)
            #expect(statement.trust == 2)
            await #expect(throws: StoreError.self) {
                try await central.keys.timeStatement(nonce: [1], event: event, at: noon)
            }
        }
    }

    @Test("an unknown event has no keys")
    func unknown() async throws {
        try await withCentral { central in
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.keys.eventKeys(EventID(high: 1, low: 2))
            }
        }
    }
}
