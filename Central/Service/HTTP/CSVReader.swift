import VenueAPI

/// Reads a table of cells (RFC 4180): quotes, doubled quotes, and commas, semicolons or tabs
/// between cells.
enum CSVReader {
    /// Cells of one row.
    static let cellsMax = 64

    struct Row: Hashable {
        /// Counted from 1.
        let line: Int
        let cells: [String]
    }

    /// All rows that hold anything; a byte order mark is left out.
    ///
    /// - Parameter rowsMax: rows at most.
    /// - Throws: `Problem` for a quote that is never closed, too many rows or cells, and bytes that
    ///   are no UTF-8.
    static func rows(_ bytes: some Collection<UInt8>, rowsMax: Int) throws(Problem) -> [Row] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.invalidRequest, "The table is not UTF-8.")
        }
        let start =
            text.unicodeScalars.first == "\u{FEFF}" ? text.utf8.dropFirst(3) : text.utf8[...]
        let separator = separator(of: start)
        var reader = State(separator: separator, rowsMax: rowsMax)
        for byte in start { try reader.take(byte) }
        return try reader.finish()
    }

    /// The first of the three that the first line holds; a comma where it holds none.
    private static func separator(of text: Substring.UTF8View) -> UInt8 {
        let line = text.prefix { $0 != 0x0A }
        return line.first { $0 == 0x2C || $0 == 0x3B || $0 == 0x09 } ?? 0x2C
    }

    private struct State {
        let separator: UInt8
        let rowsMax: Int
        var rows: [Row] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        /// A quote within quotes was seen: the next byte says whether it ends the cell.
        var isPending = false
        var line = 1
        var first = 1

        init(separator: UInt8, rowsMax: Int) {
            self.separator = separator
            self.rowsMax = rowsMax
        }

        mutating func take(_ byte: UInt8) throws(Problem) {
            defer { if byte == 0x0A { line += 1 } }
            if isPending {
                isPending = false
                if byte == 0x22 {
                    cell.append(byte)
                    return
                }
                isQuoted = false
            }
            switch byte {
            case 0x22 where isQuoted: isPending = true
            case 0x22 where cell.isEmpty: isQuoted = true
            case _ where isQuoted: cell.append(byte)
            case separator: try endCell()
            case 0x0A: try endRow()
            case 0x0D: break
            default: cell.append(byte)
            }
        }

        private mutating func endCell() throws(Problem) {
            guard cells.count < CSVReader.cellsMax else {
                throw Problem(.invalidRequest, "Line \(first) has too many cells.")
            }
            cells.append(String(decoding: cell, as: UTF8.self))
            cell = []
        }

        private mutating func endRow() throws(Problem) {
            try endCell()
            if cells.contains(where: { !$0.isEmpty }) {
                guard rows.count < rowsMax else {
                    throw Problem(.tooLarge, "At most \(rowsMax) lines are taken here.")
                }
                rows.append(Row(line: first, cells: cells))
            }
            cells = []
            first = line + 1
        }

        mutating func finish() throws(Problem) -> [Row] {
            guard !isQuoted || isPending else {
                throw Problem(.invalidRequest, "The quote in line \(first) is never closed.")
            }
            if !cell.isEmpty || !cells.isEmpty { try endRow() }
            return rows
        }
    }
}
