import AdmissionRules
import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("Our own token vectors")
struct OwnTokenVectorTests {
    let file: JSONValue
    let reader: TokenReader

    init() throws {
        file = try VectorFolder.readOwn("tokens.json")
        reader = try TokenReader(file)
    }

    @Test("a good token is read, proven, and written again letter by letter")
    func positive() throws {
        let vectors = try file.list("positive")
        #expect(vectors.count == 12)
        for vector in vectors {
            let text = try vector.text("text")
            guard case .token(let token) = reader.credential(text) else {
                Issue.record("\(vector.label) is not proven")
                continue
            }
            #expect(token.bytes == (try vector.hex("hex")))
            #expect("ST1" + Base32.encode(token.bytes) == text)
        }
    }

    @Test("a signer that is given the fields of a good token makes the same token again")
    func signing() throws {
        for vector in try file.list("positive") {
            guard case .token(let token) = reader.credential(try vector.text("text")) else {
                continue
            }
            let key = try #require(
                try file.list("keys").first {
                    $0["kid"]?.string == Hex.encode(token.fields.keyID.bytes)
                }
            )
            let signer = try #require(SigningKey(seed: try key.hex("seed")))
            let signed = SignedToken(token.fields, event: reader.event, key: signer)
            #expect(signed.text == (try vector.text("text")))
        }
    }

    @Test("every altered byte of a good token makes it something else than proven")
    func alteredBytes() throws {
        for vector in try file.list("positive") {
            try expectEveryAlteredByteFails(try vector.hex("hex"), reader)
        }
    }

    @Test("what is not canonical is MALFORMED, whoever signed it")
    func malformed() throws {
        let vectors = try file.list("malformed")
        #expect(vectors.count == 19)
        for vector in vectors {
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == "MALFORMED ", "\(vector.label)")
        }
    }

    @Test("codes of later versions are UNSUPPORTED")
    func unsupported() throws {
        let vectors = try file.list("unsupported")
        #expect(vectors.count == 8)
        for vector in vectors {
            #expect(reader.verdict(try vector.text("text")) == "UNSUPPORTED ")
        }
    }

    @Test("a well-formed token without proof is refused for its first fault")
    func unproven() throws {
        let vectors = try file.list("unproven")
        #expect(vectors.count == 19)
        for vector in vectors {
            let expected = "\(try vector.text("verdict")) \(try vector.text("detail"))"
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == expected, "\(vector.label)")
        }
    }
}

// Skipped, aloud, where the shared vectors are not beside the repository.
@Suite("The shared token vectors", .enabled(if: VectorFolder.shared != nil))
struct SharedTokenVectorTests {
    let file: JSONValue
    let reader: TokenReader

    init() throws {
        file = try VectorFolder.readShared("token-vectors.json")
        reader = try TokenReader(file)
    }

    /// The reader of a gate whose manifest binds the holder's key of the vectors.
    private func bound() throws -> TokenReader {
        let holder = try #require(
            try file.list("keys").first { $0["role"]?.string == "holder" }
        )
        var reader = reader
        reader.holder = PublicKey(bytes: try holder.hex("pub"))
        return reader
    }

    @Test("every form is proven, and nothing of it can be altered")
    func positive() throws {
        let reader = try bound()
        let vectors = try file.list("positive")
        #expect(vectors.count == 6)
        for vector in vectors {
            let text = try vector.text("text")
            #expect(Int64(text.utf8.count) == (try vector.number("chars")))
            guard case .token(let token) = reader.credential(text) else {
                Issue.record("\(vector.label) is not proven")
                continue
            }
            #expect(token.bytes == (try vector.hex("hex")))
            #expect(token.fields.ticket.hex == (try file.text("ticket")))
            try expectEveryAlteredByteFails(token.bytes, reader)
        }
    }

    @Test("a gate that does not know the holder's key asks for the long code")
    func unknownHolder() throws {
        let short = try #require(
            try file.list("positive").first { $0["name"]?.string == "holder_short" }
        )
        #expect(reader.verdict(try short.text("text")) == "SHOW_LONG_CODE ")
    }

    @Test("the wallet form is proven with its password, and nothing of it can be altered")
    func wallet() throws {
        let wallet = try #require(file["wallet"])
        let text = try wallet.text("text")
        var reader = reader
        #expect(reader.verdict(text) == "METHOD_NOT_ALLOWED ", "a gate without the wallet key")
        reader.secrets.walletKey = try wallet.hex("wallet_key")
        guard case .token(let token) = reader.credential(text) else {
            Issue.record("the wallet code is not proven")
            return
        }
        #expect(token.form == .wallet)
        #expect(token.method == .wallet)
        let key = WalletCode.passKey(
            of: token.fields.ticket,
            generation: token.fields.generation,
            walletKey: try wallet.hex("wallet_key")
        )
        #expect(key == (try wallet.hex("totp_key")))
        try expectEveryAlteredCharacterFails(text, reader)
    }

    @Test("what scanners add or change is taken away")
    func variants() throws {
        let positive = try file.list("positive")
        for variant in try file.list("accepted_variants") {
            let original = try variant.text("same_as")
            let plain = try #require(positive.first { $0["name"]?.string == original })
            let read = reader.credential(try variant.text("text"))
            #expect(read == reader.credential(try plain.text("text")))
        }
    }

    @Test("each negative gets the verdict that it states")
    func negative() throws {
        for vector in try file.list("negative") {
            let name = try vector.text("name")
            let verdict = reader.verdict(try vector.text("text"))
            let expected = "\(try vector.text("verdict")) \(try vector.text("detail"))"
            #expect(verdict == expected, "\(name)")
        }
    }
}
