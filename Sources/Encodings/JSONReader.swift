/// Why a text is not the JSON that Stile reads.
public enum JSONError: Error, Hashable, Sendable {
    case tooLarge
    case tooDeep
    case duplicateMember(String)
    case notUTF8
    /// Not JSON at this byte.
    case syntax(at: Int)
}

/// Reads JSON as strictly as signed objects need it (PROTOCOL 2): no duplicate members, bounded
/// size and nesting, valid UTF-8, nothing after the value.
public struct JSONReader {
    /// The size of the largest envelope.
    public static let bytesMax = 1 << 20
    public static let nestingMax = 8

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// Reads one whole document.
    ///
    /// - Throws: `JSONError`, with the place of the first fault.
    public static func read(
        _ bytes: [UInt8],
        bytesMax: Int = JSONReader.bytesMax
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= bytesMax else { throw .tooLarge }
        let outcome: Result<JSONValue, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer)
            do throws(JSONError) {
                let value = try reader.value(depth: 0)
                reader.skipSpace()
                guard reader.position == buffer.count else {
                    return .failure(.syntax(at: reader.position))
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func expect(_ character: UInt8) throws(JSONError) {
        guard next == character else { throw .syntax(at: position) }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ word: StaticString,
        _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= Self.nestingMax else { throw .tooDeep }
        try expect(UInt8(ascii: "{"))
        var members: [JSONValue.Member] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        // Small objects are compared name by name; large ones through a set, so that a hostile
        // document cannot make this quadratic.
        var seen: Set<String> = []
        while true {
            skipSpace()
            let name = try string()
            if members.count == 16 { seen = Set(members.map(\.name)) }
            let isKnown =
                members.count < 16
                ? members.contains { $0.name == name } : !seen.insert(name).inserted
            guard !isKnown else { throw .duplicateMember(name) }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            members.append(JSONValue.Member(name, try value(depth: depth)))
            skipSpace()
            guard next == UInt8(ascii: ",") else {
                try expect(UInt8(ascii: "}"))
                return .object(members)
            }
            position += 1
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= Self.nestingMax else { throw .tooDeep }
        try expect(UInt8(ascii: "["))
        var values: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            values.append(try value(depth: depth))
            skipSpace()
            guard next == UInt8(ascii: ",") else {
                try expect(UInt8(ascii: "]"))
                return .array(values)
            }
            position += 1
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try digits()
        if bytes[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 {
            throw .syntax(at: integerStart)
        }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .integer(number) }
        return .otherNumber(text)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else { throw .syntax(at: position) }
    }

    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        var union: UInt8 = 0
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw .syntax(at: position) }
            union |= byte
            position += 1
        }
        guard next == UInt8(ascii: "\"") else { return try escapedString(from: start) }
        defer { position += 1 }
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
        // Nearly every text is ASCII, which needs no validation.
        return union < 0x80 ? String(decoding: slice, as: UTF8.self) : try text(slice)
    }

    private func text(_ slice: some Collection<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// The slow path: a string with at least one escape, from its first byte.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var plain = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(plain)
            case UInt8(ascii: "\\"): plain += try escape().utf8
            case 0..<0x20: throw .syntax(at: position - 1)
            default: plain.append(byte)
            }
        }
        throw .syntax(at: position)
    }

    private mutating func escape() throws(JSONError) -> String {
        guard let byte = next else { throw .syntax(at: position) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw .syntax(at: position - 1)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> String {
        let start = position
        var code = UInt32(try hexQuad())
        if (0xD800..<0xDC00).contains(code) {
            try expect(UInt8(ascii: "\\"))
            try expect(UInt8(ascii: "u"))
            let low = UInt32(try hexQuad())
            guard (0xDC00..<0xE000).contains(low) else { throw .syntax(at: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .syntax(at: start) }
        return String(scalar)
    }

    private mutating func hexQuad() throws(JSONError) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
                byte < 0x80
            else { throw .syntax(at: position) }
            code = code << 4 | UInt16(digit)
            position += 1
        }
        return code
    }
}
