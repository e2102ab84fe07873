import Foundation

// What central does per second, and how far that is from the bare libraries under it, measured in
// the same run on the same machine. Arguments choose parts: `manifests`, `look-ups`, `logs`.
let folder = FileManager.default.temporaryDirectory.appending(
    path: "stile-bench-\(ProcessInfo.processInfo.processIdentifier)"
)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let chosen = Set(CommandLine.arguments.dropFirst())
let bench = try await CentralBench(folder: folder.path(percentEncoded: false))
print("stile-central store, \(ProcessInfo.processInfo.activeProcessorCount) cores")
print(Line.header)
if chosen.isEmpty || chosen.contains("manifests") {
    for (tickets, isLarge) in [(100_000, false), (1_000_000, true)] {
        for line in try await bench.manifests(tickets: tickets, isLarge: isLarge) {
            print(line.text)
        }
    }
}
if chosen.isEmpty || chosen.contains("look-ups") {
    for line in try await bench.lookUps() { print(line.text) }
}
if chosen.isEmpty || chosen.contains("logs") {
    for line in try await bench.logs() { print(line.text) }
}
