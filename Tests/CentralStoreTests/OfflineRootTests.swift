import CentralStore
import Foundation
import Sodium
import Testing
import TicketModel
import TrustFormat

/// Root keys in a drawer, and what their owners do with them.
private struct RootOwners {
    let keys: [SigningKey]

    init(_ count: UInt8, seed: UInt8 = 40) throws {
        keys = try (0..<count).map {
            try #require(SigningKey(seed: [UInt8](repeating: seed + $0, count: 32)))
        }
    }

    func set(_ threshold: Int) -> RootSet {
        RootSet(keys: keys.map(\.publicKey), threshold: threshold)
    }
}

/// Carries a proposal to some owners and gives what comes back.
private func signed(_ proposal: TrustProposal, by keys: [SigningKey]) throws -> Envelope {
    var carried = try TrustProposal(text: proposal.text)
    for key in keys { try carried.sign(with: key) }
    return try TrustProposal(text: carried.text).nextEnvelope
}

private func withOfflineCentral(
    _ roots: RootSet,
    _ body: (CentralData) async throws -> Void
) async throws {
    try await withFolder { folder in
        _ = try await CentralData.initialise(directory: folder, roots: roots, at: noon)
        let central = try await CentralData.open(directory: folder, at: noon)
        try await body(central)
        try central.close()
    }
}

@Suite("Root keys that are kept offline")
struct OfflineRootTests {
    @Test("nothing is in force before enough owners have signed; then reserves are known too")
    func first() async throws {
        let owners = try RootOwners(3)
        try await withOfflineCentral(owners.set(2)) { central in
            await #expect(throws: StoreError.trustAwaitsSignature) {
                try await central.keys.trust(at: noon)
            }
            let proposal = try await central.keys.proposal(at: noon)
            let one = try signed(proposal, by: [owners.keys[0], owners.keys[0]])
            await #expect(throws: StoreError.trustRefused(.envelope(.badSignature))) {
                try await central.keys.install(one, at: noon)
            }
            let two = try signed(proposal, by: [owners.keys[0], owners.keys[2]])
            let list = try await central.keys.install(two, at: noon)
            #expect(list.version == 1 && list.threshold == 2 && list.keys.count == 8)
            #expect(try await central.trustList() == list)
            #expect(try await central.signing(.fresh, at: noon) != nil)
            #expect(try await central.keys.trustStanding(at: noon).pending == [])
        }
    }

    @Test("an event's keys sign nothing until the list that names them is installed")
    func event() async throws {
        let owners = try RootOwners(1)
        try await withOfflineCentral(owners.set(1)) { central in
            let first = try await central.keys.proposal(at: noon)
            _ = try await central.keys.install(try signed(first, by: owners.keys), at: noon)
            let event = try await central.events.create(.concert(), at: noon)
            #expect(event.summary.awaitsSignature)
            await #expect(throws: StoreError.keysAwaitSignature) {
                try await central.keys.eventKeys(event.id, at: noon)
            }
            let order = TicketOrder(accessClass: ClassNumber(1))
            await #expect(throws: StoreError.keysAwaitSignature) {
                try await central.tickets.issue([order], event: event.id, by: nil, at: noon)
            }
            #expect(try await central.keys.trustStanding(at: noon).pending.count == 6)

            let proposal = try await central.keys.proposal(at: noon)
            _ = try await central.keys.install(try signed(proposal, by: owners.keys), at: noon)
            let ready = try await central.events.event(event.id)
            #expect(!ready.summary.awaitsSignature)
            #expect(ready.summary.revision > event.summary.revision)
            let issued = try await central.tickets.issue(
                [order],
                event: event.id,
                by: nil,
                at: noon
            )
            #expect(issued.count == 1)
        }
    }

    @Test("on the day, a reserve replaces a stolen key at once; the list that says so follows")
    func stolen() async throws {
        let owners = try RootOwners(1)
        try await withOfflineCentral(owners.set(1)) { central in
            let event = try await central.events.create(.concert(), at: noon).id
            let first = try await central.keys.proposal(at: noon)
            let list = try await central.keys.install(
                try signed(first, by: owners.keys),
                at: noon
            )
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let change = try await central.keys.revoke(old, at: noon + 60)
            #expect(change.version == nil)
            let now = try await central.keys.eventKeys(event, at: noon + 60).liveID
            #expect(now != old && list.key(now)?.isUsable(at: noon + 60) == true)
            #expect(try await central.trustList().key(old)?.revoked == nil)

            // A list that was drawn up before the theft would bring the key back.
            let later = try await central.keys.proposal(at: noon + 61)
            _ = try await central.keys.install(
                try signed(later, by: owners.keys),
                at: noon + 62
            )
            #expect(try await central.trustList().key(old)?.revoked == noon + 60)
        }
    }

    @Test("a list that misses a revocation, or that came too late, is refused")
    func stale() async throws {
        let owners = try RootOwners(1)
        try await withOfflineCentral(owners.set(1)) { central in
            let event = try await central.events.create(.concert(), at: noon).id
            let first = try await central.keys.proposal(at: noon)
            _ = try await central.keys.install(try signed(first, by: owners.keys), at: noon)
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let early = try signed(try await central.keys.proposal(at: noon), by: owners.keys)
            _ = try await central.keys.revoke(old, at: noon + 60)
            await #expect(throws: StoreError.trustRefused(.missesRevokedKey(old))) {
                try await central.keys.install(early, at: noon + 61)
            }
            let good = try await central.keys.proposal(at: noon + 62)
            _ = try await central.keys.install(try signed(good, by: owners.keys), at: noon + 63)
            await #expect(throws: StoreError.trustRefused(.version(expected: 3, found: 2))) {
                try await central.keys.install(early, at: noon + 64)
            }
        }
    }

    @Test("an installation moves to offline roots: the old root and enough new ones must sign")
    func move() async throws {
        let owners = try RootOwners(3)
        try await withCentral { central in
            await #expect(throws: StoreError.trustRefused(.rootIsOnline)) {
                try await central.keys.proposal(at: noon)
            }
            let before = try await central.trustList()
            try await central.keys.setRoots(owners.set(2))
            // Until then central goes on as it did.
            _ = try await central.events.create(.concert(), at: noon)
            let proposal = try await central.keys.proposal(at: noon)
            #expect(proposal.missing.current == 0 && proposal.missing.next == 2)
            let few = try signed(proposal, by: [owners.keys[1]])
            await #expect(throws: StoreError.trustRefused(.envelope(.badSignature))) {
                try await central.keys.install(few, at: noon)
            }
            let enough = try signed(proposal, by: [owners.keys[1], owners.keys[2]])
            let list = try await central.keys.install(enough, at: noon)
            #expect(central.keys.rootHash == TrustList.rootHash(of: owners.set(2).keys))
            // A gate that knew the old root believes the step, and all that follows it.
            let step = try #require(try await central.keys.trust(after: before.version, at: noon))
            #expect(try TrustList(Envelope(json: step.envelope), after: before) == list)
            let event = try await central.events.create(.concert(), at: noon)
            #expect(event.summary.awaitsSignature)
        }
    }

    @Test("a gate that slept through a change of roots is led through it, not past it")
    func sleeper() async throws {
        let owners = try RootOwners(1)
        let heirs = try RootOwners(1, seed: 90)
        try await withOfflineCentral(owners.set(1)) { central in
            let first = try await central.keys.proposal(at: noon)
            let old = try await central.keys.install(
                try signed(first, by: owners.keys),
                at: noon
            )
            try await central.keys.setRoots(heirs.set(1))
            let change = try await central.keys.proposal(at: noon)
            await #expect(throws: StoreError.trustRefused(.envelope(.badSignature))) {
                try await central.keys.install(try signed(change, by: heirs.keys), at: noon)
            }
            let both = try signed(change, by: owners.keys + heirs.keys)
            _ = try await central.keys.install(both, at: noon)
            _ = try await central.events.create(.concert(), at: noon)
            let later = try await central.keys.proposal(at: noon)
            _ = try await central.keys.install(try signed(later, by: heirs.keys), at: noon)

            var held = old
            var steps: [Int64] = []
            while let next = try await central.keys.trust(after: held.version, at: noon) {
                held = try TrustList(Envelope(json: next.envelope), after: held)
                steps.append(held.version)
            }
            #expect(steps == [2, 3])
            // Straight to the newest it would not have gone.
            let newest = try await central.keys.trust(at: noon)
            #expect(throws: EnvelopeError.badSignature) {
                try TrustList(Envelope(json: newest.envelope), after: old)
            }
        }
    }

    @Test("a stranger's key can neither sign a proposal nor be a root twice")
    func strangers() async throws {
        let owners = try RootOwners(2)
        let stranger = try RootOwners(1, seed: 99)
        try await withOfflineCentral(owners.set(2)) { central in
            var proposal = try await central.keys.proposal(at: noon)
            #expect(throws: TrustProposal.Fault.notARoot) {
                try proposal.sign(with: stranger.keys[0])
            }
            let twice = RootSet(
                keys: [owners.keys[0].publicKey, owners.keys[0].publicKey],
                threshold: 1
            )
            await #expect(throws: StoreError.self) { try await central.keys.setRoots(twice) }
            await #expect(throws: StoreError.self) {
                try await central.keys.setRoots(owners.set(3))
            }
        }
    }
}
