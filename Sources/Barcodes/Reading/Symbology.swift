/// A kind of printed code that gates may be asked to read.
package enum Symbology: String, CaseIterable, Hashable, Sendable {
    case qr
    case code128
    case ean13
    case ean8
    /// Interleaved 2 of 5. It has no start that noise could not imitate: only where needed.
    case itf
}

/// Which kinds of code an event uses; QR is always among them.
///
/// The others are off unless asked for: with everything on, zbar invents codes in noise.
package struct Symbologies: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let code128 = Symbologies(rawValue: 1 << 0)
    /// EAN-13 and EAN-8; a UPC-A reads as EAN-13 with a leading 0.
    package static let ean = Symbologies(rawValue: 1 << 1)
    package static let itf = Symbologies(rawValue: 1 << 2)

    package static let qrOnly: Symbologies = []
    package static let all: Symbologies = [.code128, .ean, .itf]

    /// Everything these options let zbar report.
    package var kinds: [Symbology] {
        var kinds: [Symbology] = [.qr]
        if contains(.code128) { kinds.append(.code128) }
        if contains(.ean) { kinds += [.ean13, .ean8] }
        if contains(.itf) { kinds.append(.itf) }
        return kinds
    }
}
