import Sodium
public import TicketModel

/// How static codes stand in the manifest: hashed under a key that only gates with barcode duty get
/// (PROTOCOL 3.7).
public enum BarcodeHash {
    public static let length = 16
    public static let keyLength = 32
    /// What Argon2id is asked for where barcodes are easily guessed.
    public static let slowOperations: UInt64 = 2
    public static let slowMemoryBytes = 16 << 20
    private static let context = Array("st1/code\0".utf8)

    /// The manifest's name for the code with these bytes.
    ///
    /// - Parameters:
    ///   - code: an own code's 18 characters, or an imported barcode's folded bytes.
    ///   - key: the event's `barcode_key`, 32 bytes.
    public static func hash(of code: [UInt8], event: EventID, key: [UInt8]) -> [UInt8] {
        Hash.b2(length, context, event.bytes, code, key: key)
    }

    /// The manifest's name for an easily guessed barcode; `nil` if 16 MiB cannot be had.
    ///
    /// Tens of milliseconds: whoever steals a gate, and with it the key, must spend them on every
    /// guess.
    ///
    /// - Parameters:
    ///   - barcode: an imported barcode's folded bytes.
    ///   - key: the event's `barcode_key`, 32 bytes.
    public static func slowHash(
        of barcode: [UInt8],
        event: EventID,
        key: [UInt8]
    ) -> [UInt8]? {
        PasswordHash.argon2id(
            barcode,
            salt: Hash.b2(PasswordHash.saltLength, event.bytes),
            operations: slowOperations,
            memory: slowMemoryBytes
        ).map { Hash.b2(length, $0, key: key) }
    }
}

/// How the barcodes of an import stand in the manifest.
public struct ImportRule: Hashable, Comparable, Sendable {
    /// Which letter case counts.
    public enum Fold: String, CaseIterable, Hashable, Sendable {
        /// Every byte as it is.
        case none
        /// ASCII letters in upper case.
        case upper

        public func apply(_ barcode: [UInt8]) -> [UInt8] {
            switch self {
            case .none: barcode
            case .upper: barcode.map { (97...122).contains($0) ? $0 - 32 : $0 }
            }
        }
    }

    public let fold: Fold
    /// Whether the barcodes are so easily guessed that they are hashed slowly.
    public let isSlow: Bool

    public init(fold: Fold, isSlow: Bool) {
        self.fold = fold
        self.isSlow = isSlow
    }

    /// Exact bytes, hashed fast.
    public static let exact = ImportRule(fold: .none, isSlow: false)

    /// The manifest's name for a barcode of such an import; `nil` if the memory for a slow hash
    /// cannot be had.
    public func name(of barcode: [UInt8], event: EventID, key: [UInt8]) -> [UInt8]? {
        let folded = fold.apply(barcode)
        return isSlow
            ? BarcodeHash.slowHash(of: folded, event: event, key: key)
            : BarcodeHash.hash(of: folded, event: event, key: key)
    }

    private static let slowSuffix = "+slow"

    /// The rule's word in the manifest, such as `upper+slow`.
    public var word: String { fold.rawValue + (isSlow ? Self.slowSuffix : "") }

    public init?(word: some StringProtocol) {
        let isSlow = word.hasSuffix(Self.slowSuffix)
        let fold = isSlow ? word.dropLast(Self.slowSuffix.count) : word[...]
        guard let fold = Fold(rawValue: String(fold)) else { return nil }
        self.init(fold: fold, isSlow: isSlow)
    }

    /// Fast before slow, so that a list is tried in the order of its cost.
    public static func < (left: ImportRule, right: ImportRule) -> Bool {
        left.isSlow != right.isSlow ? right.isSlow : left.fold.rawValue < right.fold.rawValue
    }
}
