/// A picture in shades of grey, one byte a pixel, rows from the top without gaps.
///
/// 0 is black and 255 white. Sides are at least 1; images that come from files also keep
/// ``ImageLimits``.
package struct GreyImage: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// Exactly `width * height` bytes.
    package let pixels: [UInt8]

    /// An image from pixels at hand, such as a camera frame's luma plane.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image has pixels")
        precondition(pixels.count == width * height, "one byte a pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// An image whose pixels `fill` writes, every one of them.
    init(width: Int, height: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        precondition(width > 0 && height > 0, "an image has pixels")
        self.width = width
        self.height = height
        self.pixels = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
            if let base = buffer.baseAddress { fill(base) }
            count = width * height
        }
    }

    /// The longer side in pixels.
    var longSide: Int { max(width, height) }

    /// Lends the pixels to code that runs over millions of them.
    func withPixels<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an image has pixels") }
            return body(base)
        }
    }

    static func checkSize(width: Int, height: Int) throws(ImageError) {
        guard width <= ImageLimits.sideMax, height <= ImageLimits.sideMax,
            width * height <= ImageLimits.pixelsMax
        else { throw .tooLarge(width: width, height: height) }
        guard width >= ImageLimits.sideMin, height >= ImageLimits.sideMin else {
            throw .tooSmall(width: width, height: height)
        }
    }
}
