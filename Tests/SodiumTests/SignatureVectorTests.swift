import Encodings
import FormatVectors
import Sodium
import Testing

@Suite("Ed25519 as everybody else does it")
struct SignatureVectorTests {
    @Test("the examples of RFC 8032 are signed and verified to the bit")
    func rfc8032() throws {
        let vectors = try VectorFolder.readOwn("rfc8032-ed25519.json").list("vectors")
        #expect(vectors.count == 5)
        for vector in vectors {
            let key = try #require(SigningKey(seed: try vector.hex("seed")))
            let message = try vector.hex("msg")
            let signature = key.signature(over: message)
            #expect(key.publicKey.bytes == (try vector.hex("pub")))
            #expect(signature.bytes == (try vector.hex("sig")))
            #expect(key.publicKey.isValid(signature, over: message))
            #expect(!key.publicKey.isValid(signature, over: message + [0]))
        }
    }

    // Skipped, aloud, where the shared vectors are not beside the repository.
    @Test("Wycheproof: all 151 cases agree", .enabled(if: VectorFolder.shared != nil))
    func wycheproof() throws {
        let file = try VectorFolder.readShared("wycheproof-ed25519.json")
        var seen = 0
        for group in try file.list("testGroups") {
            let listed = try #require(group["publicKey"])
            let key = try #require(PublicKey(bytes: try listed.hex("pk")))
            for test in try group.list("tests") {
                seen += 1
                let message = try test.hex("msg")
                let isValid =
                    Signature(bytes: try test.hex("sig")).map { key.isValid($0, over: message) }
                    ?? false
                let expected = try test.text("result") == "valid"
                #expect(isValid == expected, "case \(test.label)")
            }
        }
        #expect(seen == 151)
    }

    // Skipped, aloud, where the shared vectors are not beside the repository.
    @Test(
        "CCTV: accepted exactly without low order or non-canonical encoding, 43 of 914",
        .enabled(if: VectorFolder.shared != nil)
    )
    func cctv() throws {
        let refused: Set<String> = [
            "low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R",
            "low_order_residue",
        ]
        let vectors = try #require(try VectorFolder.readShared("cctv-ed25519.json").array)
        var accepted = 0
        for vector in vectors {
            let flags = Set(vector["flags"]?.array?.compactMap(\.string) ?? [])
            let key = try #require(PublicKey(bytes: try vector.hex("key")))
            let signature = try #require(Signature(bytes: try vector.hex("sig")))
            let isValid = key.isValid(signature, over: Array(try vector.text("msg").utf8))
            #expect(isValid == flags.isDisjoint(with: refused), "\(vector.label)")
            if isValid { accepted += 1 }
        }
        #expect(vectors.count == 914)
        #expect(accepted == 43)
    }

    @Test("keys and signatures have one length, and secrets never print")
    func lengths() throws {
        #expect(PublicKey(bytes: [UInt8](repeating: 1, count: 31)) == nil)
        #expect(Signature(bytes: [UInt8](repeating: 1, count: 65)) == nil)
        #expect(SigningKey(seed: [UInt8](repeating: 1, count: 33)) == nil)
        let key = Fixed.key("live")
        #expect("\(key)" == "SigningKey")
        #expect(String(reflecting: key).contains(Hex.encode(key.seed)) == false)
    }
}
