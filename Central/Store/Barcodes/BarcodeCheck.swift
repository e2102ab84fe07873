import ManifestFormat
import TokenFormat

/// What is wrong with a list of barcodes, and what is to be known of it (PROTOCOL 3.7): no storage.
struct BarcodeCheck: Sendable {
    /// Digits of a number that spreadsheets and JavaScript keep.
    static let numberDigitsMax = 15
    /// A shorter number lacks at most this many zeros: more would be another kind of number.
    static let lostZerosMax = 3

    let fold: ImportRule.Fold
    /// The barcodes as they are hashed, in the order of the cells.
    private(set) var folded: [[UInt8]] = []
    private var faults = Checker()

    /// - Throws: `.invalid` with a pointer and a line for each cell that is refused.
    init(_ cells: [BarcodeCell], fold: ImportRule.Fold) throws(StoreError) {
        self.fold = fold
        folded.reserveCapacity(cells.count)
        var seen: [[UInt8]: Int] = [:]
        for cell in cells {
            let bytes = Array(cell.text.utf8)
            if let fault = Self.fault(of: cell, bytes) { refuse(cell, fault) }
            let barcode = fold.apply(bytes)
            if let first = seen.updateValue(cell.line, forKey: barcode) {
                refuse(cell, "is the same as line \(first)")
            }
            folded.append(barcode)
        }
        checkZeros(cells)
        try faults.finish()
    }

    private mutating func refuse(_ cell: BarcodeCell, _ detail: String) {
        faults.require(false, cell.pointer, "line \(cell.line): \(detail)")
    }

    private static func fault(of cell: BarcodeCell, _ bytes: [UInt8]) -> String? {
        if cell.isNumber, bytes.count > numberDigitsMax {
            return "is a number of \(bytes.count) digits, the last of which may be lost; "
                + "give it as text"
        }
        if isScientific(bytes) { return "was turned into a number by a spreadsheet" }
        guard ImportedBarcode.lengths.contains(bytes.count) else {
            return "has \(bytes.count) bytes, not \(ImportedBarcode.lengths.lowerBound) to "
                + "\(ImportedBarcode.lengths.upperBound)"
        }
        // FNC1 is the one control character that barcodes carry.
        guard bytes.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x1D }) else {
            return "holds a control character"
        }
        guard case .imported(let read) = ScannedCode(bytes) else {
            return "would be read as a code of another kind"
        }
        return read.bytes == bytes
            ? nil : "has space or a scanner's prefix around it, which gates take off"
    }

    /// `1.23457E+17`.
    private static func isScientific(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "E"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].first == UInt8(ascii: "+") else { return false }
        let isMantissa = parts[0].allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
        return isMantissa && parts[0].contains(UInt8(ascii: ".")) && parts[1].count > 1
            && parts[1].dropFirst().allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Numbers of which a few are somewhat shorter, and none starts with a zero: somewhere on the
    /// way the zeros were lost.
    private mutating func checkZeros(_ cells: [BarcodeCell]) {
        let numbers = zip(cells, folded).filter { $0.1.allSatisfy(Self.isDigit) }
        guard let longest = numbers.map(\.1.count).max(),
            !numbers.contains(where: { $0.1.first == UInt8(ascii: "0") })
        else { return }
        let shorter = numbers.filter { $0.1.count < longest }
        guard !shorter.isEmpty, shorter.count * 2 <= numbers.count,
            shorter.allSatisfy({ longest - $0.1.count <= Self.lostZerosMax })
        else { return }
        for (cell, barcode) in shorter {
            refuse(
                cell,
                "has \(barcode.count) digits where others have \(longest): "
                    + "leading zeros seem to be lost"
            )
        }
    }

    /// How the barcodes are hashed, judged by how hard they are to guess.
    func rule(_ entropy: BarcodeEntropy) -> ImportRule {
        ImportRule(fold: fold, isSlow: entropy.isSlow)
    }

    /// What whoever imports them should know.
    func warnings(_ entropy: BarcodeEntropy) -> [String] {
        var warnings: [String] = []
        if entropy.hasRuns {
            warnings.append(
                "\(entropy.longestRun) barcodes in a row differ by one: whoever has one of them "
                    + "knows the next."
            )
        }
        if entropy.isSlow {
            warnings.append(
                "The barcodes have about \(Int(entropy.bits)) bits, fewer than "
                    + "\(Int(BarcodeEntropy.slowBelowBits)): they are hashed slowly, and gates "
                    + "know each as soon as that is done."
            )
        }
        return warnings
    }
}
