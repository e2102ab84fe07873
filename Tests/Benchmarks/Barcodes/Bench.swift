import BarcodeSamples
import Barcodes
import Foundation

/// `bench-barcodes`: what the ladder reads and costs, beside plain zbar and `zbarimg`.
@main
struct Bench {
    static func main() throws {
        if SampleSet.arePresent {
            for name in SampleSet.names { try SetBench(SampleSet(name)).run() }
        } else {
            print("no image sets at \(SampleSet.folderPath): only the empty views are measured")
        }
        EmptyBench.run()
        ScannerBench.run()
    }
}

/// Times in milliseconds, summed up for a table.
struct Times {
    private(set) var all: [Double] = []

    mutating func add(_ duration: Duration) {
        all.append(duration / .milliseconds(1))
    }

    /// Measures one call.
    mutating func measure<Result>(_ body: () -> Result) -> Result {
        let start = ContinuousClock.now
        let result = body()
        add(ContinuousClock.now - start)
        return result
    }

    func percentile(_ share: Double) -> Double {
        guard !all.isEmpty else { return 0 }
        let sorted = all.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var median: Double { percentile(0.5) }
    var mean: Double { all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count) }
}

extension String {
    /// Filled up on the right for a table's first column.
    func left(_ width: Int) -> String { padding(toLength: width, withPad: " ", startingAt: 0) }
}

extension Double {
    /// One decimal, filled up on the left.
    func shown(_ width: Int = 8, decimals: Int = 1) -> String {
        let text = String(format: "%.\(decimals)f", self)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
