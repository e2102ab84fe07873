package import CoreMetrics
import Synchronization

/// Keeps the process's metrics and writes them as Prometheus text (exposition format 0.0.4).
///
/// Counters end in `_total`. Timers become histograms in seconds, recorders histograms or gauges.
package final class PrometheusRegistry: MetricsFactory {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
    /// Bounds of the buckets of timers, in seconds: a verdict is due in 0.1 s.
    static let timerBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Bounds of the buckets of recorders that aggregate.
    static let recorderBounds: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000]

    private let series = Mutex<[SeriesName: Series]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        made(label, dimensions, kind: .counter)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        FloatingPointCounter(made(label, dimensions, kind: .counter))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        made(label, dimensions, kind: .gauge)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        made(
            label,
            dimensions,
            kind: aggregate ? .histogram(Self.recorderBounds) : .gauge
        )
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        made(label + "_seconds", dimensions, kind: .histogram(Self.timerBounds))
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// All metrics, families together, in the order of their names.
    package var text: String {
        let all = series.withLock { Array($0) }
        let families = Dictionary(grouping: all, by: \.key.family)
        var text = ""
        for (family, members) in families.sorted(by: { $0.key < $1.key }) {
            guard let kind = members.first?.value.kind else { continue }
            text += "# TYPE \(family) \(kind.name)\n"
            for (name, series) in members.sorted(by: { $0.key.labels < $1.key.labels }) {
                text += series.lines(family: family, labels: name.labels)
            }
        }
        return text
    }

    private func made(
        _ label: String,
        _ dimensions: [(String, String)],
        kind: Series.Kind
    ) -> Series {
        let name = SeriesName(label, dimensions, kind: kind)
        return series.withLock { series in
            if let existing = series[name] { return existing }
            let new = Series(kind: kind)
            series[name] = new
            return new
        }
    }
}

/// A family and its labels as Prometheus writes them.
private struct SeriesName: Hashable {
    let family: String
    let labels: String

    init(_ label: String, _ dimensions: [(String, String)], kind: Series.Kind) {
        let name = Self.legal(label)
        switch kind {
        case .counter: family = name.hasSuffix("_total") ? name : name + "_total"
        case .gauge, .histogram: family = name
        }
        labels = dimensions.sorted { $0.0 < $1.0 }
            .map { "\(Self.legal($0.0))=\"\(Self.escaped($0.1))\"" }
            .joined(separator: ",")
    }

    private static func legal(_ name: String) -> String {
        String(
            decoding: name.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    byte
                default: UInt8(ascii: "_")
                }
            },
            as: UTF8.self
        )
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
