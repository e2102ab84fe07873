import BarcodeSamples
import Barcodes

/// A fresh zbar scanner for every image against one kept for all of them.
enum ScannerBench {
    static func run() {
        let scene = EmptyScene(width: 300, height: 300, seed: 99)
        let image = GreyImage(width: 300, height: 300, pixels: scene.pixels)
        var fresh = Times()
        var kept = Times()
        let scanner = ZBarScanner(.qrOnly, density: 1)
        for _ in 0..<300 {
            _ = fresh.measure { CodeReader().read(image) }
            _ = kept.measure { scanner.scan(image) }
        }
        print("\na scanner for each 300×300 image, against one kept for all")
        print("  fresh" + fresh.median.shown(8, decimals: 3) + " ms")
        print("  kept " + kept.median.shown(8, decimals: 3) + " ms")
        guard SampleSet.arePresent else { return }
        var differing = 0
        var (freshRead, keptRead, count) = (0, 0, 0)
        let long = ZBarScanner(.qrOnly, density: 1)
        for name in SampleSet.names {
            // Without the sets there is nothing to compare.
            guard let set = try? SampleSet(name) else { continue }
            for sample in set.samples {
                guard let bytes = try? sample.bytes(),
                    let image = try? GreyImage.decode(bytes: bytes)
                else { continue }
                count += 1
                let first = CodeReader().read(image).map(\.text)
                let second = long.scan(image).map(\.text)
                if first != second { differing += 1 }
                if sample.isRead(first) { freshRead += 1 }
                if sample.isRead(second) { keptRead += 1 }
            }
        }
        print("  whole pictures read of \(count): fresh \(freshRead), kept \(keptRead),")
        print("  pictures whose answer differs: \(differing)")
    }
}
