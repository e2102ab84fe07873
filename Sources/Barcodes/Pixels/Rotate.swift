import Foundation

extension GreyImage {
    /// The image turned about its centre by `degrees`, clockwise, at the same size.
    ///
    /// Interpolates straight between pixels; what turns in from outside is the nearest edge.
    func rotated(degrees: Double) -> GreyImage {
        let radians = degrees * .pi / 180
        // 16 binary places: exact to a hundredth of a pixel over the largest side allowed.
        let one = 65_536.0
        let stepX = Int((cos(radians) * one).rounded())
        let stepY = Int((-sin(radians) * one).rounded())
        let (width, height) = (width, height)
        let (midX, midY) = (Double(width - 1) / 2, Double(height - 1) / 2)
        return withPixels { pixels in
            GreyImage(width: width, height: height) { output in
                var y = 0
                while y < height {
                    let (dx, dy) = (-midX, Double(y) - midY)
                    var sx = Int((midX + cos(radians) * dx + sin(radians) * dy) * one)
                    var sy = Int((midY - sin(radians) * dx + cos(radians) * dy) * one)
                    let row = output + y &* width
                    var x = 0
                    while x < width {
                        row[x] = Self.between(pixels, width, height, sx, sy)
                        sx &+= stepX
                        sy &+= stepY
                        x &+= 1
                    }
                    y &+= 1
                }
            }
        }
    }

    /// The grey at a place given in 65536ths of a pixel.
    private static func between(
        _ pixels: UnsafePointer<UInt8>,
        _ width: Int,
        _ height: Int,
        _ x: Int,
        _ y: Int
    ) -> UInt8 {
        let left = min(max(x >> 16, 0), width &- 1)
        let right = min(max((x >> 16) &+ 1, 0), width &- 1)
        let top = pixels + min(max(y >> 16, 0), height &- 1) &* width
        let bottom = pixels + min(max((y >> 16) &+ 1, 0), height &- 1) &* width
        let (fx, fy) = ((x >> 8) & 255, (y >> 8) & 255)
        let upper = Int(top[left]) &* (256 &- fx) &+ Int(top[right]) &* fx
        let lower = Int(bottom[left]) &* (256 &- fx) &+ Int(bottom[right]) &* fx
        return UInt8(truncatingIfNeeded: (upper &* (256 &- fy) &+ lower &* fy &+ 32_768) >> 16)
    }
}
