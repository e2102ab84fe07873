extension QRCode {
    /// Pixels a module in ``png(scale:quietZone:)``.
    package static let scaleRange = 1...64
    /// Modules of light border; the standard asks for 4, a page with margins may give less.
    package static let quietZoneRange = 0...16
    /// Pixels a side of a drawing.
    package static let drawnSideMax = 4096

    /// A PNG file, black on white, one bit a pixel.
    ///
    /// `scale` is pixels a module, within ``scaleRange``; `quietZone` modules of light border,
    /// within ``quietZoneRange``.
    /// - Throws: `.badSize` when out of range or over ``drawnSideMax``.
    package func png(
        scale: Int = 8,
        quietZone: Int = quietZoneStandard
    ) throws(QRCodeError) -> [UInt8] {
        let (inked, side) = try inked(scale: scale, quietZone: quietZone)
        do {
            return try PNG.encode(inked: inked, width: side, height: side)
        } catch {
            throw .library(error.description)
        }
    }

    /// The code as an image to read back, black on white.
    package func image(
        scale: Int,
        quietZone: Int = quietZoneStandard
    ) throws(QRCodeError) -> GreyImage {
        let (inked, side) = try inked(scale: scale, quietZone: quietZone)
        return GreyImage(width: side, height: side, pixels: inked.map { $0 == 1 ? 0 : 255 })
    }

    /// An SVG document: one path on a white ground, one unit a module.
    ///
    /// It has no width or height of its own and fills the place a page gives it.
    /// - Throws: `.badSize` for a quiet zone outside ``quietZoneRange``.
    package func svg(quietZone: Int = quietZoneStandard) throws(QRCodeError) -> String {
        guard Self.quietZoneRange.contains(quietZone) else {
            throw .badSize(scale: 1, quietZone: quietZone)
        }
        let span = side + 2 * quietZone
        var path = ""
        for row in 0..<side {
            for run in darkRuns(row: row) {
                let (x, y) = (run.lowerBound + quietZone, row + quietZone)
                path += "M\(x) \(y)h\(run.count)v1h-\(run.count)z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(span) \(span)" \
            shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(span)v\(span)h-\(span)z"/>\
            <path fill="#000" d="\(path)"/></svg>

            """
    }

    /// The colours a terminal writes with.
    package enum Terminal: Hashable, Sendable {
        case lightOnDark
        case darkOnLight
    }

    /// The code in half blocks, two modules a character cell, for a terminal.
    ///
    /// - Throws: `.badSize` for a quiet zone outside ``quietZoneRange``.
    package func text(
        on terminal: Terminal = .lightOnDark,
        quietZone: Int = quietZoneStandard
    ) throws(QRCodeError) -> String {
        guard Self.quietZoneRange.contains(quietZone) else {
            throw .badSize(scale: 1, quietZone: quietZone)
        }
        let rows = -quietZone..<side + quietZone
        var lines = ""
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 2) {
            for column in rows {
                let upper = isWritten(row: row, column: column, on: terminal)
                // Below an odd last row the cell's lower half stays the terminal's ground.
                let lower =
                    row + 1 < rows.upperBound
                    && isWritten(row: row + 1, column: column, on: terminal)
                switch (upper, lower) {
                case (true, true): lines += "█"
                case (true, false): lines += "▀"
                case (false, true): lines += "▄"
                case (false, false): lines += " "
                }
            }
            lines += "\n"
        }
        return lines
    }

    private func isWritten(row: Int, column: Int, on terminal: Terminal) -> Bool {
        let inside = (0..<side).contains(row) && (0..<side).contains(column)
        let dark = inside && modules[row * side + column] == 1
        switch terminal {
        case .lightOnDark: return !dark
        case .darkOnLight: return dark
        }
    }

    private func darkRuns(row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for column in 0...side {
            let dark = column < side && modules[row * side + column] == 1
            if dark {
                start = start ?? column
            } else if let from = start {
                runs.append(from..<column)
                start = nil
            }
        }
        return runs
    }

    /// One byte a pixel, 1 where ink goes, and the pixels a side.
    private func inked(scale: Int, quietZone: Int) throws(QRCodeError) -> ([UInt8], side: Int) {
        guard Self.scaleRange.contains(scale), Self.quietZoneRange.contains(quietZone),
            (side + 2 * quietZone) * scale <= Self.drawnSideMax
        else { throw .badSize(scale: scale, quietZone: quietZone) }
        let span = (side + 2 * quietZone) * scale
        var inked = [UInt8](repeating: 0, count: span * span)
        for row in 0..<side {
            for run in darkRuns(row: row) {
                let left = (run.lowerBound + quietZone) * scale
                let right = (run.upperBound + quietZone) * scale
                let top = (row + quietZone) * scale
                for y in top..<top + scale {
                    for x in left..<right { inked[y * span + x] = 1 }
                }
            }
        }
        return (inked, span)
    }
}
