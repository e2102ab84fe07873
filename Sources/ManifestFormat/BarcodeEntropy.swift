/// How hard the barcodes of an import are to guess, judged from the barcodes alone (PROTOCOL 3.7).
///
/// The estimate errs towards "easily guessed": a slow hash costs a gate some milliseconds, an
/// import that is taken for random and is not costs tickets when a gate is stolen.
public struct BarcodeEntropy: Hashable, Sendable {
    /// Below this an import is hashed slowly.
    public static let slowBelowBits = 64.0
    /// A last character may be a check digit, which adds nothing.
    public static let checkCharacterBits = 4.0
    /// Numbers one after another that chance does not explain.
    public static let suspiciousRun = 3

    /// Bits that a guesser has to try through for one barcode.
    public let bits: Double
    /// The most barcodes in a row that differ by one, in numbers at their end.
    public let longestRun: Int

    /// Whether the import's rule is ``ImportRule/isSlow``.
    public var isSlow: Bool { bits < Self.slowBelowBits }
    /// Whether the import must be warned about: whoever has one barcode has the next.
    public var hasRuns: Bool { longestRun >= Self.suspiciousRun }

    /// Judges the barcodes of one import, already folded.
    ///
    /// Fewer barcodes show less variety, so that a short list counts as easily guessed.
    public init(of barcodes: [[UInt8]]) {
        let series = NumberSeries(barcodes)
        let spread = Self.spread(of: barcodes) - Self.checkCharacterBits
        bits = max(0, min(spread, series.bits ?? .infinity))
        longestRun = series.longestRun
    }

    /// The bits that the places of the barcodes show: what never changes adds nothing.
    ///
    /// Barcodes of different lengths are compared up to the shortest: what is behind it may be
    /// empty.
    private static func spread(of barcodes: [[UInt8]]) -> Double {
        guard let shortest = barcodes.map(\.count).min() else { return 0 }
        var bits = 0.0
        for place in 0..<shortest {
            var counts = [Int](repeating: 0, count: 256)
            for barcode in barcodes { counts[Int(barcode[place])] += 1 }
            bits += shannon(counts, of: barcodes.count)
        }
        return bits
    }

    private static func shannon(_ counts: [Int], of total: Int) -> Double {
        counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / Double(total)
            return sum - share * log2(share)
        }
    }

    /// Binary logarithm by halving and squaring: the standard library's is in Foundation's
    /// company.
    ///
    /// - Parameter value: above 0; exact to 1e-9, far more than an estimate needs.
    static func log2(_ value: Double) -> Double {
        var mantissa = value.significand
        var result = Double(value.exponent)
        var weight = 0.5
        for _ in 0..<30 {
            mantissa *= mantissa
            if mantissa >= 2 {
                mantissa /= 2
                result += weight
            }
            weight /= 2
        }
        return result
    }
}

/// The numbers at the end of barcodes, grouped by what stands before them.
private struct NumberSeries {
    /// Digits that are read as a number; longer ends are cut from the left.
    static let digitsMax = 18

    let longestRun: Int
    /// Bits of the spans that hold all numbers; `nil` where the barcodes are not numbered.
    let bits: Double?

    private struct Series: Hashable {
        let prefix: [UInt8]
        let digits: Int
    }

    init(_ barcodes: [[UInt8]]) {
        var groups: [Series: [UInt64]] = [:]
        for barcode in barcodes {
            let digits = barcode.reversed().prefix { (48...57).contains($0) }.count
            let read = min(digits, Self.digitsMax)
            let number = barcode.suffix(read).reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 48) }
            let series = Series(prefix: Array(barcode.dropLast(read)), digits: read)
            groups[series, default: []].append(number)
        }
        var longest = 0
        var span = 0.0
        for (series, numbers) in groups {
            let sorted = numbers.sorted()
            if series.digits > 0 { longest = max(longest, Self.longestRun(sorted)) }
            span += Double((sorted.last ?? 0) - (sorted.first ?? 0)) + 1
        }
        longestRun = longest
        // Many prefixes are not the counters of a numbering, but letters within the barcodes.
        bits = groups.count * 10 <= barcodes.count ? BarcodeEntropy.log2(span) : nil
    }

    private static func longestRun(_ sorted: [UInt64]) -> Int {
        var longest = 1
        var run = 1
        for (left, right) in zip(sorted, sorted.dropFirst()) where right != left {
            run = right == left + 1 ? run + 1 : 1
            longest = max(longest, run)
        }
        return longest
    }
}
