import BarcodeSamples
import Testing

@testable import Barcodes

@Suite("Bytes that are no good picture end in a clear error")
struct BadImageTests {
    @Test("an empty file, text and half a magic number are not images")
    func notImages() {
        let files: [[UInt8]] = [
            [], [0], [0xFF, 0xD8], [0x89, 0x50, 0x4E], Array("GIF89a and more".utf8),
            [UInt8](repeating: 0, count: 4096),
        ]
        for file in files {
            #expect(throws: ImageError.notAnImage) { try GreyImage.decode(bytes: file) }
        }
    }

    @Test("a PNG cut off anywhere is damaged")
    func cutPNG() throws {
        let file = try QRCode("CUT", .screen).png(scale: 6)
        for length in 8..<file.count - 12 {
            #expect(throws: ImageError.self, "cut at \(length)") {
                try GreyImage.decode(bytes: Array(file[..<length]))
            }
        }
    }

    @Test("a PNG with any one byte altered is read or refused, never worse")
    func alteredPNG() throws {
        let file = try QRCode("FLIP", .screen).png(scale: 2)
        for place in 8..<file.count {
            var altered = file
            altered[place] ^= 0x55
            // Either outcome is right; what is tested is that one of them comes.
            let image = try? GreyImage.decode(bytes: altered)
            #expect(image.map { $0.pixels.count == $0.width * $0.height } ?? true)
        }
    }

    @Test("valid magic bytes before noise are damage")
    func noise() {
        var noise = Noise(seed: 7)
        for start: [UInt8] in [
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF, 0xE0],
            [0xFF, 0xD8, 0xFF, 0xDB, 0, 67],
        ] {
            for length in [0, 1, 2, 10, 100, 5000] {
                let file = start + (0..<length).map { _ in noise.byte() }
                #expect(throws: ImageError.self) { try GreyImage.decode(bytes: file) }
            }
        }
    }

    @Test("a header that promises absurd dimensions costs nothing")
    func absurdDimensions() throws {
        let good = try QRCode("BIG", .screen).png(scale: 2)
        for (width, height): (UInt32, UInt32) in [
            (60_000, 60_000), (1_000_000, 1), (16_384, 16_384), (0, 10), (0x7FFF_FFFF, 0x7FFF_FFFF),
        ] {
            var file = good
            file.replaceSubrange(16..<24, with: bigEndian(width) + bigEndian(height))
            file.replaceSubrange(29..<33, with: bigEndian(PNGChecksum.crc32(file[12..<29])))
            #expect(throws: ImageError.self) { try GreyImage.decode(bytes: file) }
        }
    }

    @Test("a JPEG whose header claims 65,500 by 65,500 pixels is refused before decoding")
    func absurdJPEG() {
        #expect(throws: ImageError.tooLarge(width: 65_500, height: 65_500)) {
            try GreyImage.decode(bytes: TinyJPEG.header(width: 65_500, height: 65_500))
        }
        #expect(throws: ImageError.tooLarge(width: 8000, height: 8000)) {
            try GreyImage.decode(bytes: TinyJPEG.header(width: 8000, height: 8000))
        }
    }

    @Test("a picture of one pixel is too small for a code")
    func onePixel() throws {
        let file = try PNG.encode(inked: [1], width: 1, height: 1)
        #expect(throws: ImageError.tooSmall(width: 1, height: 1)) {
            try GreyImage.decode(bytes: file)
        }
        #expect(throws: ImageError.tooSmall(width: 1, height: 1)) {
            try GreyImage.decode(bytes: TinyJPEG.header(width: 1, height: 1))
        }
    }

    @Test("a file over the size limit is refused unread")
    func hugeFile() {
        let file = [UInt8](repeating: 0xFF, count: ImageLimits.fileBytesMax + 1)
        #expect(throws: ImageError.fileTooLarge(bytes: file.count)) {
            try GreyImage.decode(bytes: file)
        }
    }

    @Test("tiny images go through every reader unharmed")
    func tinyImages() {
        for width in [1, 2, 3, 7, 8, 9, 20] {
            for height in [1, 2, 5, 8, 21] {
                let pixels = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 &* 97) }
                let image = GreyImage(width: width, height: height, pixels: pixels)
                #expect(CodeReader(.all).read(image).isEmpty)
            }
        }
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
