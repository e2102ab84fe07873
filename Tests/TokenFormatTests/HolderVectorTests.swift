import AdmissionRules
import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat

@Suite("Codes that the holder's phone signs")
struct HolderVectorTests {
    let file: JSONValue
    let reader: TokenReader

    init() throws {
        file = try VectorFolder.readOwn("holder-tokens.json")
        reader = try TokenReader(file)
    }

    @Test("a good code is proven, and every altered byte of it is noticed")
    func positive() throws {
        let vectors = try file.list("positive")
        #expect(vectors.count == 8)
        for vector in vectors {
            let text = try vector.text("text")
            guard case .token(let token) = reader.credential(text) else {
                Issue.record("\(vector.label) is not proven")
                continue
            }
            #expect(token.bytes == (try vector.hex("hex")))
            #expect("ST1" + Base32.encode(token.bytes) == text)
            #expect(token.method == .holder)
            #expect(token.form == (token.bytes.count == 94 ? .holder : .holderFull))
            #expect(token.holder != nil)
            try expectEveryAlteredByteFails(token.bytes, reader)
        }
    }

    @Test("a phone that is given the fields of a good code makes the same code again")
    func signing() throws {
        let holder = try #require(SigningKey(seed: try file.hex("holder_seed")))
        for vector in try file.list("positive") {
            let text = try vector.text("text")
            guard case .token(let token) = reader.credential(text),
                token.holder == holder.publicKey
            else { continue }
            if token.form == .holder {
                let fields = try #require(
                    TokenFields(
                        shownBy: holder.publicKey,
                        flags: token.fields.flags,
                        keyID: token.fields.keyID,
                        ticket: token.fields.ticket,
                        shown: token.fields.start,
                        generation: token.fields.generation
                    )
                )
                #expect(SignedToken(fields, event: reader.event, key: holder).text == text)
                continue
            }
            let credential = try #require(
                HolderCredential(
                    token.fields,
                    holder: holder.publicKey,
                    event: reader.event,
                    key: Fixed.key("cred")
                )
            )
            #expect(HolderCredential(bytes: credential.bytes) == credential)
            let shown = try #require(token.validities.first?.start.tokenSeconds)
            let full = credential.presented(at: shown, event: reader.event, key: holder)
            #expect(full.text == text)
        }
    }

    @Test("a presentation lives for a minute, within the life of its credential")
    func validity() throws {
        let start = Timestamp(seconds: 1_798_761_600)
        let day = Duration.seconds(86_400)
        let expected: [String: Duration?] = [
            "full": day * 2,
            "full_longest_life": .seconds(255 * 3600),
            "full_until_event_end": Duration?.none,
        ]
        for vector in try file.list("positive") {
            guard let life = expected[vector.label],
                case .token(let token) = reader.credential(try vector.text("text"))
            else { continue }
            #expect(token.validities.count == 2)
            #expect(token.validities[0].start == start + .seconds(9))
            #expect(token.validities[0].life == .seconds(60))
            #expect(token.validities[1].start == start - day)
            #expect(token.validities[1].life == life)
        }
    }

    @Test("what is not canonical is MALFORMED, whoever signed it")
    func malformed() throws {
        let vectors = try file.list("malformed")
        #expect(vectors.count == 13)
        for vector in vectors {
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == "MALFORMED ", "\(vector.label)")
        }
    }

    @Test("a code without proof is refused for its first fault")
    func unproven() throws {
        let vectors = try file.list("unproven")
        #expect(vectors.count == 24)
        for vector in vectors {
            let expected = "\(try vector.text("verdict")) \(try vector.text("detail"))"
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == expected, "\(vector.label)")
        }
    }

    @Test("only fields of the right type make a credential")
    func wrongFields() throws {
        let holder = Fixed.key("holder").publicKey
        func fields(_ type: TokenType, _ life: TokenLife) -> TokenFields? {
            TokenFields(
                type: type,
                keyID: Fixed.key("cred").publicKey.keyID,
                ticket: Fixed.ticket("ticket"),
                start: 0,
                life: life,
                generation: Generation(0),
                accessClass: ClassNumber(1)
            )
        }
        let paper = try #require(fields(.paper, .none))
        let event = Fixed.event("event")
        let key = Fixed.key("cred")
        #expect(HolderCredential(paper, holder: holder, event: event, key: key) == nil)
        #expect(fields(.holder, .minute) == nil, "a HOLDER token states a key, not a class")
        #expect(fields(.holderFull, .minute) == nil, "a credential's life is in hours")
        #expect(fields(.live, TokenLife(hours: 1)) == nil)
        let full = try #require(fields(.holderFull, TokenLife(hours: 1)))
        let credential = try #require(
            HolderCredential(full, holder: holder, event: event, key: key)
        )
        #expect(credential.bytes.count == 126)
        #expect(HolderCredential(bytes: Array(credential.bytes.dropLast())) == nil)
        #expect(HolderCredential(bytes: [1] + credential.bytes.dropFirst()) == nil)
    }
}
