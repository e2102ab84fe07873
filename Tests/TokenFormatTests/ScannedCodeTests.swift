import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat

@Suite("Reading what a scanner says")
struct ScannedCodeTests {
    private func read(_ text: String) -> ScannedCode { ScannedCode(Array(text.utf8)) }

    private func imported(_ text: String) throws -> ScannedCode {
        .imported(try #require(ImportedBarcode(bytes: Array(text.utf8))))
    }

    @Test("a foreign barcode keeps its letter case and inner spaces")
    func foreign() throws {
        #expect(read("aBc 12-34") == (try imported("aBc 12-34")))
        #expect(read("  \t4012345678901\r\n") == (try imported("4012345678901")))
        #expect(read("]E04012345678901") == (try imported("4012345678901")))
        #expect(read("\\0000264012345678901") == (try imported("4012345678901")))
        #expect(read("]Q1\\0000264012345678901") == (try imported("4012345678901")))
    }

    @Test("only one identifier is taken away, and only a whole one")
    func oneIdentifier() throws {
        #expect(read("]C1]C1ABCD") == (try imported("]C1ABCD")))
        #expect(read("]1CABCD") == (try imported("]1CABCD")))
        #expect(read("\\00002ABCD") == (try imported("\\00002ABCD")))
    }

    @Test("foreign barcodes have 4 to 128 bytes")
    func lengths() throws {
        #expect(read("") == .malformed)
        #expect(read("  \r\n") == .malformed)
        #expect(read("123") == .malformed)
        #expect(read("1234") == (try imported("1234")))
        let longest = String(repeating: "7", count: 128)
        #expect(read(longest) == (try imported(longest)))
        #expect(read(longest + "7") == .malformed)
    }

    @Test("bytes that are no text are a foreign barcode like any other")
    func anyBytes() throws {
        let bytes: [UInt8] = [0, 255, 0xC3, 0x28, 0xED, 0xA0]
        #expect(ScannedCode(bytes) == .imported(try #require(ImportedBarcode(bytes: bytes))))
        #expect(read("' OR 1=1; --") == (try imported("' OR 1=1; --")))
    }

    @Test("later versions need at least 100 characters behind their prefix")
    func laterVersions() throws {
        let body = String(repeating: "A", count: 100)
        for digit in 2...9 {
            #expect(read("st\(digit)\(body)") == .unsupported)
        }
        let short = "ST2" + body.dropLast()
        #expect(read(short) == (try imported(short)))
        #expect(read("ST0\(body)") == (try imported("ST0\(body)")))
        #expect(read("ST2\(body)8") == (try imported("ST2\(body)8")))
    }

    @Test("a text longer than any code is not looked at")
    func tooLong() {
        let text = [UInt8](repeating: UInt8(ascii: "A"), count: ScannedCode.textBytesMax + 1)
        #expect(ScannedCode(text) == .malformed)
        // White space does not smuggle a long text past the limit either.
        let padded = [UInt8](repeating: 0x20, count: ScannedCode.textBytesMax) + Array("1234".utf8)
        #expect(ScannedCode(padded) == .malformed)
    }

    @Test("no text, however odd, stops the reader, and every token is read as its own text")
    func fuzz() {
        var random = SeededRandom(for: "scanned codes")
        let starts = ["ST1", "ST2", "X", "]Q1ST1", "\\000026", "st1", "", "ST"]
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567 -]\\0189\r\n\u{1}é".utf8)
        for _ in 0..<20_000 {
            let length = [0, 1, 17, 94, 151, 171, 311, 400].randomElement(using: &random) ?? 0
            let tail = (0..<length).compactMap { _ in letters.randomElement(using: &random) }
            let start = starts.randomElement(using: &random) ?? ""
            let text = Array(start.utf8) + tail
            switch ScannedCode(text) {
            case .token(let token): #expect([94, 194].contains(token.bytes.count))
            case .wallet(let code): #expect(code.paper.fields.type == .paper)
            case .ownCode(let code): #expect(code.text.utf8.count == OwnCode.length)
            case .imported(let barcode):
                #expect(ImportedBarcode.lengths.contains(barcode.bytes.count))
            case .malformed, .unsupported: continue
            }
        }
    }

    @Test("random bytes behind the prefix are hardly ever a token and never proven")
    func randomTokens() {
        var random = SeededRandom(for: "random tokens")
        let key = Fixed.key("live").publicKey
        for _ in 0..<2000 {
            var bytes = random.bytes(94)
            bytes[0] = 1
            bytes[1] &= 5
            bytes[26] = bytes[26] % 80 + 1
            let token = UnverifiedToken(bytes: bytes)
            #expect(token != nil)
            #expect(token?.verified(by: key, event: Fixed.event("event")) == nil)
        }
    }

    @Test("only fields that agree can be made into a token")
    func fields() {
        func fields(_ type: TokenType, _ flags: TokenFlags, _ life: TokenLife) -> TokenFields? {
            TokenFields(
                type: type,
                flags: flags,
                keyID: Fixed.key("live").publicKey.keyID,
                ticket: Fixed.ticket("ticket"),
                start: 0,
                life: life,
                generation: Generation(0),
                accessClass: ClassNumber(1)
            )
        }
        #expect(fields(.live, [.preissued, .checkID], .minute) != nil)
        #expect(fields(.live, .reprint, .minute) == nil)
        #expect(fields(.live, [], .none) == nil)
        #expect(fields(.paper, [.reprint, .checkID], .none) != nil)
        #expect(fields(.paper, .preissued, .none) == nil)
        #expect(fields(.paper, [], .minute) == nil)
        #expect(TokenLife(.seconds(15))?.units == 1)
        #expect(TokenLife(.seconds(1200))?.units == 80)
        for seconds in [0, 14, 16, 1201, 1215, -15] { #expect(TokenLife(.seconds(seconds)) == nil) }
        #expect(TokenLife(.milliseconds(15_001)) == nil)
    }
}
