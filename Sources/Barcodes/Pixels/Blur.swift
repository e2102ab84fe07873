import Foundation

extension GreyImage {
    /// Smooths by a Gaussian of `sigma` pixels; beyond the image its edge goes on.
    func blurred(sigma: Double) -> GreyImage {
        let radius = max(1, Int((sigma * 3).rounded(.up)))
        let bell = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = bell.reduce(0, +)
        let weights = bell.map { Float($0 / sum) }
        let (width, height) = (width, height)
        return withPixels { pixels in
            GreyImage(width: width, height: height) { output in
                let padded = width + 2 * radius
                withUnsafeTemporaryAllocation(of: Float.self, capacity: padded + width) { space in
                    guard let line = space.baseAddress else { return }
                    let middle = line + radius
                    let result = line + padded
                    var y = 0
                    while y < height {
                        middle.update(repeating: 0, count: width)
                        for k in -radius...radius {
                            let row = pixels + min(max(y + k, 0), height - 1) * width
                            Self.accumulate(row, weights[k + radius], into: middle, width)
                        }
                        line.update(repeating: middle[0], count: radius)
                        (middle + width).update(repeating: middle[width - 1], count: radius)
                        result.update(repeating: 0.5, count: width)
                        for k in 0...2 * radius {
                            Self.accumulate(line + k, weights[k], into: result, width)
                        }
                        Self.store(result, into: output + y * width, width)
                        y &+= 1
                    }
                }
            }
        }
    }

    /// Steepens edges: adds `amount` times what a blur of `sigma` takes away.
    func sharpened(sigma: Double, amount: Double) -> GreyImage {
        let total = pixels.count
        // 8 binary places are enough for a grey value.
        let factor = Int32((amount * 256).rounded())
        let soft = blurred(sigma: sigma)
        return withPixels { sharp in
            soft.withPixels { soft in
                GreyImage(width: width, height: height) { output in
                    var i = 0
                    while i < total {
                        let here = Int32(sharp[i])
                        let edge = (here &- Int32(soft[i])) &* factor
                        output[i] = UInt8(min(max(here &+ edge >> 8, 0), 255))
                        i &+= 1
                    }
                }
            }
        }
    }

    private static func accumulate(
        _ row: UnsafePointer<UInt8>,
        _ weight: Float,
        into sums: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        var x = 0
        while x < count {
            sums[x] += weight * Float(row[x])
            x &+= 1
        }
    }

    private static func accumulate(
        _ row: UnsafePointer<Float>,
        _ weight: Float,
        into sums: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        var x = 0
        while x < count {
            sums[x] += weight * row[x]
            x &+= 1
        }
    }

    private static func store(
        _ line: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) {
        var x = 0
        while x < count {
            output[x] = UInt8(min(max(line[x], 0), 255))
            x &+= 1
        }
    }
}
