import CentralService
import CentralStore
import Encodings
import EntryLogFormat
import Foundation
import HTTPTypes
import ManifestFormat
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

@Suite("What gates call")
struct GateTests {
    @Test("a gate enrols, and everything it is given verifies from the pinned root")
    func enrolment() async throws {
        try await House.open { house, admin in
            let gate = try await TestGate(admin)
            let enrolled = try await gate.enrol()
            let trust = try TrustList(
                try #require(enrolled.trust.envelope),
                pinnedTo: house.rootHash
            )
            let statement = try DeviceStatement(
                try #require(enrolled.statement.envelope),
                by: trust.keys(for: .deviceCA, at: House.start)
            )
            #expect(statement.device.text == gate.name)
            #expect(statement.epoch == 0)
            #expect(statement.sign == gate.key.publicKey)
            let receipt = try Receipt(
                try #require(enrolled.receipt.envelope),
                by: trust.keys(for: .receipt, at: House.start)
            )
            #expect(receipt.next == 0)
            let again = try await gate.enrol()
            #expect(again.statement.payload == enrolled.statement.payload)
            let list: PageBody<AdminAPI.Gate> = try await admin.get("/v1/gates").json()
            #expect(list.items.map(\.epoch) == [0])
        }
    }

    @Test("a gate that cannot prove its keys is not enrolled")
    func wrongProof() async throws {
        try await House.open { _, admin in
            let gate = try await TestGate(admin)
            var body = gate.enrolment
            body.nonce = Base64.encodeURL(Sodium.randomBytes(16))
            let reply = try await gate.visitor.post(GateAPI.enrol, body)
            #expect(reply.status == 422)
            #expect(try reply.problem().errors?.first?.pointer == "/pop")
            body.sign = "short"
            #expect(try await gate.visitor.post(GateAPI.enrol, body).status == 422)
            #expect(try await admin.post(GateAPI.enrol, gate.enrolment).status == 403)
        }
    }

    @Test("the trust list has its version as ETag")
    func trust() async throws {
        try await House.open { _, admin in
            let gate = try await TestGate(admin)
            let first = try await gate.visitor.get(GateAPI.trust)
            let tag = try #require(first.headers[.eTag])
            let same = try await gate.visitor.get(GateAPI.trust, headers: ["If-None-Match": tag])
            #expect(same.status == 304)
            _ = try await admin.makeEvent()
            let next = try await gate.visitor.get(GateAPI.trust, headers: ["If-None-Match": tag])
            #expect(next.status == 200)
        }
    }

    @Test("time is signed for whoever asks, with the newest versions")
    func time() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let nonce = Sodium.randomBytes(16)
            let anyone = admin.with(key: nil)
            let asked = GateAPI.TimeRequest(nonce: Base64.encodeURL(nonce), event: event.id)
            let reply = try await anyone.post(GateAPI.time, asked)
            #expect(reply.status == 200, "\(reply.text)")
            let trust = try await gateTrust(house)
            let fresh = try FreshStatement(
                try Envelope(json: reply.body),
                by: trust.keys(for: .fresh, at: House.start)
            )
            #expect(fresh.nonce == nonce)
            #expect(fresh.time == House.start)
            #expect(fresh.trust == trust.version)
            for (nonce, event) in [("!", event.id), ("AAAA", event.id), (asked.nonce, "x")] {
                let wrong = GateAPI.TimeRequest(nonce: nonce, event: event)
                let reply = try await anyone.post(GateAPI.time, wrong)
                #expect(reply.status == 422, "\(reply.text)")
                _ = try reply.problem()
            }
        }
    }

    @Test("records come in once, however often they are sent; gaps and forks are told apart")
    func upload() async throws {
        try await House.open { house, admin in
            let event = try await admin.makeEvent()
            let ticket = try #require(try await admin.issue(1, to: event.id).first)
            var gate = try await TestGate(admin)
            _ = try await gate.enrol()
            let records = try await gate.records(
                3,
                event: event.id,
                evidence: admin.liveToken(ticket.id)
            )
            let trust = try await gateTrust(house)
            for _ in 0..<2 {
                let reply = try await gate.upload(records)
                #expect(reply.status == 200, "\(reply.text)")
                let receipt = try Receipt(
                    try Envelope(json: reply.body),
                    by: trust.keys(for: .receipt, at: House.start)
                )
                #expect(receipt.next == 3)
            }
            let more = try await gate.records(
                2,
                event: event.id,
                evidence: admin.liveToken(ticket.id)
            )
            let gap = try await gate.upload([more[1]])
            #expect(gap.status == 409)
            #expect(try gap.problem().type == "/problems/log-gap")
            #expect(try gap.problem().expected == 3)
            gate.rewind(to: 0)
            let other = try gate.records(1, event: event.id, evidence: nil)
            let fork = try await gate.upload(other)
            #expect(fork.status == 409)
            #expect(try fork.problem().type == "/problems/log-fork")
            let list: PageBody<AdminAPI.Gate> = try await admin.get("/v1/gates").json()
            #expect(list.items.first?.quarantined == true)
        }
    }

    @Test("an upload that cannot be read or believed is refused with its line")
    func wrongUploads() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            var gate = try await TestGate(admin)
            _ = try await gate.enrol()
            let records = try gate.records(2, event: event.id, evidence: nil)
            let cut = Array(records[0].envelope.json.dropLast(9))
            let bodies: [(String, [UInt8], Int)] = [
                ("empty", [], 422), ("no envelope", Array("{}\n".utf8), 422),
                ("cut short", cut, 422), ("NUL", [0, 0x0A], 422),
                ("not UTF-8", [0xFF, 0xFE, 0x0A], 422),
            ]
            for (name, body, status) in bodies {
                let reply = try await gate.visitor.send(
                    .post,
                    GateAPI.log,
                    body: body,
                    mediaType: RequestBodyBytes.linesMediaType
                )
                #expect(reply.status == status, "\(name): \(reply.text)")
                _ = try reply.problem()
            }
            let json = try await gate.visitor.post(GateAPI.log, "{}")
            #expect(json.status == 415)
        }
    }

    @Test("the logs of two gates become one report: JSON, CSV, and the copied ticket in both")
    func attendance() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let tickets = try await admin.issue(2, to: event.id)
            var gates = [try await TestGate(admin), try await TestGate(admin, number: 21, hall: 2)]
            for index in gates.indices {
                _ = try await gates[index].enrol()
                let records = try await gates[index].records(
                    1,
                    event: event.id,
                    evidence: admin.liveToken(tickets[0].id)
                )
                #expect(try await gates[index].upload(records).status == 200)
            }
            let path = "/v1/events/\(event.id)/attendance"
            let reply = try await admin.get(path)
            #expect(reply.status == 200, "\(reply.text)")
            let report: AttendanceAPI.Report = try reply.json()
            #expect(report.sold == 2)
            #expect(report.total.scanned == 2)
            #expect(report.conflicts.map(\.ticket) == [tickets[0].id])
            #expect(report.gates.map(\.name) == ["North A", "South A"])
            let accepted = try await admin.get(path, headers: ["Accept": "text/csv"])
            let table = try await admin.get("\(path).csv")
            #expect(accepted.body == table.body)
            #expect(table.mediaType.hasPrefix("text/csv"))
            #expect(table.text.hasPrefix("by,number,name,scanned,admitted,passed,"))
            #expect(table.text.contains("gate,11,North A,1,"))
            let conflicts = try await admin.get("\(path).csv?table=conflicts").text
            #expect(conflicts.split(separator: "\r\n").count == 2)
            let byTicket = try await admin.get("\(path).csv?table=tickets").text
            #expect(byTicket.contains(tickets[1].id))
            #expect(try await admin.get("\(path).csv?table=x").status == 422)
        }
    }

    private func gateTrust(_ house: House) async throws -> TrustList {
        let current = try await house.data.keys.trust(at: House.start)
        return try TrustList(try Envelope(json: current.envelope), pinnedTo: house.rootHash)
    }
}
