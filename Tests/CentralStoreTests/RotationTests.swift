import CentralStore
import Encodings
import Foundation
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Keys take over from one another")
struct RotationTests {
    @Test(
        "a new live key is listed, then signs after the overlap; the old one dies with its tokens"
    )
    func rotation() async throws {
        try await withCentral { central in
            var details = EventDetails.concert()
            details.ends = noon + .seconds(20 * 3600)
            let event = try await central.events.create(details, at: noon).id
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let change = try await central.keys.rotate(.live, event: event, at: noon + 60)
            #expect(change.version == 3)
            #expect(change.signing == old)
            #expect(change.key.standing == .announced)
            let list = try await central.trustList()
            let takeover = noon + 60 + KeyRing.overlapStandard
            #expect(list.key(change.key.id)?.isUsable(at: takeover) == true)
            // A pack that was made just before reaches twelve hours ahead, and no further.
            let expires = try #require(list.key(old)?.expires)
            #expect(expires > takeover + .seconds(12 * 3600))
            #expect(expires < takeover + .seconds(13 * 3600))

            let before = takeover - .milliseconds(1)
            #expect(try await central.keys.eventKeys(event, at: before).liveID == old)
            #expect(try await central.keys.eventKeys(event, at: takeover).liveID == change.key.id)
            #expect(try await central.keys.eventKeys(event, at: takeover).paperID != old)
            let standing = try await central.keys.list(event: event, at: takeover)
            #expect(standing.first { $0.id == old }?.standing == .retired)
        }
    }

    @Test("a later end of the event lengthens the key in use and not the one that was relieved")
    func extended() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let new = try await central.keys.rotate(.live, event: event, .after(.zero), at: noon)
            let cut = try #require(try await central.trustList().key(old)?.expires)
            var details = EventDetails.concert()
            details.ends = noon + .seconds(3 * 86_400)
            _ = try await central.events.update(event, details, at: noon + 10)
            let list = try await central.trustList()
            #expect(list.key(old)?.expires == cut)
            #expect(list.key(new.key.id)?.expires == details.ends + KeyRing.eventGrace)
        }
    }

    @Test("a revoked live key signs nothing more, and what it dated later is not believed")
    func revocation() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 1)
            let ticket = try #require(tickets.first).ticket
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let theft = noon + 90
            let change = try await central.keys.revoke(old, at: theft)
            let successor = try #require(change.signing)
            #expect(change.key.standing == .revoked && successor != old)
            let token = try await central.tickets.liveToken(for: ticket, at: theft)
            #expect(token.fields.keyID == successor)
            let list = try await central.trustList()
            #expect(list.key(old)?.isUsable(at: theft - .milliseconds(1)) == true)
            #expect(list.key(old)?.isUsable(at: theft) == false)
            // Asked again, the first instant stays.
            _ = try await central.keys.revoke(old, at: theft + 60)
            #expect(try await central.trustList().key(old)?.revoked == theft)
        }
    }

    @Test("a revoked paper key is good for nothing, and the same ticket gets a print that is good")
    func paper() async throws {
        try await withCentral { central in
            let (event, tickets) = try await central.concert(tickets: 1)
            let issued = try #require(tickets.first)
            let old = try await central.keys.eventKeys(event, at: noon).paperID
            _ = try await central.keys.revoke(old, at: noon + 60)
            let list = try await central.trustList()
            #expect(list.key(old)?.isUsable(at: noon) == false)
            let print = try await central.tickets.credentials(of: issued.ticket).paper
            let key = try #require(list.key(print.fields.keyID))
            #expect(key.role == .paper && key.event == event)
            #expect(key.isUsable(at: print.fields.startTime))
        }
    }

    @Test("a reserve is known to gates before it is needed, and steps in when the key is revoked")
    func reserve() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let old = try await central.keys.eventKeys(event, at: noon).liveID
            let reserve = try await central.keys.rotate(.live, event: event, .whenNeeded, at: noon)
            #expect(reserve.key.standing == .reserve && reserve.signing == old)
            let known = try await central.trustList()
            let change = try await central.keys.revoke(old, at: noon + 60)
            #expect(change.signing == reserve.key.id)
            #expect(known.key(reserve.key.id)?.isUsable(at: noon + 60) == true)
            #expect(try await central.keys.list(event: event, at: noon + 60).count == 4)
        }
    }

    @Test("another process signs with the new key too, without being told")
    func otherProcess() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            let server = try await CentralData.open(directory: folder, at: noon)
            let command = try await CentralData.open(directory: folder, at: noon)
            let (event, _) = try await server.concert(tickets: 0)
            let old = try await server.keys.eventKeys(event, at: noon).liveID
            _ = try await command.keys.revoke(old, at: noon + 1)
            #expect(try await server.keys.eventKeys(event, at: noon + 1).liveID != old)
            let receipts = try #require(try await server.signing(.receipt, at: noon))
            _ = try await command.keys.revoke(receipts, at: noon + 2)
            #expect(try await server.signing(.receipt, at: noon + 2) != receipts)
        }
    }

    @Test("the key for sealed evidence is replaced, and old evidence can still be opened")
    func logBox() async throws {
        try await withCentral { central in
            let sealed = central.keys.logBox.publicKey.seal([1, 2, 3])
            let old = central.keys.logBox.publicKey
            _ = try await central.keys.rotateLogBox(at: noon + 60)
            let list = try await central.trustList()
            _ = try await central.keys.list(event: nil, at: noon)
            _ = try await central.keys.timeStatement(
                nonce: Sodium.randomBytes(16),
                event: EventID(high: 0, low: 1),
                at: noon
            )
            #expect(list.logBox != old)
            #expect(central.keys.logBox.publicKey == list.logBox)
            #expect(central.keys.openEvidence(sealed) == [1, 2, 3])
        }
    }

    @Test("what makes no sense is refused: a role without its event, an event of another role")
    func wrong() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            await #expect(throws: StoreError.self) {
                try await central.keys.rotate(.live, event: nil, at: noon)
            }
            await #expect(throws: StoreError.self) {
                try await central.keys.rotate(.manifest, event: event, at: noon)
            }
            let unknown = EventID(high: 7, low: 7)
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.keys.rotate(.live, event: unknown, at: noon)
            }
            await #expect(throws: StoreError.notFound(.signingKey)) {
                try await central.keys.revoke(KeyID(1), at: noon)
            }
        }
    }
}
