extension GreyImage {
    /// How many pixels have each grey value.
    func histogram() -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        let total = pixels.count
        withPixels { pixels in
            counts.withUnsafeMutableBufferPointer { counts in
                guard let counts = counts.baseAddress else { return }
                var i = 0
                while i < total {
                    counts[Int(pixels[i])] &+= 1
                    i &+= 1
                }
            }
        }
        return counts
    }

    /// The darkest hundredth becomes black, the brightest white, and the rest spreads between.
    func stretched() -> GreyImage {
        let counts = histogram()
        let share = pixels.count / 100
        var low = 0
        var below = counts[0]
        while low < 255, below <= share {
            low += 1
            below += counts[low]
        }
        var high = 255
        var above = counts[255]
        while high > 0, above <= share {
            high -= 1
            above += counts[high]
        }
        guard high > low, (low, high) != (0, 255) else { return self }
        let span = high - low
        return mapped((0..<256).map { UInt8(min(max(($0 - low) * 255 / span, 0), 255)) })
    }

    /// Light becomes dark and dark light.
    func inverted() -> GreyImage {
        mapped((0..<256).map { UInt8(255 - $0) })
    }

    /// Replaces each grey value by the table's entry for it.
    func mapped(_ table: [UInt8]) -> GreyImage {
        precondition(table.count == 256, "one entry a grey value")
        let total = pixels.count
        return withPixels { pixels in
            table.withUnsafeBufferPointer { table in
                GreyImage(width: width, height: height) { output in
                    guard let table = table.baseAddress else { return }
                    var i = 0
                    while i < total {
                        output[i] = table[Int(pixels[i])]
                        i &+= 1
                    }
                }
            }
        }
    }
}
