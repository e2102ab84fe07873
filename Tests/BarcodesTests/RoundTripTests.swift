import Testing

@testable import Barcodes

@Suite("A code that is drawn can be read back")
struct RoundTripTests {
    /// Base32 and digits, as tokens have; the pattern repeats with no short period.
    static func token(_ count: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var state: UInt32 = 0x2545_F491
        let tail = (0..<count - 3).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return letters[Int(state >> 27)]
        }
        return "ST1" + String(tail)
    }

    private func roundTrip(_ code: QRCode, scale: Int) throws -> [Symbol] {
        let image = try GreyImage.decode(bytes: code.png(scale: scale))
        return CodeReader().read(image)
    }

    @Test(
        "every token length survives PNG and zbar byte for byte",
        arguments: [18, 154, 174, 314],
        [2, 3, 4, 8]
    )
    func tokens(count: Int, scale: Int) throws {
        let text = Self.token(count)
        for purpose in [ErrorCorrection.screen, .paper] {
            let code = try QRCode(text, purpose)
            #expect(code.mode == .alphanumeric)
            let symbols = try roundTrip(code, scale: scale)
            #expect(symbols.map(\.text) == [text])
            #expect(symbols.first?.symbology == .qr)
        }
    }

    @Test("the protocol's table of sizes holds")
    func versions() throws {
        let rows = [(154, 5, 6), (174, 6, 7), (314, 9, 11), (18, 1, 1)]
        for (count, screen, paper) in rows {
            let shown = try QRCode(Self.token(count), .screen)
            let printed = try QRCode(Self.token(count), .paper)
            #expect(shown.version == screen)
            #expect(printed.version == paper)
            #expect(shown.side == 17 + 4 * screen)
            #expect(printed.level >= .medium)
        }
        #expect(try QRCode(Self.token(154), .screen).level == .low)
        #expect(try QRCode(Self.token(18), .screen).level == .medium)
    }

    @Test("room left in a version is spent on error correction, never on a bigger square")
    func raisedLevel() throws {
        // 154, 122, 87 and 64 alphanumeric characters are what version 5 holds at L, M, Q, H.
        let levels: [(Int, ErrorCorrection.Level)] = [
            (154, .low), (123, .low), (122, .medium), (115, .medium),
        ]
        for (count, level) in levels {
            let code = try QRCode(Self.token(count), .screen)
            #expect(code.version == 5)
            #expect(code.level == level)
        }
        let short = try QRCode("X", .screen)
        #expect(short.version == 1)
        #expect(short.level == .high)
    }

    @Test("lower case, UTF-8 and bytes that are no text come back unchanged")
    func bytes() throws {
        let texts = ["https://example.org/t/abc?d=1", "Grüße, 世界 🎫", "0123456789", "BOM\u{FEFF}x"]
        for text in texts {
            let symbols = try roundTrip(try QRCode(text, .screen), scale: 4)
            #expect(symbols.map(\.text) == [text])
        }
        #expect(try QRCode("0123456789", .screen).mode == .numeric)
        #expect(try QRCode("abc", .screen).mode == .byte)
        let odd: [[UInt8]] = [
            Array(0...255), [0, 0, 0], [0xEF, 0xBB, 0xBF, 0x41], [0x93, 0xFA, 0x96, 0x7B],
            [0xC3, 0x28, 0xA0, 0xA1],
        ]
        for bytes in odd {
            let symbols = try roundTrip(try QRCode(bytes: bytes, .screen), scale: 4)
            #expect(symbols.map(\.bytes) == [bytes])
        }
        let notText = try roundTrip(try QRCode(bytes: [0xC3, 0x28], .screen), scale: 4)
        #expect(notText.map(\.text) == [nil])
    }

    @Test("text beyond the limit, or none, is refused with a clear error")
    func limits() {
        #expect(throws: QRCodeError.empty) { try QRCode("", .screen) }
        #expect(throws: QRCodeError.tooLong(bytes: 1025)) {
            try QRCode(String(repeating: "a", count: 1025), .screen)
        }
        #expect(QRCodeError.tooLong(bytes: 1025).description.contains("1024"))
    }

    @Test("the longest text still makes a code, and it reads")
    func longest() throws {
        let code = try QRCode(String(repeating: "aZ9", count: 341), .paper)
        #expect(try roundTrip(code, scale: 3).map(\.bytes) == [code.bytes])
    }

    @Test("several codes in one picture are all reported, each in its place")
    func twoCodes() throws {
        let left = try QRCode(Self.token(18), .screen).image(scale: 4)
        let right = try QRCode("OTHER", .paper).image(scale: 4)
        let height = max(left.height, right.height)
        var pixels: [UInt8] = []
        for row in 0..<height {
            for image in [left, right] {
                let line = min(row, image.height - 1) * image.width
                pixels += image.pixels[line..<line + image.width]
            }
        }
        let both = GreyImage(width: left.width + right.width, height: height, pixels: pixels)
        let symbols = CodeReader().read(both)
        #expect(Set(symbols.map(\.text)) == [Self.token(18), "OTHER"])
        for symbol in symbols {
            let bounds = try #require(symbol.bounds)
            #expect((bounds.x >= left.width) == (symbol.text == "OTHER"))
            #expect(symbol.outline.count == 4)
        }
    }
}
