import ArgumentParser
import CentralStore
import Platform

/// `stile-central keys rewrap`: another master key.
struct KeysRewrap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrap",
        abstract: "Seals all private keys under another master key; the server must not run.",
        discussion: """
            One transaction seals everything anew, so a crash leaves either key in force, and the \
            next start takes the right one. Where the key comes from STILE_MASTER_KEY or a systemd \
            credential, exchange it there afterwards. Old backups need the old key.
            """
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "The file with the new master key; it is drawn if there is no such file.")
    var newMasterKey: String

    func run() async throws {
        try await reporting(directory: data) {
            let done = try await MasterKeyChange.run(
                directory: data,
                old: MasterKeySource.key(),
                newKeyFile: newMasterKey,
                at: SystemClock.now()
            )
            print("Sealed \(done.keys) keys anew.")
            print(
                done.replacedFile
                    ? "\(data)/\(MasterKey.fileName) holds the new key; keep a copy elsewhere."
                    : "Now put the key of \(newMasterKey) where the old one comes from."
            )
        }
    }
}
