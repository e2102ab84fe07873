import ArgumentParser

/// The program: one file per subcommand, and nothing here but their names.
@main
struct StileCentral: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stile-central",
        abstract: "Issues tickets, signs rotating codes, serves gates, reconciles entries.",
        discussion: """
            Begin with `stile-central init --data DIR`, which prints the administrator's API key \
            once. Then `stile-central serve --data DIR`, and see http://127.0.0.1:8080/openapi.yaml.

            Settings come from flags, then from the environment (STILE_LISTEN, STILE_PUBLIC_URL, \
            …), then from the YAML file named by --config or DIR/central.yaml.

            Exit status: 0 done, 64 wrong usage, 65 data that cannot be used, 66 no data \
            directory, 69 the address or the directory is taken, 73 a directory or file cannot be \
            made, 77 wrong master key, 70 any other fault.
            """,
        version: ProgramVersion.text,
        subcommands: [
            Init.self, Serve.self, Reconcile.self, Gate.self, Keys.self, BackUp.self,
            RestoreBackup.self,
        ]
    )
}

enum ProgramVersion {
    static let text = "0.1.0"
}
