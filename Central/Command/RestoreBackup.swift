import ArgumentParser
import CentralStore
import Platform
import Sodium
import TrustFormat

/// `stile-central restore`: makes a data directory out of a backup.
struct RestoreBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes a new data directory out of a backup.",
        discussion: """
            Checks the list, every hash, the database, and that the master key opens the keys. \
            Then the versions of manifests and of the trust list jump ahead of all that gates may \
            have seen since the backup, because gates refuse what goes back. Gates upload again \
            what this copy does not hold.

            What was done after the backup has to be done again: events and tickets, revocations \
            of keys, devices and tickets. Stop the old server for good before you start this one.
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Option(help: "The directory to make; it must be empty or not there.")
    var data: String

    @Option(help: "The master key's file; it is copied to DIR/master.key.")
    var masterKey: String?

    @Option(help: "Let versions jump by this much, instead of by the time since the backup.")
    var advance: Int64?

    @Flag(help: "Leave versions as they are: nothing was served since the backup was made.")
    var exact = false

    func validate() throws {
        guard !(exact && advance != nil) else {
            throw ValidationError("--exact and --advance exclude each other.")
        }
        guard (1...(1 << 40)).contains(advance ?? 1) else {
            throw ValidationError("--advance takes 1 or more.")
        }
    }

    func run() async throws {
        try await reporting(directory: data) {
            let given = try masterKey.map { try MasterKey.read(file: $0) }
            guard let key = try given ?? MasterKeySource.key() else {
                throw Failure(
                    .wrongMasterKey,
                    "give the master key: --master-key FILE, \(MasterKeySource.variable) or the "
                        + "systemd credential \(MasterKeySource.credential)"
                )
            }
            let steps: Restore.Advance = exact ? .none : advance.map { .by($0) } ?? .bySeconds
            let done = try await Restore(path: file, masterKey: key).run(
                into: data,
                advance: steps,
                keepsKey: given != nil,
                at: SystemClock.now()
            )
            print(Self.words(done, data: data))
        }
    }

    private static func words(_ done: Restore.Outcome, data: String) -> String {
        var lines = [
            "Made \(data) from a backup of \(TrustChange.date(done.created)): "
                + "\(done.files) files, \(done.events) events."
        ]
        if done.jump == 0 {
            lines.append("Versions are as they were.")
        } else {
            lines.append("Versions of manifests and of the trust list have jumped by \(done.jump).")
        }
        lines.append(
            done.trust.map { "Trust list \($0) is in force." }
                ?? "The next trust list awaits the root keys: stile-central keys trust propose."
        )
        lines.append(
            "Do again what was done since: events, tickets, revocations of keys, gates and tickets."
        )
        lines.append("Next: stile-central serve --data \(data)")
        return lines.joined(separator: "\n")
    }
}
