import BarcodeSamples
import Testing

@testable import Barcodes

@Suite("The ladder reads what zbar alone does not")
struct LadderTests {
    private let text = RoundTripTests.token(154)
    private let view = Views.empty(width: 640, height: 480, seed: 5)

    private func code(scale: Int = 4) throws -> GreyImage {
        try QRCode(text, .screen).image(scale: scale)
    }

    @Test("a phone in dark mode is read by the rung made for it, and its place is right")
    func darkMode() throws {
        let dark = Views.faded(try code().inverted(), black: 20, white: 230)
        let picture = Views.paste(dark, onto: view, x: 300, y: 200)
        #expect(CodeReader().read(picture).isEmpty)
        let reading = DecodingLadder().read(picture)
        #expect(reading.symbols.map(\.text) == [text])
        #expect(reading.rung == .dark)
        expectPlace(reading, x: 300 + 16, y: 200 + 16, side: 148)
    }

    @Test("a code anywhere in the view is placed within a module or two", arguments: Rung.allCases)
    func place(rung: Rung) throws {
        // The same code held at an angle, so that upright rungs have something to turn.
        var picture = Views.paste(try code(scale: 6), onto: view, x: 180, y: 120)
        if rung == .dark { picture = picture.inverted() }
        let turned = picture.rotated(degrees: 12)
        let reading = DecodingLadder(.all).read(turned, only: rung)
        // A rung that reads nothing here has no place to get wrong; the sure ones must read.
        if [.crop, .dark, .upright, .fine, .whole].contains(rung) {
            #expect(reading.symbols.map(\.text) == [text])
        }
        for symbol in reading.symbols where symbol.symbology == .qr {
            let truth = Affine.turning(
                cosine: 0.97815,
                sine: -0.20791,
                aboutX: 319.5,
                aboutY: 239.5
            )
            let x = symbol.outline.reduce(0) { $0 + $1.x } / 4
            let y = symbol.outline.reduce(0) { $0 + $1.y } / 4
            // Middle of the code before the turn.
            let middle = truth(ImagePoint(x: 180 + 135, y: 120 + 135))
            #expect(abs(x - middle.x) <= 8, "\(rung) x \(x) against \(middle.x)")
            #expect(abs(y - middle.y) <= 8, "\(rung) y \(y) against \(middle.y)")
        }
    }

    @Test("a faint, tilted code in a large view is read")
    func faint() throws {
        let large = Views.empty(width: 1280, height: 720, seed: 8)
        let pale = Views.faded(try code(scale: 3), black: 100, white: 165)
        let picture = Views.paste(pale, onto: large, x: 800, y: 300).rotated(degrees: -7)
        #expect(DecodingLadder().read(picture).symbols.map(\.text) == [text])
    }

    @Test("of two codes side by side at least one is read, and by the whole view both")
    func pair() throws {
        let other = try QRCode("X0123456789ABCDEFG", .paper).image(scale: 6)
        var picture = Views.paste(try code(), onto: view, x: 40, y: 150)
        picture = Views.paste(other, onto: picture, x: 240, y: 150)
        let both: Set<String?> = [text, "X0123456789ABCDEFG"]
        let first = Set(DecodingLadder().read(picture).symbols.map(\.text))
        #expect(!first.isEmpty && first.isSubset(of: both))
        let whole = DecodingLadder().read(picture, only: .wholeEvened)
        #expect(Set(whole.symbols.map(\.text)) == both)
    }

    @Test("a view without a code yields none, whatever is looked for", arguments: 1...4)
    func empty(seed: UInt64) {
        let picture = Views.empty(width: 640, height: 480, seed: seed * 31)
        for symbologies in [Symbologies.qrOnly, .all] {
            let reading = DecodingLadder(symbologies).read(picture)
            #expect(reading.symbols.isEmpty)
            #expect(reading.rung == nil)
        }
    }

    @Test("the same picture gives the same answer every time")
    func repeatable() throws {
        let picture = Views.paste(try code(scale: 2), onto: view, x: 100, y: 100)
        let first = DecodingLadder().read(picture)
        for _ in 0..<3 {
            let again = DecodingLadder().read(picture)
            #expect(again.symbols == first.symbols)
            #expect(again.rung == first.rung)
        }
    }

    @Test("pictures of any tiny or flat kind pass through every rung unharmed")
    func degenerate() {
        for (width, height) in [(1, 1), (2, 3), (8, 8), (9, 400), (400, 9), (21, 21), (700, 3)] {
            for shade: UInt8 in [0, 128, 255] {
                let flat = GreyImage(
                    width: width,
                    height: height,
                    pixels: [UInt8](repeating: shade, count: width * height)
                )
                #expect(DecodingLadder(.all).read(flat).symbols.isEmpty)
            }
            var noise = Noise(seed: 11)
            let grain = GreyImage(
                width: width,
                height: height,
                pixels: (0..<width * height).map { _ in noise.byte() }
            )
            #expect(DecodingLadder().read(grain).symbols.isEmpty)
        }
    }

    @Test("in video every rung gets its turn, and every frame the first one")
    func turns() {
        for symbologies in [Symbologies.qrOnly, .all] {
            let ladder = DecodingLadder(symbologies)
            let still = ladder.rungs(.still)
            #expect(still.contains(.bars) == (symbologies == .all))
            var seen = Set<Rung>()
            for frame in 0..<still.count {
                let rungs = ladder.rungs(.video(frameIndex: frame))
                #expect(rungs.first == .crop)
                #expect(rungs.contains(.bars) == (symbologies == .all))
                #expect(Set(rungs).count == rungs.count)
                seen.formUnion(rungs)
            }
            #expect(seen == Set(still))
        }
        #expect(DecodingLadder().rungs(.video(frameIndex: -5)).count > 1)
        #expect(DecodingLadder().rungs(.video(frameIndex: .min)).count > 1)
        #expect(DecodingLadder().rungs(.video(frameIndex: .max)).count > 1)
    }

    private func expectPlace(_ reading: DecodingLadder.Reading, x: Int, y: Int, side: Int) {
        let bounds = reading.symbols.first?.bounds
        let close = bounds.map {
            abs($0.x - x) <= 8 && abs($0.y - y) <= 8 && abs($0.width - side) <= 12
                && abs($0.height - side) <= 12
        }
        #expect(close == true, "\(String(describing: bounds))")
    }
}
