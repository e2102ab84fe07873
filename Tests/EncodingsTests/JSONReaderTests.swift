import Encodings
import Testing

@Suite("Reading JSON strictly")
struct JSONReaderTests {
    private func read(_ text: String) throws(JSONError) -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    @Test("a document is read with its members in order")
    func document() throws {
        let value = try read(
            " { \"a\" : [ 1 , -2, true,false ,null,\"x\"], \"b\":{} ,\"c\":[]}\r\n\t"
        )
        #expect(
            value
                == .object([
                    .init(
                        "a",
                        .array([
                            .integer(1), .integer(-2), .bool(true), .bool(false), .null,
                            .string("x"),
                        ])
                    ), .init("b", .object([])), .init("c", .array([])),
                ])
        )
        #expect(String(decoding: value.encoded, as: UTF8.self).contains(" ") == false)
        #expect(try JSONReader.read(value.encoded) == value)
    }

    @Test("no member stands twice, in small objects or in large ones")
    func duplicates() {
        #expect(throws: JSONError.duplicateMember("a")) { try read("{\"a\":1,\"b\":2,\"a\":1}") }
        #expect(throws: JSONError.duplicateMember("a")) { try read("{\"a\":1,\"\\u0061\":2}") }
        for count in [15, 16, 17, 18, 40] {
            for twice in [0, 14, 15, 16, count - 2] where twice < count - 1 {
                var names = (0..<count).map { "\"m\($0)\":\($0)" }
                names[count - 1] = "\"m\(twice)\":0"
                let text = "{\(names.joined(separator: ","))}"
                #expect(throws: JSONError.duplicateMember("m\(twice)")) { try read(text) }
            }
        }
        #expect(throws: Never.self) {
            try read("{\((0..<100).map { "\"m\($0)\":\($0)" }.joined(separator: ","))}")
        }
        // The same name at two depths is no duplicate.
        #expect(throws: Never.self) { try read("{\"a\":{\"a\":1}}") }
    }

    @Test("nesting ends at eight")
    func nesting() {
        let nested = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try read(nested(8)) }
        #expect(throws: JSONError.tooDeep) { try read(nested(9)) }
        #expect(throws: JSONError.tooDeep) { try read(String(repeating: "[", count: 100_000)) }
        let objects =
            String(repeating: "{\"a\":", count: 9) + "1" + String(repeating: "}", count: 9)
        #expect(throws: JSONError.tooDeep) { try read(objects) }
    }

    @Test("nothing follows the value, and nothing is left out of it")
    func wholeDocument() {
        for text in [
            "", " ", "{} {}", "{}x", "1 2", "[1,]", "[,1]", "{,}", "{\"a\":1,}", "{\"a\"}",
            "{\"a\":}", "{a:1}", "{'a':1}", "[1", "{\"a\":1", "\"a", "\"a\\", "\"a\\u00", "tru",
            "nul", "True", "NaN", "Infinity", "// x\n1", "\u{FEFF}1", "[1]\0", "-", "+1", ".5",
            "1.", "1e", "1e+", "01", "-01", "00", "0x10", "1_000", "\"\\x\"", "\"a\nb\"", "\"\t\"",
            "\"\0\"",
        ] {
            let found = #expect(throws: JSONError.self) { try read(text) }
            guard case .syntax = found else {
                Issue.record("\(text): \(String(describing: found))")
                continue
            }
        }
    }

    @Test("a text is valid UTF-8, in values and in names")
    func encoding() {
        let broken: [[UInt8]] = [
            [0xFF], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80],
            [0xE2, 0x82], [0x80],
        ]
        for bytes in broken {
            let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            #expect(throws: JSONError.notUTF8) { try JSONReader.read(quoted) }
            let escaped = Array("\"\\n".utf8) + bytes + [UInt8(ascii: "\"")]
            #expect(throws: JSONError.notUTF8) { try JSONReader.read(escaped) }
            let name = Array("{".utf8) + quoted + Array(":1}".utf8)
            #expect(throws: JSONError.notUTF8) { try JSONReader.read(name) }
        }
        #expect(throws: JSONError.syntax(at: 0)) { try JSONReader.read([0xFF]) }
    }

    @Test("escapes are read, surrogates only in pairs")
    func escapes() throws {
        let all = #""\"\\\/\b\f\n\r\tA\u00e9\u20AC\uD83C\uDF9F""#
        #expect(try read(all) == .string("\"\\/\u{8}\u{C}\n\r\tAé€🎟"))
        for text in [
            #""\uD83C""#, #""\uDF9F""#, #""\uD83C\u0041""#, #""\uD83Cx""#, #""\uDF9F\uD83C""#,
            #""\uD83C\uD83C""#, #""\u00g0""#, #""\u 041""#, #""\u+041""#, #""\u٠٠٤١""#,
        ] {
            #expect(throws: JSONError.self) { try read(text) }
        }
    }

    @Test("a number beyond 64 bits, or with a fraction, is kept but is no integer")
    func numbers() throws {
        #expect(try read("9223372036854775807") == .integer(.max))
        #expect(try read("-9223372036854775808") == .integer(.min))
        #expect(try read("0") == .integer(0))
        for text in [
            "9223372036854775808", "-9223372036854775809", "1.0", "1e3", "-0.5E-7",
            String(repeating: "9", count: 5000),
        ] {
            #expect(try read(text) == .otherNumber(text))
            let fields = try JSONFields(try read("{\"a\":\(text)}"))
            #expect(throws: FieldError.wrongType("a")) { try fields.integer("a") }
        }
    }

    @Test("a document is at most as large as the largest envelope")
    func size() {
        let largest = "\"" + String(repeating: "a", count: JSONReader.bytesMax - 2) + "\""
        #expect(throws: Never.self) { try read(largest) }
        #expect(throws: JSONError.tooLarge) { try read(largest + " ") }
    }

    @Test("fields say what is missing, of the wrong type, or out of range")
    func fields() throws {
        let fields = try JSONFields(
            try read("{\"v\":2,\"n\":70000,\"t\":\"x\",\"z\":null,\"l\":[1,\"a\"],\"o\":{\"v\":1}}")
        )
        #expect(throws: FieldError.notAnObject) { try JSONFields(.array([])) }
        #expect(throws: FieldError.missing("q")) { try fields.string("q") }
        #expect(throws: FieldError.wrongType("n")) { try fields.string("n") }
        #expect(throws: FieldError.badValue("n")) { try fields.number("n", as: UInt16.self) }
        #expect(throws: FieldError.wrongType("l")) { try fields.strings("l") }
        #expect(throws: FieldError.badValue("v")) { try fields.requireVersion1() }
        #expect(throws: FieldError.badValue("t")) { try fields.bytes("t") }
        #expect(throws: FieldError.wrongType("z")) { try fields.integer("z") }
        #expect(throws: FieldError.wrongType("t")) { try fields.object("t") }
        #expect(throws: Never.self) { try fields.object("o").requireVersion1() }
        let nothing = try fields.nullable("z") { fields, name throws(FieldError) in
            try fields.integer(name)
        }
        #expect(nothing == nil)
    }

    @Test("what is written is read again, whatever a text holds")
    func writing() throws {
        let text = "\"\\/\u{0}\u{1F}\u{7F}\u{2028}é🎟\n"
        let value = JSONValue.object([
            .init(text, .array([.string(text), .integer(.min), .null, .bool(true)]))
        ])
        #expect(try JSONReader.read(value.encoded) == value)
    }
}
