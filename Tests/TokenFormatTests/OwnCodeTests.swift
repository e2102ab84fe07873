import Encodings
import FormatVectors
import Testing
import TokenFormat

@Suite("Own static codes")
struct OwnCodeTests {
    let file: JSONValue

    init() throws { file = try VectorFolder.readOwn("own-codes.json") }

    private func read(_ text: String, _ source: CodeSource = .scanner) -> ScannedCode {
        ScannedCode(Array(text.utf8), source: source)
    }

    @Test("a code is read from a scanner in any case and from a keyboard as people type it")
    func good() throws {
        for vector in try file.list("positive") {
            let text = try vector.text("text")
            let code = try #require(OwnCode(payload: try vector.hex("payload")))
            #expect(code.text == text)
            #expect(read(text) == .ownCode(code))
            #expect(read("]C0 \(text)\r\n".replacing(" ", with: "")) == .ownCode(code))
            #expect(read(text.lowercased()) == .ownCode(code))
            #expect(read(try vector.text("typed"), .typed) == .ownCode(code))
            #expect(read(code.grouped, .typed) == .ownCode(code))
            // A scanner does not mistype: dashes make another barcode.
            #expect(read(code.grouped) != .ownCode(code))
        }
    }

    @Test("the altered texts of the vectors are no own codes, but foreign barcodes")
    func altered() throws {
        let vectors = try file.list("altered")
        #expect(vectors.count >= 30)
        for vector in vectors {
            let text = try vector.text("text")
            let imported = try #require(ImportedBarcode(bytes: Array(text.utf8)))
            #expect(read(text) == .imported(imported), "\(vector.label)")
        }
    }

    @Test("every one of the 31 wrong characters at every place is noticed")
    func everySubstitution() throws {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        for vector in try file.list("positive") {
            let text = Array(try vector.text("text"))
            for place in 1..<18 {
                for character in alphabet where character != text[place] {
                    var altered = text
                    altered[place] = character
                    #expect(OwnCode(text: Array(String(altered).utf8)) == nil)
                }
            }
        }
    }

    @Test("the one blind spot of the check character is the swap of 0 and Z")
    func blindSpot() throws {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let tail = Array("23456789ABCDEF".utf8)
        for left in alphabet {
            for right in alphabet where right != left {
                let same =
                    Crockford32.check(over: [left, right] + tail)
                    == Crockford32.check(over: [right, left] + tail)
                let isZeroAndZ = Set([left, right]) == Set("0Z".utf8)
                #expect(same == isZeroAndZ)
            }
        }
        let vector = try #require(try file.list("blind").first)
        for name in ["text", "same_check"] {
            #expect(OwnCode(text: Array(try vector.text(name).utf8)) != nil)
        }
    }

    @Test("a payload has exactly ten bytes")
    func payload() {
        #expect(OwnCode(payload: [UInt8](repeating: 0, count: 9)) == nil)
        #expect(OwnCode(payload: [UInt8](repeating: 0, count: 11)) == nil)
        #expect(OwnCode(payload: [UInt8](repeating: 0, count: 10))?.text == "X00000000000000000")
    }
}
