/// Grey values of a made-up view without any code: shapes, texture at every size, grain.
///
/// The same seed makes the same view.
package struct EmptyScene {
    package let width: Int
    package let height: Int
    package private(set) var pixels: [UInt8]

    package init(width: Int, height: Int, seed: UInt64) {
        self.width = width
        self.height = height
        var noise = Noise(seed: seed)
        var field = [Float](repeating: 120, count: width * height)
        for (cell, strength): (Int, Float) in [(96, 60), (24, 30), (8, 25), (3, 20)] {
            Self.addTexture(cell, strength, to: &field, width, height, &noise)
        }
        for _ in 0..<12 { Self.addPanel(to: &field, width, height, &noise) }
        pixels = field.map { UInt8(min(max($0 + noise.unit() * 12 - 6, 0), 255)) }
    }

    /// Random values on a grid, straight lines between.
    private static func addTexture(
        _ cell: Int,
        _ strength: Float,
        to field: inout [Float],
        _ width: Int,
        _ height: Int,
        _ noise: inout Noise
    ) {
        let columns = width / cell + 2
        let grid = (0..<columns * (height / cell + 2)).map { _ in noise.unit() - 0.5 }
        for y in 0..<height {
            let fy = Float(y % cell) / Float(cell)
            for x in 0..<width {
                let fx = Float(x % cell) / Float(cell)
                let corner = y / cell * columns + x / cell
                let upper = grid[corner] * (1 - fx) + grid[corner + 1] * fx
                let lower = grid[corner + columns] * (1 - fx) + grid[corner + columns + 1] * fx
                field[y * width + x] += strength * (upper * (1 - fy) + lower * fy)
            }
        }
    }

    /// A flat bright or dark rectangle: a sleeve, a poster, a lamp.
    private static func addPanel(
        to field: inout [Float],
        _ width: Int,
        _ height: Int,
        _ noise: inout Noise
    ) {
        let (x, y) = (noise.below(width), noise.below(height))
        let (right, bottom) = (x + noise.below(width / 4), y + noise.below(height / 4))
        let shade = noise.unit() * 160 - 80
        for row in y..<min(bottom, height) where y < height {
            for column in x..<min(right, width) { field[row * width + column] += shade }
        }
    }
}

/// Repeatable random numbers.
package struct Noise {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    package mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    package mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 32) }

    /// 0 up to 1.
    package mutating func unit() -> Float { Float(next() >> 40) / 16_777_216 }

    package mutating func below(_ limit: Int) -> Int { Int(next() >> 33) % max(1, limit) }
}
