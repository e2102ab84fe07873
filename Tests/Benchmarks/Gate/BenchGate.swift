import TestSupport

/// Measures what a gate does for every guest, each beside the bare library it stands on.
///
/// `bench-gate` runs everything; `bench-gate commit` only the named parts: token, commit, lookup,
/// scan, delta.
@main
struct BenchGate {
    static func main() async throws {
        let chosen = Set(CommandLine.arguments.dropFirst())
        func isChosen(_ part: String) -> Bool { chosen.isEmpty || chosen.contains(part) }
        var table = Table()
        if isChosen("token") { try TokenBench.run(&table) }
        if isChosen("commit") { try await CommitBench.run(&table) }
        if isChosen("lookup") { try LookupBench.run(&table) }
        if isChosen("scan") { try ScanBench.run(&table) }
        if isChosen("delta") { try await DeltaBench.run(&table) }
        print(table.text)
    }
}
