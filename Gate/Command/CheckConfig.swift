import ArgumentParser

/// Says whether settings files can be used, without starting anything.
struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check settings files; names the setting that is wrong."
    )

    @Argument(help: "Settings files.")
    var files: [String]

    func run() async throws {
        var isSound = true
        for file in files {
            do {
                // Secrets may come from the environment or files that are not here.
                _ = try await RunSettings.read(file, environment: [:], readsSecrets: false)
                print("\(file): ok")
            } catch {
                isSound = false
                Output.complain("\(file): \(error)")
            }
        }
        guard isSound else { throw ExitCode.failure }
    }
}
