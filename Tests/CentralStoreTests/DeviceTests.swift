import CentralStore
import Encodings
import Sodium
import Testing
import TicketModel
import TrustFormat
import VenueAPI

@Suite("Gates register and enrol")
struct DeviceTests {
    @Test("a gate enrols with its keys and learns who it is")
    func enrol() async throws {
        try await withCentral { central in
            let registered = try await central.devices.register(
                label: "North door",
                hall: HallNumber(1),
                gate: GateNumber(4),
                at: noon
            )
            let name = registered.device.name
            let bearer = try await central.apiKeys.authenticate(registered.apiKey.text, at: noon)
            #expect(bearer?.device == name && bearer?.scopes == .gate)
            let sign = try #require(SigningKey(seed: Sodium.randomBytes(32)))
            let box = try #require(BoxKey(seed: Sodium.randomBytes(32)))
            let enrolment = PaperGate.enrolment(sign, box)
            let answer = try await central.devices.enrol(name, enrolment, at: noon)
            let trust = try TrustList(
                #require(answer.trust.envelope),
                pinnedTo: central.keys.rootHash
            )
            let statement = try DeviceStatement(
                #require(answer.statement.envelope),
                by: trust.keys(for: .deviceCA, at: noon)
            )
            #expect(statement.device == name && statement.epoch == 0)
            #expect(statement.sign == sign.publicKey && statement.box == box.publicKey)
            #expect(statement.halls == [HallNumber(1)] && statement.gate == GateNumber(4))
            let receipt = try Receipt(
                #require(answer.receipt.envelope),
                by: trust.keys(for: .receipt, at: noon)
            )
            #expect(receipt.next == 0)
            #expect(receipt.head == [UInt8](repeating: 0, count: 32))
        }
    }

    @Test("the same keys again keep the epoch; others start the next")
    func epochs() async throws {
        try await withCentral { central in
            let gate = try await PaperGate.enrolled(at: central)
            let again = PaperGate.enrolment(gate.sign, gate.box)
            _ = try await central.devices.enrol(gate.name, again, at: noon)
            #expect(try await central.devices.device(gate.name).epoch == 0)
            let second = try await PaperGate.enrolled(gate.name, at: central)
            #expect(second.epoch == 1)
            #expect(try await central.devices.device(gate.name).epoch == 1)
        }
    }

    @Test("keys without proof, broken ones, or another gate's are refused")
    func badKeys() async throws {
        try await withCentral { central in
            let gate = try await PaperGate.enrolled(at: central)
            let other = try await PaperGate.enrolled(at: central, label: "South")
            var enrolment = PaperGate.enrolment(gate.sign, gate.box)
            await #expect(throws: StoreError.deviceKeyTaken) {
                try await central.devices.enrol(other.name, enrolment, at: noon)
            }
            enrolment.box = Base64.encodeURL(other.box.publicKey.bytes)
            await #expect(throws: StoreError.badProof) {
                try await central.devices.enrol(gate.name, enrolment, at: noon)
            }
            enrolment.sign = "'; DROP TABLE device; --"
            enrolment.nonce = ""
            let error = await #expect(throws: StoreError.self) {
                try await central.devices.enrol(gate.name, enrolment, at: noon)
            }
            guard case .invalid(let values) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(values.map(\.pointer) == ["/sign", "/nonce"])
            let stranger = try #require(DeviceName("ZZZZZZ"))
            await #expect(throws: StoreError.notFound(.device)) {
                try await central.devices.enrol(
                    stranger,
                    PaperGate.enrolment(gate.sign, gate.box),
                    at: noon
                )
            }
        }
    }

    @Test("a revoked gate is in the trust list, and its key, secrets and enrolment are gone")
    func revoked() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let registered = try await central.devices.register(
                label: "Lost",
                hall: HallNumber(1),
                gate: GateNumber(1),
                at: noon
            )
            let name = registered.device.name
            let gate = try await PaperGate.enrolled(name, at: central)
            let before = try await central.trustList().version
            try await central.devices.revoke(name, at: noon + 3)
            try await central.devices.revoke(name, at: noon + 9)
            let list = try await central.trustList()
            #expect(list.version == before + 1)
            #expect(list.revokedDevices == [RevokedDevice(device: name, since: noon + 3)])
            let text = registered.apiKey.text
            #expect(try await central.apiKeys.authenticate(text, at: noon + 3) == nil)
            await #expect(throws: StoreError.deviceRevoked) {
                try await central.devices.sealedSecrets(of: event, for: name)
            }
            await #expect(throws: StoreError.deviceRevoked) {
                let enrolment = PaperGate.enrolment(gate.sign, gate.box)
                _ = try await central.devices.enrol(name, enrolment, at: noon + 4)
            }
        }
    }

    @Test("the barcode key comes sealed to the gate that asks, and to no other")
    func secrets() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 0)
            let gate = try await PaperGate.enrolled(at: central)
            let other = try await PaperGate.enrolled(at: central, label: "South")
            let sealed = try await central.devices.sealedSecrets(of: event, for: gate.name)
            let bytes = try #require(Base64.decodeURL(sealed.barcodeKey))
            let expected = try await central.keys.eventKeys(event).barcodeKey
            #expect(gate.box.open(bytes) == expected)
            #expect(other.box.open(bytes) == nil)
            let waiting = try await central.devices.register(
                label: "Not yet",
                hall: HallNumber(1),
                gate: GateNumber(1),
                at: noon
            )
            await #expect(throws: StoreError.notFound(.device)) {
                try await central.devices.sealedSecrets(of: event, for: waiting.device.name)
            }
        }
    }

    @Test("the list shows every gate once")
    func list() async throws {
        try await withCentral { central in
            for index in 0..<5 {
                _ = try await central.devices.register(
                    label: "Gate \(index)",
                    hall: HallNumber(1),
                    gate: GateNumber(1),
                    at: noon
                )
            }
            var seen: [StoredDevice] = []
            var cursor: DeviceName?
            repeat {
                let page = try await central.devices.list(after: cursor, limit: 2)
                seen += page.items
                cursor = page.next
            } while cursor != nil
            #expect(Set(seen.map(\.label)).count == 5 && seen.count == 5)
            await #expect(throws: StoreError.self) {
                try await central.devices.register(
                    label: "No gate",
                    hall: HallNumber(1),
                    gate: .any,
                    at: noon
                )
            }
        }
    }
}
