import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Central's statements")
struct StatementTests {
    private let central = Fixed.key("central")
    private var keys: [PublicKey] { [central.publicKey] }

    private let device = DeviceStatement(
        device: Fixed.device("G7K2M9"),
        epoch: 2,
        sign: Fixed.key("device").publicKey,
        box: Fixed.boxKey("device").publicKey,
        halls: [HallNumber(3), HallNumber(4)],
        gate: GateNumber(12),
        notBefore: Timestamp(milliseconds: 1),
        expires: Timestamp(milliseconds: 2)
    )
    private let fresh = FreshStatement(
        nonce: [UInt8](repeating: 9, count: 16),
        time: Fixed.now,
        manifest: 41,
        trust: 7,
        expires: Fixed.now + .seconds(60)
    )
    private let receipt = Receipt(
        device: Fixed.device("G7K2M9"),
        epoch: 1,
        next: 1235,
        head: [UInt8](repeating: 5, count: 32),
        time: Fixed.now
    )

    @Test("each statement is read as it was written")
    func roundTrips() throws {
        let signed = { (type: PayloadType, payload: [UInt8]) in
            Envelope(type, payload: payload, signedBy: [central])
        }
        #expect(try DeviceStatement(signed(.device, device.payload), by: keys) == device)
        #expect(try FreshStatement(signed(.fresh, fresh.payload), by: keys) == fresh)
        #expect(try Receipt(signed(.receipt, receipt.payload), by: keys) == receipt)
    }

    @Test("one statement cannot stand in for another, nor speak with another voice")
    func kinds() {
        let asFresh = Envelope(.fresh, payload: receipt.payload, signedBy: [central])
        #expect(throws: EnvelopeError.wrongType(PayloadType.fresh.mediaType)) {
            try Receipt(asFresh, by: keys)
        }
        #expect(throws: EnvelopeError.field(.missing("nonce"))) {
            try FreshStatement(asFresh, by: keys)
        }
        let foreign = Envelope(.receipt, payload: receipt.payload, signedBy: [Fixed.key("x")])
        #expect(throws: EnvelopeError.badSignature) { try Receipt(foreign, by: keys) }
    }

    @Test("a member that is missing or wrong rejects the statement")
    func members() throws {
        let document = try JSONReader.read(receipt.payload)
        let cases: [(JSONValue, String)] = [
            (document.without("head"), "missing: head"),
            (document.with("head", .string("AAAA")), "bad value: head"),
            (document.with("dev", .string("g7k2m9")), "bad value: dev"),
            (document.with("dev", .string("G7K2MU")), "bad value: dev"),
            (document.with("epoch", .integer(-1)), "bad value: epoch"),
            (document.with("epoch", .integer(1 << 32)), "bad value: epoch"),
            (document.with("next", .string("1235")), "wrong type: next"),
            (document.with("v", .integer(2)), "bad value: v"),
            (document.with("more", .null), ""),
        ]
        for (altered, error) in cases {
            let envelope = Envelope(.receipt, payload: altered.encoded, signedBy: [central])
            var found = ""
            do throws(EnvelopeError) { _ = try Receipt(envelope, by: keys) } catch {
                found = error.vectorName
            }
            #expect(found == error)
        }
    }
}
