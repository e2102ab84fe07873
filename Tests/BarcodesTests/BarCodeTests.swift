import Testing

@testable import Barcodes

@Suite("Bar codes, for events whose tickets carry them")
struct BarCodeTests {
    @Test("EAN-13, Code 128 and Interleaved 2 of 5 are read when the event uses them")
    func enabled() throws {
        let ean = BarPatterns.ean13("400638133393")
        let cases: [(GreyImage, Symbologies, Symbology, String)] = [
            (ean.image, .ean, .ean13, ean.text),
            (BarPatterns.code128("XAA-AB0"), .code128, .code128, "XAA-AB0"),
            (BarPatterns.itf("0123456789"), .itf, .itf, "0123456789"),
        ]
        for (bars, symbologies, kind, text) in cases {
            let view = Views.empty(width: 800, height: 600, seed: 21)
            let picture = Views.paste(bars, onto: view, x: 120, y: 200)
            let reading = DecodingLadder(symbologies).read(picture)
            #expect(reading.symbols.map(\.text) == [text])
            #expect(reading.symbols.map(\.symbology) == [kind])
            let bounds = try #require(reading.symbols.first?.bounds)
            #expect((120..<120 + bars.width).contains(bounds.x + bounds.width / 2))
            // In video the bar code rung runs on every frame.
            let frame = DecodingLadder(symbologies).read(picture, mode: .video(frameIndex: 3))
            #expect(frame.symbols.map(\.text) == [text])
        }
    }

    @Test("and are invisible when it does not")
    func disabled() {
        for bars in [
            BarPatterns.ean13("400638133393").image, BarPatterns.code128("XAA-AB0"),
            BarPatterns.itf("0123456789"),
        ] {
            #expect(DecodingLadder().read(bars).symbols.isEmpty)
        }
        let itf = BarPatterns.itf("0123456789")
        #expect(DecodingLadder([.ean, .code128]).read(itf).symbols.isEmpty)
    }
}
