import CentralService
import CentralStore
import Encodings
import Foundation
import HTTPTypes
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TrustFormat
import VenueAPI

@Suite("Manifests over HTTP")
struct ManifestTests {
    @Test("built on demand, signed, and not built again while nothing changes")
    func build() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(10, to: event.id)
            let path = "/v1/events/\(event.id)/manifest"
            let built: AdminAPI.Manifest = try await admin.post(path).json()
            #expect(built.tickets == 10)
            let again: AdminAPI.Manifest = try await admin.send(.post, path).json()
            #expect(again == built)
            _ = try await admin.post("/v1/tickets/\(tickets[0].id)/revoke")
            let next: AdminAPI.Manifest = try await admin.post(path).json()
            #expect(next.version > built.version)

            let current = try await house.data.keys.trust(at: House.start)
            let trust = try TrustList(
                try Envelope(json: current.envelope),
                pinnedTo: house.rootHash
            )
            let metadata = try ManifestMetadata(
                try #require(next.metadata.envelope),
                by: trust.keys(for: .manifest, at: House.start)
            )
            let file = try await admin.get("/v1/gate/events/\(event.id)/manifest")
            #expect(file.status == 200)
            #expect(file.body.count == metadata.fileBytes)
            #expect(Hash.b2(32, file.body) == metadata.fileHash)
            #expect(file.headers[.eTag] == "\"\(metadata.version)\"")
        }
    }

    @Test("a broken download goes on where it broke; what is known is not sent again")
    func ranges() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            _ = try await admin.issue(50, to: event.id)
            _ = try await admin.post("/v1/events/\(event.id)/manifest")
            let path = "/v1/gate/events/\(event.id)/manifest"
            let whole = try await admin.get(path)
            let size = whole.body.count
            let tag = try #require(whole.headers[.eTag])
            let cases: [(String, Range<Int>)] = [
                ("bytes=0-99", 0..<100), ("bytes=100-", 100..<size),
                ("bytes=-10", size - 10..<size),
                ("bytes=\(size - 1)-999999999", size - 1..<size),
            ]
            for (range, wanted) in cases {
                let part = try await admin.get(path, headers: ["Range": range])
                #expect(part.status == 206, "\(range)")
                #expect(part.body == Array(whole.body[wanted]), "\(range)")
                let last = wanted.upperBound - 1
                #expect(
                    part.headers[.contentRange] == "bytes \(wanted.lowerBound)-\(last)/\(size)"
                )
            }
            for range in ["bytes=5-4", "lines=1-2", "bytes=0-1,4-5", "bytes=x-", "bytes"] {
                #expect(try await admin.get(path, headers: ["Range": range]).status == 200)
            }
            for range in ["bytes=\(size)-", "bytes=-0"] {
                let reply = try await admin.get(path, headers: ["Range": range])
                #expect(reply.status == 416, "\(range)")
                _ = try reply.problem()
            }
            let known = try await admin.get(path, headers: ["If-None-Match": "\"0\", \(tag)"])
            #expect(known.status == 304)
            #expect(known.body.isEmpty)
            let stale = try await admin.get(
                path,
                headers: ["Range": "bytes=0-9", "If-Range": "\"0\""]
            )
            #expect(stale.status == 200)
            let same = try await admin.get(path, headers: ["Range": "bytes=0-9", "If-Range": tag])
            #expect(same.status == 206)
        }
    }

    @Test("metadata: newest at once, 304 when there is none newer, an event that is none is 404")
    func metadata() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let built: AdminAPI.Manifest =
                try await admin.post("/v1/events/\(event.id)/manifest").json()
            let path = "/v1/gate/events/\(event.id)/manifest/meta"
            let newest = try await admin.get(path)
            #expect(newest.status == 200)
            #expect(try newest.json(EnvelopeBody.self) == built.metadata)
            #expect(try await admin.get("\(path)?after=\(built.version)").status == 304)
            #expect(try await admin.get("\(path)?after=\(built.version - 1)").status == 200)
            for query in ["after=-1", "after=x", "wait=26", "wait=-1", "wait=x"] {
                #expect(try await admin.get("\(path)?\(query)").status == 422, "\(query)")
            }
            let nobody = String(repeating: "0", count: 32)
            let none = try await admin.get("/v1/gate/events/\(nobody)/manifest/meta?wait=5")
            #expect(none.status == 404)
        }
    }

    @Test("a gate that waits hears of a change as soon as it is built")
    func longPoll() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let built: AdminAPI.Manifest =
                try await admin.post("/v1/events/\(event.id)/manifest").json()
            let path = "/v1/gate/events/\(event.id)/manifest/meta?after=\(built.version)&wait=20"
            let clock = ContinuousClock()
            let started = clock.now
            async let waiting = admin.get(path)
            _ = try await admin.issue(1, to: event.id)
            let reply = try await waiting
            #expect(reply.status == 200)
            #expect(clock.now - started < .seconds(10))
            #expect(try reply.json(EnvelopeBody.self) != built.metadata)
        }
    }

    @Test("a delta over HTTP: the changed ticket and the new metadata; clear words for the rest")
    func delta() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(5, to: event.id)
            let path = "/v1/gate/events/\(event.id)/manifest/delta"
            #expect(try await admin.get("\(path)?from=1").status == 404)
            let built: AdminAPI.Manifest =
                try await admin.post("/v1/events/\(event.id)/manifest").json()
            _ = try await admin.post("/v1/tickets/\(tickets[0].id)/revoke")
            let next: AdminAPI.Manifest =
                try await admin.post("/v1/events/\(event.id)/manifest").json()
            let reply = try await admin.get("\(path)?from=\(built.version)")
            #expect(reply.status == 200)
            #expect(reply.headers[.contentType] == "application/x-ndjson")
            var reader = DeltaReader()
            try reader.append(reply.body)
            let delta = try reader.finish()
            let id = try #require(TicketID(hex: tickets[0].id))
            #expect(delta.changes.map(\.key.values) == [[.blob(id.bytes)]])
            #expect(EnvelopeBody(delta.envelope) == next.metadata)
            let current = try await admin.get("\(path)?from=\(next.version)")
            var rest = DeltaReader()
            try rest.append(current.body)
            #expect(try rest.finish().changes.isEmpty)
            for query in ["from=\(next.version + 1)", "from=0", "from=x", ""] {
                #expect(try await admin.get("\(path)?\(query)").status == 422, "\(query)")
            }
        }
    }

    @Test("specimens can be fetched for printing, by whoever may read")
    func specimens() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/specimens"
            let specimens: EventAPI.Specimens = try await admin.get(path).json()
            #expect(
                specimens.items.map(\.kind) == ["valid", "revoked", "hall", "unpaid", "barcode"]
            )
            #expect(
                specimens.items.map(\.expected)
                    == ["SUCCESS", "REVOKED", "WRONG_HALL", "UNPAID", "SUCCESS"]
            )
            #expect(specimens.items.allSatisfy { !$0.code.isEmpty })
            #expect(try await admin.with(key: nil).get(path).status == 401)
        }
    }

    @Test("secrets come sealed to the gate that asks, and only once it has enrolled")
    func secrets() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let gate = try await TestGate(admin)
            let path = "/v1/gate/events/\(event.id)/manifest/secrets"
            #expect(try await gate.visitor.get(path).status == 404)
            _ = try await gate.enrol()
            let sealed: GateAPI.SealedSecrets = try await gate.visitor.get(path).json()
            let id = try #require(EventID(hex: event.id))
            let expected = try await house.data.keys.eventKeys(id).barcodeKey
            #expect(try gate.opened(sealed.barcodeKey) == expected)
            let wallet = try #require(sealed.walletKey)
            #expect(try gate.opened(wallet) == (try await house.data.keys.walletKey(id)))
        }
    }
}
