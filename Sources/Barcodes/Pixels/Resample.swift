extension GreyImage {
    /// The part of the image inside `box`, at another size.
    ///
    /// Shrinking averages every pixel that goes into one; growing interpolates by the
    /// Catmull-Rom cubic, which keeps module edges steeper than straight lines would.
    func resampled(_ box: ImageBox, width: Int, height: Int) -> GreyImage {
        precondition(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0)
        precondition(box.x + box.width <= self.width && box.y + box.height <= self.height)
        if width == box.width, height == box.height { return cropped(box) }
        let factor = box.width / width
        if factor <= Self.reductionMax, box.width == width * factor, box.height == height * factor {
            return reduced(box, by: factor)
        }
        let across = Taps(from: box.width, to: width)
        let down = Taps(from: box.height, to: height)
        let stride = self.width
        return withPixels { pixels in
            let origin = pixels + (box.y * stride + box.x)
            return GreyImage(width: width, height: height) { output in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: box.width) { line in
                    guard let line = line.baseAddress else { return }
                    var y = 0
                    while y < height {
                        down.mixRows(y, of: origin, stride: stride, count: box.width, into: line)
                        across.mixColumns(of: line, into: output + y * width)
                        y &+= 1
                    }
                }
            }
        }
    }

    /// The part of the image inside `box`, its long side brought to `target` pixels.
    ///
    /// Never grown more than `growthMax` times: beyond that there is nothing left to see.
    func scaled(_ box: ImageBox, longSide target: Int, growthMax: Double) -> GreyImage {
        let factor = min(Double(target) / Double(max(box.width, box.height)), growthMax)
        let width = max(1, Int((Double(box.width) * factor).rounded()))
        let height = max(1, Int((Double(box.height) * factor).rounded()))
        return resampled(box, width: width, height: height)
    }

    /// The whole image as a box.
    var wholeBox: ImageBox { ImageBox(x: 0, y: 0, width: width, height: height) }

    private func cropped(_ box: ImageBox) -> GreyImage {
        let stride = width
        return withPixels { pixels in
            GreyImage(width: box.width, height: box.height) { output in
                var y = 0
                while y < box.height {
                    let row = pixels + ((box.y &+ y) &* stride &+ box.x)
                    (output + y &* box.width).update(from: row, count: box.width)
                    y &+= 1
                }
            }
        }
    }

    /// A column of this many pixels still sums up in 16 bits.
    private static let reductionMax = 256

    /// Averages squares of `factor` by `factor` pixels.
    private func reduced(_ box: ImageBox, by factor: Int) -> GreyImage {
        let (width, height, stride) = (box.width / factor, box.height / factor, self.width)
        let area = UInt32(factor * factor)
        return withPixels { pixels in
            GreyImage(width: width, height: height) { output in
                withUnsafeTemporaryAllocation(of: UInt16.self, capacity: box.width) { sums in
                    guard let sums = sums.baseAddress else { return }
                    var y = 0
                    while y < height {
                        sums.update(repeating: 0, count: box.width)
                        var k = 0
                        while k < factor {
                            let row = pixels + ((box.y &+ y &* factor &+ k) &* stride &+ box.x)
                            var x = 0
                            while x < box.width {
                                sums[x] = sums[x] &+ UInt16(row[x])
                                x &+= 1
                            }
                            k &+= 1
                        }
                        let target = output + y &* width
                        var x = 0
                        while x < width {
                            var sum = area / 2
                            var k = 0
                            while k < factor {
                                sum = sum &+ UInt32(sums[x &* factor &+ k])
                                k &+= 1
                            }
                            target[x] = UInt8(truncatingIfNeeded: sum / area)
                            x &+= 1
                        }
                        y &+= 1
                    }
                }
            }
        }
    }
}

/// Which source positions make up each target position along one axis, and how much of each.
private struct Taps {
    let count: Int
    let width: Int
    private let starts: [Int]
    private let weights: [Float]

    init(from source: Int, to target: Int) {
        let ratio = Double(source) / Double(target)
        let shrinks = ratio >= 1
        let width = min(source, shrinks ? Int(ratio.rounded(.up)) + 1 : 4)
        var starts: [Int] = []
        var weights: [Float] = []
        starts.reserveCapacity(target)
        weights.reserveCapacity(target * width)
        for index in 0..<target {
            let low = Double(index) * ratio
            let high = low + ratio
            let centre = (low + high) / 2 - 0.5
            let first = shrinks ? Int(low) : Int(centre.rounded(.down)) - 1
            let start = min(max(first, 0), source - width)
            var own = [Float](repeating: 0, count: width)
            for position in first..<first + (shrinks ? width : 4) {
                let share =
                    shrinks
                    ? max(0, min(high, Double(position + 1)) - max(low, Double(position)))
                    : Self.catmullRom(abs(Double(position) - centre))
                // Beyond the edge the edge pixel goes on.
                own[min(max(position - start, 0), width - 1)] += Float(share)
            }
            let sum = own.reduce(0, +)
            starts.append(start)
            weights += own.map { $0 / sum }
        }
        self.count = target
        self.width = width
        self.starts = starts
        self.weights = weights
    }

    private static func catmullRom(_ t: Double) -> Double {
        if t < 1 { return (1.5 * t - 2.5) * t * t + 1 }
        if t < 2 { return ((-0.5 * t + 2.5) * t - 4) * t + 2 }
        return 0
    }

    /// One target row: a mix of whole source rows.
    func mixRows(
        _ index: Int,
        of origin: UnsafePointer<UInt8>,
        stride: Int,
        count: Int,
        into line: UnsafeMutablePointer<Float>
    ) {
        line.update(repeating: 0.5, count: count)
        var k = 0
        while k < width {
            let weight = weights[index &* width &+ k]
            let row = origin + (starts[index] &+ k) &* stride
            if weight != 0 {
                var x = 0
                while x < count {
                    line[x] += weight * Float(row[x])
                    x &+= 1
                }
            }
            k &+= 1
        }
    }

    /// One target row from a mixed line, columns brought to size.
    func mixColumns(of line: UnsafePointer<Float>, into output: UnsafeMutablePointer<UInt8>) {
        starts.withUnsafeBufferPointer { starts in
            weights.withUnsafeBufferPointer { weights in
                guard let starts = starts.baseAddress, var weight = weights.baseAddress else {
                    return
                }
                var x = 0
                while x < count {
                    let source = line + starts[x]
                    var sum: Float = 0
                    var k = 0
                    while k < width {
                        sum += weight[k] * source[k]
                        k &+= 1
                    }
                    weight += width
                    output[x] = UInt8(min(max(sum, 0), 255))
                    x &+= 1
                }
            }
        }
    }
}
