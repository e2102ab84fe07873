import CentralStore
import Encodings
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

@Suite("Signing keys over the API", .timeLimit(.minutes(1)))
struct SigningKeyTests {
    private func trust(_ gate: Visitor, after held: TrustList) async throws -> TrustList? {
        let path = GateAPI.trust + "?after=\(held.version)"
        let reply = try await gate.get(path)
        guard reply.status != 304 else { return nil }
        try #require(reply.status == 200, "\(reply.text)")
        return try TrustList(Envelope(json: reply.body), after: held)
    }

    @Test("an administrator rotates a live key; gates learn it, then codes are signed with it")
    func rotation() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let gate = admin
            let held = try TrustList(
                Envelope(json: try await admin.get(GateAPI.trust).body),
                pinnedTo: house.rootHash
            )
            #expect(try await trust(gate, after: held) == nil)
            let rotation = SigningKeyAPI.Rotation(role: "live", event: event.id, overlapSeconds: 60)
            let reply = try await admin.post("/v1/signing-keys/rotate", rotation)
            #expect(reply.status == 200, "\(reply.text)")
            let change: SigningKeyAPI.Change = try reply.json()
            #expect(change.key.standing == "announced" && !change.awaitsSignature)
            let newer = try #require(try await trust(gate, after: held))
            #expect(newer.version == change.trust)

            let id = try #require(EventID(hex: event.id))
            let now = try await house.data.keys.eventKeys(id, at: house.clock.now).liveID
            #expect(Hex.encode(now.bytes) == change.signing)
            house.clock.pass(.seconds(60))
            let later = try await house.data.keys.eventKeys(id, at: house.clock.now).liveID
            #expect(Hex.encode(later.bytes) == change.key.kid)
        }
    }

    @Test("a revoked key is marked for gates, and a repeated request changes nothing more")
    func revocation() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let id = try #require(EventID(hex: event.id))
            let kid = try await house.data.keys.eventKeys(id, at: house.clock.now).liveID
            let path = "/v1/signing-keys/\(Hex.encode(kid.bytes))/revoke"
            let change: SigningKeyAPI.Change = try await admin.post(path).json()
            #expect(change.key.revoked == house.clock.now.milliseconds)
            #expect(change.signing != change.key.kid && change.signing != nil)
            house.clock.pass(.seconds(5))
            let again: SigningKeyAPI.Change = try await admin.post(path).json()
            #expect(again.key.revoked == change.key.revoked)
            let list: SigningKeyAPI.List = try await admin.get(
                "/v1/signing-keys?event=\(event.id)"
            ).json()
            #expect(list.keys.map(\.standing) == ["revoked", "signs", "signs", "signs"])
            #expect(list.trust.root == "online" && list.trust.pending.isEmpty)
        }
    }

    @Test("only administrators reach it, and nonsense is refused in words")
    func refusals() async throws {
        try await House.open { _, admin in
            let reader = try await admin.makeKey(["read"])
            #expect(try await reader.get("/v1/signing-keys").status == 403)
            let body = #"{"role":"live"}"#
            #expect(try await admin.post("/v1/signing-keys/rotate", body).status == 422)
            #expect(
                try await admin.post("/v1/signing-keys/rotate", #"{"role":"root"}"#).status == 422
            )
            #expect(try await admin.post("/v1/signing-keys/nothex/revoke").status == 404)
            #expect(try await admin.post("/v1/signing-keys/00000001/revoke").status == 404)
        }
    }

    @Test("a gate that waits is answered as soon as keys change", .timeLimit(.minutes(1)))
    func wait() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let id = try #require(EventID(hex: event.id))
            let held = try await house.data.keys.trust(at: house.clock.now).version
            let clock = ContinuousClock()
            let begin = clock.now
            async let answer = admin.get(GateAPI.trust + "?after=\(held)&wait=25")
            _ = try await house.data.keys.rotate(.live, event: id, at: house.clock.now)
            let reply = try await answer
            #expect(reply.status == 200)
            #expect(clock.now - begin < .seconds(5))
        }
    }
}
