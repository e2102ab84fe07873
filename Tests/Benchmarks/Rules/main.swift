/// Measures the pure floors against the bare library calls they are made of.
///
/// Run in release: `swift run -c release bench-rules`. Every figure is the best of ``rounds``, so
/// that a busy machine does not speak for the code.
let rounds = 5

print("bench-rules: best of \(rounds) rounds, one core")
ReconciliationBench.run()
TokenBench.run()
DecisionBench.run()
RecordBench.run()
