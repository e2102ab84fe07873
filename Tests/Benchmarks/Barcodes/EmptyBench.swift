import BarcodeSamples
import Barcodes

/// What a view without a code costs: the price of waiting for the next guest.
enum EmptyBench {
    private static let scenes = 12
    private static let rounds = 3

    static func run() {
        for (width, height) in [(640, 480), (1280, 720)] {
            let images = (0..<scenes).map { index in
                let scene = EmptyScene(width: width, height: height, seed: UInt64(index + 1))
                return GreyImage(width: width, height: height, pixels: scene.pixels)
            }
            var plain = Times()
            var first = Times()
            var video = Times()
            var still = Times()
            var invented = 0
            let ladder = DecodingLadder()
            let turns = Rung.allCases.count
            for _ in 0..<rounds {
                for (index, image) in images.enumerated() {
                    invented += plain.measure { CodeReader().read(image) }.count
                    let crop = first.measure { ladder.read(image, only: .crop) }
                    let whole = ladder.read(image)
                    still.add(whole.elapsed)
                    invented += crop.symbols.count + whole.symbols.count
                    // Enough frames of each view for every rung to have had its turn.
                    for frame in 0..<turns {
                        let reading = ladder.read(image, mode: .video(frameIndex: index + frame))
                        video.add(reading.elapsed)
                        invented += reading.symbols.count
                    }
                }
            }
            print("\nempty view of \(width)×\(height), \(scenes) scenes × \(rounds)")
            print("  " + "work".left(26) + "  median     p95    mean   of plain zbar (means)")
            for (name, times) in [
                ("zbar, whole picture", plain), ("ladder: search and crop", first),
                ("ladder: video, a frame", video), ("ladder: every rung", still),
            ] {
                let ratio = times.mean / plain.mean
                print(
                    "  " + name.left(26) + times.median.shown() + times.percentile(0.95).shown()
                        + times.mean.shown() + ratio.shown(10, decimals: 2) + "×"
                )
            }
            print("  codes invented: \(invented)")
        }
    }
}
