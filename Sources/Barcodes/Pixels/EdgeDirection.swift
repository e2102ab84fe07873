import Foundation

extension GreyImage {
    /// How far the picture's edges are turned from upright, in degrees, clockwise, ±45.
    ///
    /// `nil` when no direction prevails. A code's edges run in two directions at right angles;
    /// raising each gradient, as a complex number, to the fourth power folds all four of its
    /// senses into one, so the sum's angle is four times the turn. Strong edges weigh most.
    func edgeTurn() -> Double? {
        guard width > 2, height > 2 else { return nil }
        let (width, height) = (width, height)
        var (real, imaginary, total) = (0.0, 0.0, 0.0)
        withPixels { pixels in
            var y = 1
            while y < height &- 1 {
                let row = pixels + y &* width
                let (above, below) = (row - width, row + width)
                var (re, im, sum): (Float, Float, Float) = (0, 0, 0)
                var x = 1
                while x < width &- 1 {
                    // Sobel's weights: plain differences lean towards the axes on hard edges.
                    let falling = Int32(below[x &+ 1]) &- Int32(above[x &- 1])
                    let rising = Int32(above[x &+ 1]) &- Int32(below[x &- 1])
                    let across = Int32(row[x &+ 1]) &- Int32(row[x &- 1])
                    let down = Int32(below[x]) &- Int32(above[x])
                    let gx = Float(2 &* across &+ falling &+ rising)
                    let gy = Float(2 &* down &+ falling &- rising)
                    let (a, b) = (gx * gx - gy * gy, 2 * gx * gy)
                    re += a * a - b * b
                    im += 2 * a * b
                    sum += a * a + b * b
                    x &+= 1
                }
                real += Double(re)
                imaginary += Double(im)
                total += Double(sum)
                // Every second row tells the same at half the price.
                y &+= 2
            }
        }
        let agreement = (real * real + imaginary * imaginary).squareRoot()
        guard total > 0, agreement > 0.05 * total else { return nil }
        return atan2(imaginary, real) / 4 * 180 / .pi
    }
}
