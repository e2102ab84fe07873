import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Signed envelopes")
struct EnvelopeTests {
    private let one = Fixed.key("one")
    private let two = Fixed.key("two")
    private let body = Array("{\"v\":1}".utf8)

    @Test("a signature covers type and body as DSSE says")
    func preAuthentication() throws {
        for vector in try VectorFolder.readOwn("dsse.json").list("vectors") {
            let covered = Envelope.preAuthenticated(
                type: try vector.text("payloadType"),
                body: Array(try vector.text("payload").utf8)
            )
            #expect(String(decoding: covered, as: UTF8.self) == (try vector.text("pae")))
        }
        let signed = Envelope(.fresh, payload: body, signedBy: [one])
        let type = "application/vnd.stile.fresh.v1+json"
        let covered = Array("DSSEv1 35 \(type) 7 {\"v\":1}".utf8)
        #expect(signed.signatures.map(\.signature) == [one.signature(over: covered).bytes])
    }

    @Test("an envelope is read as it was written and opens for the key that signed it")
    func roundTrip() throws {
        let envelope = Envelope(.entry, payload: body, signedBy: [one])
        let read = try Envelope(json: envelope.json)
        #expect(read == envelope)
        let opened = try read.opened(as: .entry, by: [two.publicKey, one.publicKey])
        #expect(opened.bytes == body)
        #expect(opened.signers == [one.publicKey])
    }

    @Test("the expected type is fixed before the signature is looked at")
    func type() throws {
        let envelope = Envelope(.entry, payload: body, signedBy: [one])
        for type in PayloadType.allCases where type != .entry {
            #expect(throws: EnvelopeError.wrongType(PayloadType.entry.mediaType)) {
                try envelope.opened(as: type, by: [one.publicKey])
            }
            let renamed = Envelope(
                payloadType: type.mediaType,
                payload: body,
                signatures: envelope.signatures
            )
            #expect(throws: EnvelopeError.badSignature) {
                try renamed.opened(as: type, by: [one.publicKey])
            }
        }
    }

    @Test("no byte of payload or signature may change, and no other key will do")
    func altered() throws {
        let envelope = Envelope(.entry, payload: body, signedBy: [one])
        for index in body.indices {
            var payload = body
            payload[index] ^= 1
            expectRefused(payload, envelope.signatures)
        }
        let signature = envelope.signatures[0]
        for index in signature.signature.indices {
            var bytes = signature.signature
            bytes[index] ^= 1
            expectRefused(body, [Envelope.Entry(keyID: signature.keyID, signature: bytes)])
        }
        expectRefused(body, [])
        expectRefused(body, [Envelope.Entry(keyID: signature.keyID, signature: [])])
        #expect(throws: EnvelopeError.badSignature) {
            try envelope.opened(as: .entry, by: [two.publicKey])
        }
        #expect(throws: EnvelopeError.badSignature) { try envelope.opened(as: .entry, by: []) }
    }

    private func expectRefused(_ payload: [UInt8], _ signatures: [Envelope.Entry]) {
        let type = PayloadType.entry.mediaType
        let envelope = Envelope(payloadType: type, payload: payload, signatures: signatures)
        #expect(throws: EnvelopeError.badSignature) {
            try envelope.opened(as: .entry, by: [one.publicKey])
        }
    }

    @Test("a threshold counts different keys, not signatures")
    func threshold() throws {
        let keys = [one.publicKey, two.publicKey]
        let both = Envelope(.trust, payload: body, signedBy: [one, two])
        #expect(try both.opened(as: .trust, by: keys, threshold: 2).signers == Set(keys))
        let twice = Envelope(.trust, payload: body, signedBy: [one, one])
        #expect(throws: EnvelopeError.badSignature) {
            try twice.opened(as: .trust, by: keys, threshold: 2)
        }
        // The same key offered twice is still one key.
        #expect(throws: EnvelopeError.badSignature) {
            try twice.opened(as: .trust, by: [keys[0], keys[0]], threshold: 2)
        }
    }

    @Test(
        "envelopes that are none say why",
        arguments: [
            ("[]", "not an object"),
            ("{}", "missing: payloadType"),
            ("{\"payloadType\":1,\"payload\":\"\",\"signatures\":[]}", "wrong type: payloadType"),
            ("{\"payloadType\":\"x\",\"payload\":\"!\",\"signatures\":[]}", "bad value: payload"),
            ("{\"payloadType\":\"x\",\"payload\":\"YQ\",\"signatures\":[]}", "bad value: payload"),
            (
                "{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":{}}",
                "wrong type: signatures"
            ),
            ("{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[1]}", "not an object"),
            (
                "{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[{\"keyid\":\"a\"}]}",
                "missing: sig"
            ),
        ]
    )
    func unreadable(text: String, error: String) {
        let found = #expect(throws: EnvelopeError.self) { try Envelope(json: Array(text.utf8)) }
        #expect(found?.vectorName == error)
    }

    @Test("sixteen signatures are looked at, not more")
    func manySignatures() throws {
        let keys = [SigningKey](repeating: one, count: 17)
        let sixteen = Envelope(.trust, payload: body, signedBy: Array(keys.prefix(16)))
        #expect(throws: Never.self) { try Envelope(json: sixteen.json) }
        let seventeen = Envelope(.trust, payload: body, signedBy: keys)
        #expect(throws: EnvelopeError.tooManySignatures) { try Envelope(json: seventeen.json) }
    }
}
