/// What was measured, one line each.
struct Table {
    private var rows: [[String]] = [["what", "measured", "bare", "ratio", "target"]]

    mutating func add(
        _ what: String,
        _ measured: String,
        bare: String = "",
        ratio: Double? = nil,
        target: String = ""
    ) {
        rows.append([what, measured, bare, ratio.map { Self.number($0, digits: 2) } ?? "", target])
    }

    var text: String {
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// A number with so many decimal places.
    static func number(_ value: Double, digits: Int = 0) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * scale).rounded())
        guard digits > 0 else { return String(scaled) }
        let rest = String(scaled % Int(scale))
        return "\(scaled / Int(scale))."
            + String(repeating: "0", count: digits - rest.count) + rest
    }

    static func rate(_ perSecond: Double) -> String { "\(number(perSecond))/s" }
}

/// How long `work` takes, in seconds.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return start.duration(to: .now) / .seconds(1)
}

extension [Double] {
    /// The value below which `share` of all lie.
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }

    var median: Double { percentile(0.5) }
}
