import Encodings
import FormatVectors
import Testing

@Suite("Hex, Base32, Base64, Crockford")
struct TextCodingTests {
    @Test("hex is lower case and whole")
    func hex() {
        #expect(Hex.encode([0x00, 0x9F, 0xFF]) == "009fff")
        #expect(Hex.decode("009fff") == [0x00, 0x9F, 0xFF])
        #expect(Hex.decode("") == [])
        for text in ["0", "009FFF", "0g", " 00", "0x00", "٠٠", "é"] {
            #expect(Hex.decode(text) == nil, "\(text)")
        }
    }

    @Test("Base32 writes and reads the examples of RFC 4648")
    func base32() throws {
        for vector in try VectorFolder.readOwn("rfc4648-base32.json").list("vectors") {
            let plain = Array(try vector.text("plain").utf8)
            let text = try vector.text("base32")
            #expect(Base32.encode(plain) == text)
            #expect(Base32.decode(text.utf8) == plain)
        }
    }

    @Test("one value has one Base32 text: no padding, no other case, no loose bits, no odd length")
    func base32Strict() {
        for text in [
            "MY======", "my", "M", "MZX", "MZXW6Y", "MZ", "MZXX", "M1", "M8", "M0", "M Y", "MY\n",
        ] {
            #expect(Base32.decode(text.utf8) == nil, "\(text)")
        }
    }

    @Test("Base64 is read only as it is written, in both alphabets")
    func base64() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF, 0x01]
        #expect(Base64.encode(bytes) == "++//AQ==")
        #expect(Base64.encodeURL(bytes) == "--__AQ")
        #expect(Base64.decode("++//AQ==") == bytes)
        #expect(Base64.decodeURL("--__AQ") == bytes)
        for text in [
            "++//AQ", "++//AQ=", "++//AR==", "--__AQ==", "++//A===", "====", "=", "AA=A", "A A=",
            "++//AQ==\n", "++//AQ==AAAA", "é===",
        ] {
            #expect(Base64.decode(text) == nil, "\(text)")
        }
        for text in ["--__AQ==", "++//AQ", "--__AR", "A", "--__A", "AA AA", "é"] {
            #expect(Base64.decodeURL(text) == nil, "\(text)")
        }
    }

    @Test("whatever bytes go in come out again, in every alphabet")
    func roundTrips() {
        var random = SeededRandom(for: "round trips")
        for length in 0..<200 {
            let bytes = random.bytes(length)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(Base32.decode(Base32.encode(bytes).utf8) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
        }
    }

    @Test("a text that is read is written again letter by letter")
    func canonical() {
        var random = SeededRandom(for: "canonical texts")
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcxyz0189+/-_=".utf8)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...9, using: &random)
            let text = (0..<length).compactMap { _ in letters.randomElement(using: &random) }
            let string = String(decoding: text, as: UTF8.self)
            if let bytes = Base32.decode(text) { #expect(Base32.encode(bytes) == string) }
            if let bytes = Base64.decode(string) { #expect(Base64.encode(bytes) == string) }
            if let bytes = Base64.decodeURL(string) { #expect(Base64.encodeURL(bytes) == string) }
            if let bytes = Hex.decode(string) { #expect(Hex.encode(bytes) == string) }
        }
    }

    @Test("Crockford writes groups of five bytes and knows its letters")
    func crockford() {
        #expect(Crockford32.encode([0, 0, 0, 0, 0]) == "00000000")
        #expect(Crockford32.encode([0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == "ZZZZZZZZ")
        #expect(Crockford32.encode([0x00, 0x44, 0x32, 0x14, 0xC7]) == "01234567")
        for (value, letter) in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8.enumerated() {
            #expect(Crockford32.value(of: letter) == UInt8(value))
            #expect(Crockford32.character(for: UInt8(value)) == letter)
        }
        for letter in "ILOUabc*".utf8 { #expect(Crockford32.value(of: letter) == nil) }
        #expect(Crockford32.check(over: "ILO".utf8) == nil)
    }
}
