import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat

@Suite("Packs of tokens for a phone that will be offline")
struct OfflinePackTests {
    private let event = Fixed.event("event")
    private let key = Fixed.key("live")

    private func fields(
        start: UInt32 = 1_798_761_600,
        flags: TokenFlags = .preissued,
        life: TokenLife = .minute
    ) throws -> TokenFields {
        try #require(
            TokenFields(
                type: .live,
                flags: flags,
                keyID: key.publicKey.keyID,
                ticket: Fixed.ticket("ticket"),
                start: start,
                life: life,
                generation: Generation(3),
                accessClass: ClassNumber(7)
            )
        )
    }

    @Test("the vector's pack yields the vector's tokens, whoever makes it")
    func vector() throws {
        let file = try VectorFolder.readOwn("offline-pack.json")
        let texts = try file.list("tokens").map { try $0.text("text") }
        let read = try #require(
            OfflinePack(head: try file.hex("head"), signatures: try file.hex("signatures"))
        )
        #expect(read.tokens.map(\.text) == texts)
        let signer = try #require(SigningKey(seed: try file.hex("seed")))
        let made = OfflinePack(read.first, count: texts.count, event: event, key: signer)
        #expect(made == read)
        #expect(read.headBytes == (try file.hex("head")))
        #expect(read.signatureBytes == (try file.hex("signatures")))
    }

    @Test("twelve hours of tokens are each genuine, each for its own minute")
    func wholePack() throws {
        let pack = try #require(OfflinePack(try fields(), count: 720, event: event, key: key))
        #expect(pack.count == 720)
        #expect(pack.headBytes.count + pack.signatureBytes.count == 30 + 720 * 64)
        for (index, token) in pack.tokens.enumerated() {
            let read = try #require(UnverifiedToken(bytes: token.bytes))
            let verified = try #require(read.verified(by: key.publicKey, event: event))
            #expect(verified.fields.start == 1_798_761_600 + 60 * UInt32(index))
            #expect(verified.method == .preissued)
        }
    }

    @Test("the page shows the token of the minute, and none outside the pack")
    func atInstant() throws {
        let pack = try #require(OfflinePack(try fields(), count: 2, event: event, key: key))
        let start = Timestamp(seconds: 1_798_761_600)
        let one = Duration.milliseconds(1)
        #expect(pack.token(at: start - one) == nil)
        #expect(pack.token(at: start) == pack.token(0))
        #expect(pack.token(at: start + .seconds(60) - one) == pack.token(0))
        #expect(pack.token(at: start + .seconds(60)) == pack.token(1))
        #expect(pack.token(at: start + .seconds(120)) == nil)
        #expect(pack.token(-1) == nil)
    }

    @Test("a pack is 1 to 720 preissued tokens of a minute that start on whole minutes")
    func limits() throws {
        func pack(_ fields: TokenFields, _ count: Int = 1) -> OfflinePack? {
            OfflinePack(fields, count: count, event: event, key: key)
        }
        #expect(pack(try fields()) != nil)
        #expect(pack(try fields(), 0) == nil)
        #expect(pack(try fields(), 721) == nil)
        #expect(pack(try fields(start: 1_798_761_601)) == nil)
        #expect(pack(try fields(flags: [])) == nil)
        #expect(pack(try fields(flags: [.preissued, .checkID])) != nil)
        #expect(pack(try fields(life: try #require(TokenLife(.seconds(75))))) == nil)
        let last = UInt32.max / 60 * 60
        #expect(pack(try fields(start: last), 1) != nil)
        #expect(pack(try fields(start: last), 2) == nil)
    }

    @Test("what is no pack is not read as one")
    func damaged() throws {
        let pack = try #require(OfflinePack(try fields(), count: 2, event: event, key: key))
        let head = pack.headBytes
        let signatures = pack.signatureBytes
        #expect(OfflinePack(head: head, signatures: signatures) == pack)
        #expect(OfflinePack(head: head, signatures: []) == nil)
        #expect(OfflinePack(head: head, signatures: Array(signatures.dropLast())) == nil)
        #expect(OfflinePack(head: Array(head.dropLast()), signatures: signatures) == nil)
        #expect(OfflinePack(head: head + [0], signatures: signatures) == nil)
        #expect(OfflinePack(head: [2] + head.dropFirst(), signatures: signatures) == nil)
        let long = [UInt8](repeating: 0, count: 721 * 64)
        #expect(OfflinePack(head: head, signatures: long) == nil)
    }
}
