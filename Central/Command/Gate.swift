import ArgumentParser
import CentralStore
import Encodings
import Platform
import TicketModel

/// `stile-central gate`: registers gates from the command line.
struct Gate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Registers gates.",
        subcommands: [Add.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Registers a gate and prints the key it enrols with, this once."
        )

        @Option(help: "The data directory that init made.")
        var data: String

        @Option(help: "What people call the gate.")
        var name: String

        @Option(help: "The hall's number.")
        var hall: UInt16

        @Option(help: "The gate's number, as access windows name it.")
        var gate: UInt16

        @Flag(help: "Print JSON with device and api_key.")
        var json = false

        func run() async throws {
            try await reporting(directory: data) {
                let now = SystemClock.now()
                let stored = try await CentralData.open(
                    directory: data,
                    masterKey: MasterKeySource.key(),
                    at: now
                )
                let made = try await stored.devices.register(
                    label: name,
                    hall: HallNumber(hall),
                    gate: GateNumber(gate),
                    at: now
                )
                try stored.close()
                if json {
                    let object = JSONValue.object([
                        .init("device", .string(made.device.name.text)),
                        .init("api_key", .string(made.apiKey.text)),
                    ])
                    print(String(decoding: object.encoded, as: UTF8.self))
                } else {
                    print(
                        "Device \(made.device.name), API key (shown this once):\n"
                            + made.apiKey.text
                    )
                }
            }
        }
    }
}
