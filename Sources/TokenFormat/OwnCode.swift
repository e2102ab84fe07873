import Encodings

/// One of our own static codes: `X`, 16 Crockford characters, 1 check character (PROTOCOL 3.7).
public struct OwnCode: Hashable, Sendable {
    public static let length = 18
    /// Random bytes that a code carries.
    public static let payloadLength = 10

    /// The 18 upper-case characters, as the manifest hashes them.
    public let text: String

    /// Makes the code of 10 random bytes; `nil` for any other number of bytes.
    public init?(payload: [UInt8]) {
        guard payload.count == Self.payloadLength else { return nil }
        let body = Crockford32.encode(payload)
        guard let check = Crockford32.check(over: body.utf8) else { return nil }
        text = "X" + body + String(UnicodeScalar(check))
    }

    /// Reads upper-case text whose check character holds; `nil` for anything else.
    public init?(text: [UInt8]) {
        guard text.count == Self.length, text[0] == UInt8(ascii: "X"),
            Crockford32.value(of: text[17]) != nil,
            Crockford32.check(over: text[1..<17]) == text[17]
        else { return nil }
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// Reads what somebody typed: `O` for `0`, `I` and `L` for `1`, with or without dashes.
    init?(typed text: [UInt8]) {
        let mapped = text.compactMap { character -> UInt8? in
            switch character {
            case UInt8(ascii: "-"), UInt8(ascii: " "): nil
            case UInt8(ascii: "O"): UInt8(ascii: "0")
            case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
            default: character
            }
        }
        self.init(text: mapped)
    }

    /// The text in groups of four, as it is printed below a bar code.
    public var grouped: String {
        var groups = ""
        for (index, character) in text.enumerated() {
            if index > 0, index.isMultiple(of: 4) { groups += "-" }
            groups.append(character)
        }
        return groups
    }
}

/// A barcode that another system printed: its exact bytes, 4 to 128 of them.
public struct ImportedBarcode: Hashable, Sendable {
    public static let lengths = 4...128
    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard Self.lengths.contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
}
