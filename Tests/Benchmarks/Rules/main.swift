/// Measures the pure floors against the bare library calls they are made of.
///
/// Run in release: `swift run -c release bench-rules [reconciliation] [tokens] [decisions]
/// [records]`, all of them without a name. Every figure is the best of ``rounds``, so that a busy
/// machine does not speak for the code.
let rounds = 5

let benches: [(name: String, run: () -> Void)] = [
    ("reconciliation", ReconciliationBench.run), ("tokens", TokenBench.run),
    ("decisions", DecisionBench.run), ("records", RecordBench.run),
]
let wanted = CommandLine.arguments.dropFirst()

print("bench-rules: best of \(rounds) rounds, one core")
for bench in benches where wanted.isEmpty || wanted.contains(bench.name) { bench.run() }
