/// One line of the table: a figure of ours, the limit it is held against, and their ratio.
struct Line {
    let name: String
    let ours: Double
    let unit: String
    var limitName = ""
    var limit: Double?
    /// For seconds less is better, for rates more.
    var isDuration = false

    static let header = row("what", "ours", "", "limit", "ratio", "limit is")

    var text: String {
        guard let limit else { return Self.row(name, Self.figure(ours), unit, "", "", "") }
        let ratio = isDuration ? limit / ours : ours / limit
        return Self.row(
            name,
            Self.figure(ours),
            unit,
            Self.figure(limit),
            Self.figure(ratio),
            limitName
        )
    }

    private static func row(_ columns: String...) -> String {
        let widths = [40, 10, 10, 10, 7, 0]
        return zip(columns, widths).map { text, width in
            text + String(repeating: " ", count: max(1, width - text.count))
        }.joined()
    }

    private static func figure(_ value: Double) -> String {
        if value >= 1000 { return String(Int(value.rounded())) }
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// Seconds that `body` takes.
func seconds<Value>(_ body: () async throws -> Value) async rethrows -> (Double, Value) {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try await body()
    let (whole, parts) = (clock.now - start).components
    return (Double(whole) + Double(parts) * 1e-18, value)
}

/// The middle one of several runs.
func median(of runs: [Double]) -> Double {
    runs.sorted()[runs.count / 2]
}
