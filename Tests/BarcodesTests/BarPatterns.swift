@testable import Barcodes

/// Bar codes drawn straight from their standards' tables, to have something to read.
enum BarPatterns {
    /// An image of bars: each digit of `widths` is one bar or space in modules, bar first.
    static func image(widths: [Int], module: Int = 3, height: Int = 90) -> GreyImage {
        let quiet = 12
        var row: [UInt8] = .init(repeating: 255, count: quiet * module)
        for (index, width) in widths.enumerated() {
            let shade: UInt8 = index % 2 == 0 ? 0 : 255
            row += [UInt8](repeating: shade, count: width * module)
        }
        row += [UInt8](repeating: 255, count: quiet * module)
        let blank = [UInt8](repeating: 255, count: row.count)
        let rows =
            (0..<20).map { _ in blank } + (0..<height).map { _ in row }
            + (0..<20).map { _ in blank }
        return GreyImage(
            width: row.count,
            height: height + 40,
            pixels: rows.flatMap { $0 }
        )
    }

    /// EAN-13 (ISO/IEC 15420); the check digit is added to twelve digits.
    static func ean13(_ twelve: String) -> (text: String, image: GreyImage) {
        var digits = twelve.compactMap(\.wholeNumberValue)
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
        digits.append((10 - sum % 10) % 10)
        let left = [
            "3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112",
        ]
        let parity = [
            "LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG",
            "LGLGGL", "LGGLGL",
        ]
        var widths = [1, 1, 1]
        // A left digit starts with a space, so its widths follow the guard's last bar.
        for (digit, set) in zip(digits[1...6], parity[digits[0]]) {
            let pattern = left[digit].compactMap(\.wholeNumberValue)
            widths += set == "L" ? pattern : pattern.reversed()
        }
        widths += [1, 1, 1, 1, 1]
        for digit in digits[7...12] { widths += left[digit].compactMap(\.wholeNumberValue) }
        widths += [1, 1, 1]
        return (digits.map(String.init).joined(), image(widths: widths))
    }

    /// Code 128 (ISO/IEC 15417), code set B, the characters this table has.
    static func code128(_ text: String) -> GreyImage {
        let table: [Character: (value: Int, widths: String)] = [
            "A": (33, "111323"), "B": (34, "131123"), "X": (56, "331121"), "-": (13, "122132"),
            "0": (16, "123122"), "1": (17, "123221"), "2": (18, "223211"), "7": (23, "312131"),
        ]
        let check: [Int: String] = Dictionary(
            uniqueKeysWithValues: table.values.map { ($0.value, $0.widths) }
        )
        var symbols = ["211214"]
        var sum = 104
        for (index, character) in text.enumerated() {
            guard let (value, widths) = table[character] else { continue }
            symbols.append(widths)
            sum += value * (index + 1)
        }
        // Texts are chosen so that the check character is one of the table's.
        symbols.append(check[sum % 103] ?? "")
        symbols.append("2331112")
        return image(widths: symbols.joined().compactMap(\.wholeNumberValue))
    }

    /// Interleaved 2 of 5 (ISO/IEC 16390), an even number of digits.
    static func itf(_ text: String) -> GreyImage {
        let wide = [
            "11331", "31113", "13113", "33111", "11313", "31311", "13311", "11133", "31131",
            "13131",
        ]
        let digits = text.compactMap(\.wholeNumberValue)
        var widths = [1, 1, 1, 1]
        for pair in stride(from: 0, to: digits.count - 1, by: 2) {
            for (bar, space) in zip(wide[digits[pair]], wide[digits[pair + 1]]) {
                widths += [bar, space].compactMap(\.wholeNumberValue)
            }
        }
        return image(widths: widths + [3, 1, 1])
    }
}
