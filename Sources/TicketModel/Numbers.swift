/// A small number that names one kind of thing within an event: a hall cannot stand in for a gate.
public struct Numbered<Subject>: Hashable, Comparable, Sendable {
    public let number: UInt16

    public init(_ number: UInt16) {
        self.number = number
    }

    /// Takes a number that came from outside; `nil` when it does not fit 16 bits.
    public init?(exactly number: some BinaryInteger) {
        guard let number = UInt16(exactly: number) else { return nil }
        self.number = number
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension Numbered: CustomStringConvertible {
    public var description: String { String(number) }
}

/// A part of the venue that tickets are sold for.
public enum Hall {}
/// A place of entry: several lanes, and in the manifest the unit that access rows name.
public enum Gate {}
/// One passage at a gate.
public enum Lane {}
/// A kind of right: which halls and gates, and when.
public enum AccessClass {}

public typealias HallNumber = Numbered<Hall>
public typealias GateNumber = Numbered<Gate>
public typealias LaneNumber = Numbered<Lane>
public typealias ClassNumber = Numbered<AccessClass>

extension Numbered where Subject == Gate {
    /// Stands in an access row for every gate of the hall.
    public static var any: Self { Self(0) }
}

extension Numbered where Subject == AccessClass {
    /// In a token: the class is to be looked up in the manifest.
    public static var unstated: Self { Self(0) }
    /// Rehearsal tickets, never admitted.
    public static var specimen: Self { Self(65535) }
}

/// The name of an enrolled device: six Crockford characters, such as `G7K2M9`.
public struct DeviceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Letters and digits without `I`, `L`, `O` and `U`.
    public static let alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    public static let length = 6

    public let text: String

    /// Takes a name as it stands in records and certificates; `nil` if it is not one.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length,
            text.utf8.allSatisfy({ Self.alphabet.utf8.contains($0) })
        else { return nil }
        self.text = String(text)
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
