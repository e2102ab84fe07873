// How request bodies are read: unknown members are refused, since a misspelt limit that is silently
// ignored lets guests in; every text, number and list has its bounds here, beside its name.

/// Any member name, for listing what an object holds.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The object's members; throws for any that `Key` does not name.
    func strict<Key: CodingKey & CaseIterable>(
        _ type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        for key in try container(keyedBy: AnyKey.self).allKeys
        where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath + [key], debugDescription: "is not known here")
            )
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// Text of bounded size without control characters.
    func text(_ key: Key, bytes: ClosedRange<Int>) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard bytes.contains(text.utf8.count) else {
            throw fault(
                key,
                "is not \(bytes.lowerBound) to \(bytes.upperBound) bytes of UTF-8 long"
            )
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw fault(key, "holds a control character")
        }
        return text
    }

    func textIfPresent(_ key: Key, bytes: ClosedRange<Int>) throws -> String? {
        try isPresent(key) ? text(key, bytes: bytes) : nil
    }

    func number<Number: FixedWidthInteger & Decodable>(
        _ key: Key,
        in range: ClosedRange<Number>
    ) throws -> Number {
        let number = try decode(Number.self, forKey: key)
        guard range.contains(number) else {
            throw fault(key, "is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func numberIfPresent<Number: FixedWidthInteger & Decodable>(
        _ key: Key,
        in range: ClosedRange<Number>
    ) throws -> Number? {
        try isPresent(key) ? number(key, in: range) : nil
    }

    func list<Element: Decodable>(_ key: Key, max: Int) throws -> [Element] {
        let list = try decode([Element].self, forKey: key)
        guard list.count <= max else { throw fault(key, "holds more than \(max) entries") }
        return list
    }

    func listIfPresent<Element: Decodable>(_ key: Key, max: Int) throws -> [Element]? {
        try isPresent(key) ? list(key, max: max) : nil
    }

    /// One of a few words.
    func word(_ key: Key, of words: Set<String>) throws -> String {
        let word = try decode(String.self, forKey: key)
        guard words.contains(word) else {
            throw fault(key, "is not one of \(words.sorted().joined(separator: ", "))")
        }
        return word
    }

    func fault(_ key: Key, _ words: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath + [key], debugDescription: words))
    }

    private func isPresent(_ key: Key) throws -> Bool {
        guard contains(key) else { return false }
        return try !decodeNil(forKey: key)
    }
}

/// Bounds of what crosses the API.
public enum WireLimits {
    /// Bytes of names of events, halls, gates, classes, keys.
    public static let nameBytes = 1...128
    /// Bytes of a shop's own number for a ticket.
    public static let referenceBytes = 1...128
    /// Bytes of what the seat is called.
    public static let seatBytes = 0...64
    public static let hallsMax = 256
    public static let gatesMax = 1024
    public static let classesMax = 256
    /// Access windows of one event.
    public static let accessMax = 1024
    /// Tickets in one call.
    public static let ticketsMax = 10_000
    public static let pageRange = 1...1000
    public static let pageStandard = 100
    /// Unix milliseconds: 1970 to 2106, the end of what tokens can carry.
    public static let times: ClosedRange<Int64> = 0...4_294_967_295_000
    /// Numbers of halls and gates; 0 stands for any gate.
    public static let numbers: ClosedRange<UInt16> = 1...65_535
    /// Numbers of access classes; 0 and 65535 have a meaning in the protocol.
    public static let classNumbers: ClosedRange<UInt16> = 1...65_534
    public static let usesRange: ClosedRange<Int> = 1...1000
    /// Bytes of a reason.
    public static let reasonBytes = 0...256
    /// Bytes of an `Idempotency-Key`.
    public static let idempotencyKeyBytes = 1...128
}

/// One page of a list.
public struct PageBody<Item: Codable & Sendable>: Codable, Sendable {
    public var items: [Item]
    /// For the `cursor` of the next call; missing on the last page.
    public var next: String?

    public init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}
