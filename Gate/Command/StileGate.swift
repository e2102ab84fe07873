import ArgumentParser

/// The gate's program.
@main
struct StileGate: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "stile-gate",
        abstract: "Checks tickets at the doors of a venue, with or without a network.",
        version: version,
        subcommands: [Run.self, Decode.self, Verify.self, CheckConfig.self]
    )
}

/// A fault that ends a command, in words for whoever typed it.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
