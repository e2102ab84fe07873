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

            Without --root the installation has an online root: the root key lies sealed in the \
            data directory and central signs trust lists itself. With --root the root keys are \
            elsewhere, and no gate can enrol before they have signed the first list.
            """
    )

    @Option(help: "The directory; it is made if it is not there.")
    var data: String

    @Option(
        help: "Public keys of offline roots, or .pub files, separated by commas; see keys root."
    )
    var root: String?

    @Option(help: "How many of the offline roots must sign a trust list.")
    var threshold: Int?

    @Flag(help: "Print JSON with api_key and root_fingerprint.")
    var json = false

    func validate() throws {
        guard root != nil || threshold == nil else {
            throw ValidationError("--threshold goes with --root.")
        }
    }

    func run() async throws {
        let made = try await reporting(directory: data) {
            try await CentralData.initialise(
                directory: data,
                masterKey: MasterKeySource.key(),
                roots: root.map { try RootOption.roots($0, threshold: threshold ?? 1) },
                at: SystemClock.now()
            )
        }
        let fingerprint = Hex.encode(made.rootHash)
        if json {
            let object = JSONValue.object([
                .init("api_key", .string(made.adminKey.text)),
                .init("root_fingerprint", .string(fingerprint)),
                .init("data", .string(data)),
                .init("root", .string(root == nil ? "online" : "offline")),
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

                \(next)
                """
            )
        }
    }

    private var next: String {
        guard root != nil else {
            return """
                Root: online, sealed in \(data). For roots of your own: keys root --help.
                Next: stile-central serve --data \(data)
                """
        }
        return """
            Root: offline. No gate can enrol before the first trust list is signed.
            Next: stile-central keys trust propose --data \(data) --out trust.proposal
            """
    }
}
