import Encodings

/// Where a code text came from.
public enum CodeSource: Hashable, Sendable {
    case scanner
    /// Typed by a person, who mistakes letters for digits and puts dashes in.
    case typed
}

/// What a gate makes of the text of one scan, before anything is proven (PROTOCOL 3.1).
public enum ScannedCode: Hashable, Sendable {
    /// A token of any type.
    case token(UnverifiedToken)
    case wallet(UnverifiedWalletCode)
    case ownCode(OwnCode)
    case imported(ImportedBarcode)
    /// Not a readable code.
    case malformed
    /// A well-formed code of a later version, `ST2` to `ST9`.
    case unsupported

    /// The longest text that is looked at; more than any code has.
    public static let textBytesMax = 2048
    static let tokenPrefix = "ST1"

    /// Sorts the text of a scan.
    ///
    /// - Parameters:
    ///   - text: the bytes as the scanner gave them, in any letter case, with its prefixes and
    ///     line ends.
    public init(_ text: [UInt8], source: CodeSource = .scanner) {
        guard text.count <= Self.textBytesMax else {
            self = .malformed
            return
        }
        let cleaned = Self.cleaned(text[...])
        let upper = [UInt8](unsafeUninitializedCapacity: cleaned.count) { buffer, count in
            for byte in cleaned {
                buffer[count] = (97...122).contains(byte) ? byte - 32 : byte
                count += 1
            }
        }
        if Self.isWalletForm(upper) {
            self = Self.wallet(of: upper)
        } else if upper.starts(with: Self.tokenPrefix.utf8) {
            self = Self.token(of: upper.dropFirst(3))
        } else if Self.isLaterVersion(upper) {
            self = .unsupported
        } else if let own = OwnCode(text: upper) {
            self = .ownCode(own)
        } else if source == .typed, let own = OwnCode(typed: upper) {
            self = .ownCode(own)
        } else if let barcode = ImportedBarcode(bytes: Array(cleaned)) {
            self = .imported(barcode)
        } else {
            self = .malformed
        }
    }

    /// Drops surrounding white space, one AIM identifier and one ECI escape.
    static func cleaned(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        let isSpace = { (byte: UInt8) in
            byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
        }
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        var start = text.startIndex
        if text.count >= 3, text[start] == UInt8(ascii: "]"), isLetter(text[start + 1]),
            isDigit(text[start + 2])
        {
            text = text.dropFirst(3)
        }
        start = text.startIndex
        if text.count >= 7, text[start] == UInt8(ascii: "\\"),
            text[(start + 1)..<(start + 7)].allSatisfy(isDigit)
        {
            text = text.dropFirst(7)
        }
        return text
    }

    private static func token(of text: ArraySlice<UInt8>) -> ScannedCode {
        // Two lengths exist; anything else is refused before it is decoded.
        guard text.count == 151 || text.count == 311, let bytes = Base32.decode(text),
            let token = UnverifiedToken(bytes: bytes)
        else { return .malformed }
        return .token(token)
    }

    private static func wallet(of text: [UInt8]) -> ScannedCode {
        guard let bytes = Base32.decode(text[3..<154]), let token = UnverifiedToken(bytes: bytes),
            let code = UnverifiedWalletCode(
                token,
                time: text[155..<165],
                password: text[166...]
            )
        else { return .malformed }
        return .wallet(code)
    }

    /// `ST1`, 151 Base32 characters, `-`, 10 digits, `-`, 8 digits.
    private static func isWalletForm(_ text: [UInt8]) -> Bool {
        guard text.count == UnverifiedWalletCode.length, text.starts(with: tokenPrefix.utf8),
            text[154] == UInt8(ascii: "-"), text[165] == UInt8(ascii: "-")
        else { return false }
        return text[3..<154].allSatisfy(isBase32) && text[155..<165].allSatisfy(isDigit)
            && text[166...].allSatisfy(isDigit)
    }

    private static func isLaterVersion(_ text: [UInt8]) -> Bool {
        text.count >= 103 && text.starts(with: "ST".utf8)
            && (UInt8(ascii: "2")...UInt8(ascii: "9")).contains(text[2])
            && text[3...].allSatisfy(isBase32)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
    }

    private static func isBase32(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
    }
}
