extension GreyImage {
    /// Black and white by each pixel's own surroundings, which evens out shade and glare.
    ///
    /// A pixel is white when it is brighter than the mean of the `box` by `box` pixels around it
    /// less `offset`. Beyond the image its edge goes on. `box` is odd.
    func thresholded(box: Int, offset: Int) -> GreyImage {
        precondition(box > 0 && box % 2 == 1 && box < 256, "a box has a middle")
        let radius = box / 2
        let (width, height) = (width, height)
        let padded = width + 2 * radius
        let area = Int32(box * box)
        let shift = Int32(offset) * area
        return withPixels { pixels in
            GreyImage(width: width, height: height) { output in
                withUnsafeTemporaryAllocation(of: UInt16.self, capacity: padded) { columns in
                    guard let columns = columns.baseAddress else { return }
                    let middle = columns + radius
                    middle.update(repeating: 0, count: width)
                    var row = -radius
                    while row <= radius {
                        Self.add(pixels + Self.clamp(row, height) * width, to: middle, width)
                        row &+= 1
                    }
                    var y = 0
                    while y < height {
                        (columns).update(repeating: middle[0], count: radius)
                        (middle + width).update(repeating: middle[width - 1], count: radius)
                        let line = y &* width
                        Self.compare(
                            pixels + line,
                            columns,
                            output + line,
                            width,
                            box,
                            area,
                            shift
                        )
                        let leaving = pixels + Self.clamp(y - radius, height) &* width
                        let entering = pixels + Self.clamp(y + radius + 1, height) &* width
                        Self.exchange(entering, leaving, in: middle, width)
                        y &+= 1
                    }
                }
            }
        }
    }

    private static func clamp(_ row: Int, _ height: Int) -> Int { min(max(row, 0), height - 1) }

    private static func add(
        _ row: UnsafePointer<UInt8>,
        to sums: UnsafeMutablePointer<UInt16>,
        _ count: Int
    ) {
        var x = 0
        while x < count {
            sums[x] = sums[x] &+ UInt16(row[x])
            x &+= 1
        }
    }

    private static func exchange(
        _ entering: UnsafePointer<UInt8>,
        _ leaving: UnsafePointer<UInt8>,
        in sums: UnsafeMutablePointer<UInt16>,
        _ count: Int
    ) {
        var x = 0
        while x < count {
            sums[x] = sums[x] &+ UInt16(entering[x]) &- UInt16(leaving[x])
            x &+= 1
        }
    }

    private static func compare(
        _ row: UnsafePointer<UInt8>,
        _ columns: UnsafePointer<UInt16>,
        _ output: UnsafeMutablePointer<UInt8>,
        _ count: Int,
        _ box: Int,
        _ area: Int32,
        _ shift: Int32
    ) {
        var sum: Int32 = -shift
        var x = 0
        while x < box {
            sum = sum &+ Int32(columns[x])
            x &+= 1
        }
        x = 0
        while x < count {
            output[x] = Int32(row[x]) &* area > sum ? 255 : 0
            // The last turn reads one place past the padded columns' end unless stopped here.
            if x &+ 1 < count {
                sum = sum &+ Int32(columns[x &+ box]) &- Int32(columns[x])
            }
            x &+= 1
        }
    }
}
