/// A QR code to show or print: a square of dark and light modules.
package struct QRCode: Hashable, Sendable {
    /// What the code says.
    package let bytes: [UInt8]
    /// 1 to 40; the square has `17 + 4 * version` modules a side.
    package let version: Int
    /// The level the code really has: never below what was asked for.
    package let level: ErrorCorrection.Level
    /// How the bytes are packed; the whole code is one segment, without a character set mark.
    package let mode: Mode
    /// Modules a side, quiet zone not counted.
    package let side: Int
    /// One byte a module, rows from the top: 1 dark, 0 light.
    let modules: [UInt8]

    /// The light border the standard asks for, in modules.
    package static let quietZoneStandard = 4
    /// Bytes of text; more makes a code too fine for a phone's screen and a gate's camera.
    package static let textBytesMax = 1024

    package enum Mode: String, Hashable, Sendable {
        case numeric
        case alphanumeric
        case byte
    }

    /// Encodes text: digits or QR's 45 characters in their compact modes, else UTF-8 bytes.
    package init(_ text: String, _ errorCorrection: ErrorCorrection) throws(QRCodeError) {
        try self.init(bytes: [UInt8](text.utf8), errorCorrection)
    }

    /// Encodes bytes, at the highest level that needs no bigger square than the one asked for.
    ///
    /// - Throws: `.empty` or `.tooLong`, or what libqrencode reports.
    package init(bytes: [UInt8], _ errorCorrection: ErrorCorrection) throws(QRCodeError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.textBytesMax else { throw .tooLong(bytes: bytes.count) }
        let mode = Mode(for: bytes)
        let floor = errorCorrection.floor
        var best = try QREncoder.encode(bytes, mode, version: 0, level: floor)
        var level = floor
        // libqrencode leaves the room that rounding up to a version gives unused. More
        // correction in the same square reads better; a bigger square reads worse.
        for higher in ErrorCorrection.Level.allCases.reversed() where higher > floor {
            let candidate = try QREncoder.encode(bytes, mode, version: best.version, level: higher)
            if candidate.version == best.version {
                best = candidate
                level = higher
                break
            }
        }
        self.bytes = bytes
        self.version = best.version
        self.level = level
        self.mode = mode
        self.side = best.side
        self.modules = best.modules
    }

    /// Whether a module is dark.
    ///
    /// Row and column run from 0 to `side - 1`.
    package func isDark(row: Int, column: Int) -> Bool {
        precondition((0..<side).contains(row) && (0..<side).contains(column), "inside the code")
        return modules[row * side + column] == 1
    }
}

/// How much of a code may be dirty or covered.
package enum ErrorCorrection: Hashable, Sendable {
    /// For phone screens: at least level L, the smallest square.
    case screen
    /// For paper, which creases and smears: at least level M.
    case paper

    /// The four levels of the standard, weakest first: about 7, 15, 25 and 30 % may be lost.
    package enum Level: Int, CaseIterable, Comparable, Hashable, Sendable {
        case low
        case medium
        case quartile
        case high

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    var floor: Level {
        switch self {
        case .screen: .low
        case .paper: .medium
        }
    }
}

/// Why no code can be made or drawn.
package enum QRCodeError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case tooLong(bytes: Int)
    /// A drawing outside ``QRCode/scaleRange``, ``QRCode/quietZoneRange`` or the image limits.
    case badSize(scale: Int, quietZone: Int)
    /// libqrencode or libpng failed, in practice for lack of memory.
    case library(String)

    package var description: String {
        switch self {
        case .empty:
            "a QR code needs at least one character"
        case .tooLong(let bytes):
            "\(bytes) bytes are over the limit of \(QRCode.textBytesMax) for a QR code"
        case .badSize(let scale, let quietZone):
            "scale \(scale) with quiet zone \(quietZone) is out of range: scale"
                + " \(QRCode.scaleRange), quiet zone \(QRCode.quietZoneRange),"
                + " \(QRCode.drawnSideMax) pixels a side"
        case .library(let reason):
            "cannot make a QR code: \(reason)"
        }
    }
}

extension QRCode.Mode {
    /// The tightest mode that can hold every byte.
    init(for bytes: [UInt8]) {
        if bytes.allSatisfy({ Self.isDigit($0) }) {
            self = .numeric
        } else if bytes.allSatisfy({ Self.isAlphanumeric($0) }) {
            self = .alphanumeric
        } else {
            self = .byte
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || punctuation.contains(byte)
    }

    /// ISO/IEC 18004 table 5, beyond digits and upper-case letters.
    private static let punctuation = [UInt8](" $%*+-./:".utf8)
}
