import BarcodeSamples

@testable import Barcodes

/// Made-up camera views for the ladder.
enum Views {
    static func empty(width: Int, height: Int, seed: UInt64) -> GreyImage {
        let scene = EmptyScene(width: width, height: height, seed: seed)
        return GreyImage(width: width, height: height, pixels: scene.pixels)
    }

    /// The view with another image laid over it.
    static func paste(_ image: GreyImage, onto view: GreyImage, x: Int, y: Int) -> GreyImage {
        var pixels = view.pixels
        for row in 0..<image.height {
            let target = (y + row) * view.width + x
            let source = row * image.width
            pixels.replaceSubrange(
                target..<target + image.width,
                with: image.pixels[source..<source + image.width]
            )
        }
        return GreyImage(width: view.width, height: view.height, pixels: pixels)
    }

    /// Less contrast: black and white come out as these two greys.
    static func faded(_ image: GreyImage, black: Int, white: Int) -> GreyImage {
        image.mapped((0..<256).map { UInt8(black + $0 * (white - black) / 255) })
    }
}
