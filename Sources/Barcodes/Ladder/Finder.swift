/// Tells where in a picture a code may be, from how busy each place is in both directions.
///
/// A QR code has as many edges across as down. Text, bricks and stripes have one or the other,
/// so each 8 by 8 block counts the smaller of its two mean gradients.
struct Finder {
    /// Pixels of the picture per pixel searched.
    private let factor: Double
    private let picture: ImageBox
    private let columns: Int
    private let rows: Int
    /// Smoothed busyness of each block.
    private let busyness: [Float]

    private static let blockSide = 8
    /// Pixels of the long side to search at.
    static let searchSide = 640
    /// Share of a box's side added on every edge, for the quiet zone and a code's own rim.
    private static let padding = 0.12

    /// Prepares the search; `reduced` is the picture at ``searchSide`` or smaller.
    init(picture: GreyImage, reduced: GreyImage) {
        factor = Double(picture.longSide) / Double(reduced.longSide)
        self.picture = picture.wholeBox
        columns = max(1, reduced.width / Self.blockSide)
        rows = max(1, reduced.height / Self.blockSide)
        busyness = Self.smoothed(
            Self.gradients(reduced, columns: columns, rows: rows),
            columns: columns,
            rows: rows
        )
    }

    /// Places that may hold a code, the most promising first.
    ///
    /// `level` is the share of the busiest block's value that a block needs to belong to one:
    /// lower finds larger and fewer places.
    func boxes(level: Float) -> [ImageBox] {
        let limit = (busyness.max() ?? 0) * level
        guard limit > 0 else { return [] }
        var seen = busyness.map { $0 < limit }
        var found: [(score: Float, box: ImageBox)] = []
        for start in seen.indices where !seen[start] {
            var (left, right) = (start % columns, start % columns)
            var (top, bottom) = (start / columns, start / columns)
            var score: Float = 0
            var open = [start]
            seen[start] = true
            while let block = open.popLast() {
                let (x, y) = (block % columns, block / columns)
                (left, right) = (min(left, x), max(right, x))
                (top, bottom) = (min(top, y), max(bottom, y))
                score += busyness[block]
                for (nx, ny) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
                where nx >= 0 && nx < columns && ny >= 0 && ny < rows && !seen[ny * columns + nx] {
                    seen[ny * columns + nx] = true
                    open.append(ny * columns + nx)
                }
            }
            found.append((score, pictureBox(left, top, right, bottom)))
        }
        return found.sorted { $0.score > $1.score }.map(\.box)
    }

    /// A run of blocks, padded, in the picture's own pixels.
    private func pictureBox(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) -> ImageBox {
        let unit = Double(Self.blockSide) * factor
        let width = Double(right - left + 1) * unit
        let height = Double(bottom - top + 1) * unit
        let pad = max(width, height) * Self.padding
        let x = max(0, Int(Double(left) * unit - pad))
        let y = max(0, Int(Double(top) * unit - pad))
        let endX = min(picture.width, Int(Double(left) * unit + width + pad))
        let endY = min(picture.height, Int(Double(top) * unit + height + pad))
        return ImageBox(x: x, y: y, width: max(1, endX - x), height: max(1, endY - y))
    }

    /// The smaller of the mean steps across and down in each block.
    private static func gradients(_ image: GreyImage, columns: Int, rows: Int) -> [Float] {
        let (width, height) = (image.width, image.height)
        var values = [Float](repeating: 0, count: columns * rows)
        guard width > blockSide, height > blockSide else { return values }
        image.withPixels { pixels in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2 * width) { sums in
                guard let across = sums.baseAddress else { return }
                let down = across + width
                for row in 0..<rows {
                    across.update(repeating: 0, count: 2 * width)
                    for y in row * blockSide..<min((row + 1) * blockSide, height - 1) {
                        addSteps(pixels + y * width, across, down, width)
                    }
                    for column in 0..<columns {
                        var (h, v) = (0, 0)
                        for x in column * blockSide..<(column + 1) * blockSide {
                            h += Int(across[x])
                            v += Int(down[x])
                        }
                        values[row * columns + column] = Float(min(h, v))
                    }
                }
            }
        }
        return values
    }

    /// Adds one row's steps to its right and lower neighbours.
    private static func addSteps(
        _ row: UnsafePointer<UInt8>,
        _ across: UnsafeMutablePointer<UInt16>,
        _ down: UnsafeMutablePointer<UInt16>,
        _ width: Int
    ) {
        let next = row + width
        var x = 0
        while x < width &- 1 {
            let here = Int16(row[x])
            across[x] = across[x] &+ UInt16(bitPattern: abs(here &- Int16(row[x &+ 1])))
            down[x] = down[x] &+ UInt16(bitPattern: abs(here &- Int16(next[x])))
            x &+= 1
        }
    }

    /// The mean of each block's 5 by 5 surroundings.
    private static func smoothed(_ values: [Float], columns: Int, rows: Int) -> [Float] {
        var result = values
        for y in 0..<rows {
            for x in 0..<columns {
                var sum: Float = 0
                for ny in y - 2...y + 2 {
                    for nx in x - 2...x + 2 where nx >= 0 && nx < columns && ny >= 0 && ny < rows {
                        sum += values[ny * columns + nx]
                    }
                }
                result[y * columns + x] = sum / 25
            }
        }
        return result
    }
}
