import ArgumentParser
import CentralStore
import Platform

/// `stile-central backup`: everything but the master key in one file.
struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a backup of the data directory into one file; the server may run.",
        discussion: """
            The file holds the database as of one instant (events, tickets, keys still sealed, \
            trust lists, entry records), manifests and central.yaml, with a list of hashes that is \
            sealed by the master key. It does not hold the master key: keep that apart, or let \
            --with-master-key write it into a file of its own.
            """
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "The file to write; it must not be there yet.")
    var out: String

    @Option(help: "Also write the master key into this file; keep it elsewhere.")
    var withMasterKey: String?

    func run() async throws {
        try await withCentral(data) { central, now in
            let done = try await Backup(of: central).write(to: out, at: now)
            if let file = withMasterKey { try central.writeMasterKey(to: file) }
            print("Wrote \(out): \(done.files) files, \(done.bytes) bytes.")
            print(
                withMasterKey.map {
                    "Wrote the master key to \($0): keep it apart from the backup."
                }
                    ?? "The master key is not in it: keep a copy of that elsewhere."
            )
        }
    }
}
