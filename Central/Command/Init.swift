import ArgumentParser
import CentralStore
import Encodings
import Platform
import VenueAPI

/// `stile-central init`: makes a data directory.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a data directory: keys, database, the administrator's API key.",
        discussion: """
            Prints the API key this once and keeps only its hash. The private keys are sealed by \
            the master key: DIR/master.key, unless STILE_MASTER_KEY or a systemd credential named \
            stile-master-key gives it. Back up the master key apart from the database.
            """
    )

    @Option(help: "The directory; it is made if it is not there.")
    var data: String

    @Flag(help: "Print JSON with api_key and root_fingerprint.")
    var json = false

    func run() async throws {
        let made = try await reporting(directory: data) {
            try await CentralData.initialise(
                directory: data,
                masterKey: MasterKeySource.key(),
                at: SystemClock.now()
            )
        }
        let fingerprint = Hex.encode(made.rootHash)
        if json {
            let object = JSONValue.object([
                .init("api_key", .string(made.adminKey.text)),
                .init("root_fingerprint", .string(fingerprint)),
                .init("data", .string(data)),
            ])
            print(String(decoding: object.encoded, as: UTF8.self))
        } else {
            print(
                """
                Made \(data).

                API key of the administrator, shown this once:
                    \(made.adminKey.text)
                Root fingerprint, which every gate pins:
                    \(fingerprint)

                Next: stile-central serve --data \(data)
                """
            )
        }
    }
}
