import CoreMetrics
import Platform
import Testing

@Suite("Metrics as Prometheus reads them")
struct PrometheusTests {
    @Test("a counter ends in _total, carries its labels and counts up")
    func counter() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "stile_scans", dimensions: [("verdict", "SUCCESS")])
            .increment(by: 2)
        registry.makeCounter(label: "stile_scans", dimensions: [("verdict", "SUCCESS")])
            .increment(by: 1)
        registry.makeCounter(label: "stile_scans", dimensions: [("verdict", "EXPIRED")])
            .increment(by: 1)
        #expect(
            registry.text == """
                # TYPE stile_scans_total counter
                stile_scans_total{verdict="EXPIRED"} 1
                stile_scans_total{verdict="SUCCESS"} 3

                """
        )
    }

    @Test("a timer is a histogram in seconds whose buckets add up")
    func timer() {
        let registry = PrometheusRegistry()
        let timer = registry.makeTimer(label: "decide", dimensions: [])
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(80_000_000)
        timer.recordNanoseconds(60_000_000_000)
        let lines = registry.text.split(separator: "\n")
        #expect(lines.contains("decide_seconds_bucket{le=\"0.0005\"} 0"))
        #expect(lines.contains("decide_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("decide_seconds_bucket{le=\"0.1\"} 2"))
        #expect(lines.contains("decide_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("decide_seconds_count 3"))
    }

    @Test("a hostile label value cannot break out of its quotes")
    func escaping() {
        let registry = PrometheusRegistry()
        registry.makeMeter(label: "m", dimensions: [("path", "a\"b\\c\nd")]).set(1.5)
        #expect(registry.text.contains("m{path=\"a\\\"b\\\\c\\nd\"} 1.5\n"))
    }
}
