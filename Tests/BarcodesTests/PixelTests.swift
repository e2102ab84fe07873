import BarcodeSamples
import Testing

@testable import Barcodes

@Suite("Preparing pixels")
struct PixelTests {
    private func noise(_ width: Int, _ height: Int, seed: UInt64 = 4) -> GreyImage {
        var noise = Noise(seed: seed)
        return GreyImage(
            width: width,
            height: height,
            pixels: (0..<width * height).map { _ in noise.byte() }
        )
    }

    private func flat(_ shade: UInt8, _ width: Int, _ height: Int) -> GreyImage {
        GreyImage(
            width: width,
            height: height,
            pixels: [UInt8](repeating: shade, count: width * height)
        )
    }

    @Test("the adaptive threshold is what its definition says", arguments: [1, 3, 15, 31])
    func threshold(box: Int) {
        let image = noise(23, 17)
        let result = image.thresholded(box: box, offset: 3)
        for y in 0..<image.height {
            for x in 0..<image.width {
                var sum = 0
                for dy in -(box / 2)...(box / 2) {
                    for dx in -(box / 2)...(box / 2) {
                        let row = min(max(y + dy, 0), image.height - 1)
                        let column = min(max(x + dx, 0), image.width - 1)
                        sum += Int(image.pixels[row * image.width + column])
                    }
                }
                let here = Int(image.pixels[y * image.width + x])
                let white = here * box * box > sum - 3 * box * box
                #expect((result.pixels[y * image.width + x] == 255) == white)
            }
        }
    }

    @Test("a flat image stays flat at every size, turn and blur")
    func flatStaysFlat() {
        let image = flat(77, 60, 40)
        for size in [7, 20, 30, 59, 60, 61, 200] {
            let scaled = image.scaled(image.wholeBox, longSide: size, growthMax: 4)
            #expect(scaled.longSide == size)
            #expect(Set(scaled.pixels) == [77])
        }
        #expect(Set(image.blurred(sigma: 2.5).pixels) == [77])
        #expect(Set(image.sharpened(sigma: 2.5, amount: 3).pixels) == [77])
        #expect(Set(image.rotated(degrees: 33).pixels) == [77])
        #expect(image.stretched() == image)
        #expect(image.edgeTurn() == nil)
    }

    @Test("growth stops at its limit")
    func growth() {
        let image = flat(9, 20, 10)
        let scaled = image.scaled(image.wholeBox, longSide: 600, growthMax: 3.5)
        #expect((scaled.width, scaled.height) == (70, 35))
    }

    @Test("halving averages two by two, and a crop takes exactly its pixels")
    func exactSizes() {
        let image = noise(12, 8)
        let half = image.resampled(image.wholeBox, width: 6, height: 4)
        for y in 0..<4 {
            for x in 0..<6 {
                let sum = [0, 1, 12, 13].reduce(0) { $0 + Int(image.pixels[y * 24 + x * 2 + $1]) }
                #expect(Int(half.pixels[y * 6 + x]) == (sum + 2) / 4)
            }
        }
        let box = ImageBox(x: 3, y: 2, width: 5, height: 4)
        let crop = image.resampled(box, width: 5, height: 4)
        for y in 0..<4 {
            for x in 0..<5 {
                #expect(crop.pixels[y * 5 + x] == image.pixels[(y + 2) * 12 + x + 3])
            }
        }
    }

    @Test("shrinking by any factor keeps the mean grey")
    func meanGrey() {
        let image = noise(101, 77)
        let mean = { (image: GreyImage) in
            Double(image.pixels.reduce(0) { $0 + Int($1) }) / Double(image.pixels.count)
        }
        for width in [13, 50, 64, 100] {
            let scaled = image.resampled(image.wholeBox, width: width, height: 33)
            #expect(abs(mean(scaled) - mean(image)) < 1)
        }
    }

    @Test("stretching reaches black and white, and inverting twice changes nothing")
    func tone() {
        let pale = Views.faded(noise(50, 50), black: 90, white: 140)
        let stretched = pale.stretched()
        #expect(stretched.pixels.min() == 0)
        #expect(stretched.pixels.max() == 255)
        #expect(pale.inverted().inverted() == pale)
    }

    @Test("a turn of 90 degrees moves each pixel to its place")
    func quarterTurn() {
        let image = noise(9, 9)
        let turned = image.rotated(degrees: 90)
        for y in 0..<9 {
            for x in 0..<9 {
                let difference =
                    Int(turned.pixels[y * 9 + x]) - Int(image.pixels[(8 - x) * 9 + y])
                #expect(abs(difference) <= 1)
            }
        }
    }

    @Test("the prevailing turn of a code is told to a degree", arguments: [-40.0, -17, 5, 22, 38])
    func turn(degrees: Double) throws {
        let code = try QRCode("WHICH WAY IS UP", .screen).image(scale: 8, quietZone: 12)
        let told = try #require(code.rotated(degrees: degrees).edgeTurn())
        #expect(abs(told - degrees) < 1.5)
    }

    @Test("the finder's best place holds the code", arguments: 1...6)
    func finder(seed: UInt64) throws {
        let view = Views.empty(width: 1280, height: 720, seed: seed)
        let code = try QRCode(RoundTripTests.token(154), .screen).image(scale: 5)
        let (x, y) = (90 + 160 * Int(seed), 400 - 60 * Int(seed))
        let picture = Views.paste(code, onto: view, x: x, y: y)
        let reduced = picture.scaled(picture.wholeBox, longSide: 640, growthMax: 1)
        let finder = Finder(picture: picture, reduced: reduced)
        let best = try #require(finder.boxes(level: 0.45).first)
        // The quiet zone may stay outside, the modules may not.
        #expect(best.x <= x + 20 && best.x + best.width >= x + code.width - 20)
        #expect(best.y <= y + 20 && best.y + best.height >= y + code.height - 20)
        #expect(best.width <= 2 * code.width && best.height <= 2 * code.height)
        #expect(best.x >= 0 && best.x + best.width <= 1280)
        #expect(best.y >= 0 && best.y + best.height <= 720)
    }
}
