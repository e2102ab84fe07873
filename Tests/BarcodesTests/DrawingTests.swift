import Testing

@testable import Barcodes

@Suite("Drawing a code for pages, printers and terminals")
struct DrawingTests {
    private let code: QRCode

    init() throws { code = try QRCode("STILE", .screen) }

    @Test("a PNG has the asked size, one bit a pixel, and a white border")
    func png() throws {
        let file = try code.png(scale: 5, quietZone: 2)
        // IHDR: width, height, bit depth, at fixed places.
        #expect(Array(file[16..<24]) == [0, 0, 0, 125, 0, 0, 0, 125])
        #expect(file[24] == 1)
        let image = try GreyImage.decode(bytes: file)
        #expect(image == (try code.image(scale: 5, quietZone: 2)))
        #expect(image.pixels[9 * 125 + 9] == 255)
        #expect(image.pixels[10 * 125 + 10] == 0)
        #expect(Set(image.pixels) == [0, 255])
    }

    @Test("an SVG draws exactly the dark modules")
    func svg() throws {
        let svg = try code.svg()
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""))
        #expect(svg.contains("crispEdges"))
        // Fill a grid from the path's own runs.
        var dark = Set<[Int]>()
        let path = try #require(svg.split(separator: "d=\"").last).prefix { $0 != "\"" }
        for run in path.split(separator: "z") {
            let numbers = run.split { !$0.isNumber }.compactMap { Int($0) }
            let (x, y, length) = (numbers[0], numbers[1], numbers[2])
            for column in x..<x + length { dark.insert([column - 4, y - 4]) }
        }
        for row in 0..<code.side {
            for column in 0..<code.side {
                #expect(dark.contains([column, row]) == code.isDark(row: row, column: column))
            }
        }
        #expect(dark.count == code.modules.count { $0 == 1 })
    }

    @Test(
        "a terminal's half blocks read back as the same code",
        arguments: [QRCode.Terminal.lightOnDark, .darkOnLight]
    )
    func terminal(_ terminal: QRCode.Terminal) throws {
        let lines = try code.text(on: terminal).split(separator: "\n").map(Array.init)
        #expect(lines.count == 15)
        #expect(lines.allSatisfy { $0.count == 29 })
        for row in 0..<code.side {
            for column in 0..<code.side {
                let cell = lines[(row + 4) / 2][column + 4]
                let halves: (Bool, Bool) =
                    switch cell {
                    case "█": (true, true)
                    case "▀": (true, false)
                    case "▄": (false, true)
                    default: (false, false)
                    }
                let written = (row + 4) % 2 == 0 ? halves.0 : halves.1
                let dark = terminal == .lightOnDark ? !written : written
                #expect(dark == code.isDark(row: row, column: column))
            }
        }
    }

    @Test("sizes out of range are refused, not drawn")
    func sizes() throws {
        for (scale, quiet) in [(0, 4), (65, 4), (8, -1), (8, 17), (Int.max, 4), (-3, 4)] {
            #expect(throws: QRCodeError.badSize(scale: scale, quietZone: quiet)) {
                try code.png(scale: scale, quietZone: quiet)
            }
        }
        #expect(throws: QRCodeError.badSize(scale: 1, quietZone: 40)) {
            try code.svg(quietZone: 40)
        }
        #expect(throws: QRCodeError.badSize(scale: 1, quietZone: -2)) {
            try code.text(quietZone: -2)
        }
        let big = try QRCode(String(repeating: "a", count: 1024), .paper)
        #expect(throws: QRCodeError.badSize(scale: 64, quietZone: 16)) {
            try big.png(scale: 64, quietZone: 16)
        }
    }
}
