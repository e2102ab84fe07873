import ArgumentParser
import CentralStore
import Encodings
import Platform
import Sodium
import TicketModel
import TrustFormat

/// `stile-central keys`: root keys, trust lists, signing keys, the master key.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Root keys, trust lists, signing keys and the master key.",
        discussion: """
            Gates believe what the keys of the trust list sign, and the root keys sign the trust \
            list. A new installation has an online root: the root key lies sealed in the data \
            directory and every change is in force at once. With offline roots (init --root, or \
            keys root set) each change waits until a list was proposed, signed and installed; \
            spare keys that were signed along (reserves) step in without that.
            """,
        subcommands: [
            KeysList.self, KeysRotate.self, KeysRevoke.self, KeysRewrap.self, KeysRoot.self,
            KeysTrust.self,
        ]
    )
}

/// Opens the data directory for one command and closes it afterwards.
func withCentral<Value>(
    _ directory: String,
    _ body: (CentralData, Timestamp) async throws -> Value
) async throws -> Value {
    try await reporting(directory: directory) {
        let now = SystemClock.now()
        let data = try await CentralData.open(
            directory: directory,
            masterKey: MasterKeySource.key(),
            at: now
        )
        let value = try await body(data, now)
        try data.close()
        return value
    }
}

/// Reads an event's id, or says that it is none.
func parsedEvent(_ text: String?) throws -> EventID? {
    guard let text else { return nil }
    guard let id = EventID(hex: text) else {
        throw ValidationError("\(text) is no event id: it has 32 hex digits.")
    }
    return id
}

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists signing keys and the state of the trust list."
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "Only the keys of this event.")
    var event: String?

    @Flag(help: "Print JSON, as GET /v1/signing-keys gives it.")
    var json = false

    func validate() throws { _ = try parsedEvent(event) }

    func run() async throws {
        let event = try parsedEvent(event)
        let (keys, trust) = try await withCentral(data) { central, now in
            (
                try await central.keys.list(event: event, at: now),
                try await central.keys.trustStanding(at: now)
            )
        }
        if json {
            print(KeyText.json(keys, trust))
        } else {
            print(KeyText.table(keys) + KeyText.words(trust), terminator: "")
        }
    }
}

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Lets another key take over in a role.",
        discussion: """
            A reserve is called for if there is one, else a key is drawn. It is listed first and \
            signs after the overlap, so that gates know it by then; the old key signs until then, \
            and what it has signed stays good. Roles: live, paper, cred (each of one event), \
            manifest, fresh, device-ca, receipt, log-box.
            """
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "The role.")
    var role: String

    @Option(help: "The event, for live, paper and cred.")
    var event: String?

    @Option(help: "Seconds from listing to signing.")
    var overlap = 600

    @Flag(help: "Sign with it at once: gates that have not asked since refuse it until they do.")
    var atOnce = false

    @Flag(help: "Only draw a key for later, which gates get to know now.")
    var reserve = false

    func validate() throws {
        _ = try parsedEvent(event)
        guard role == "log-box" || KeyRole(rawValue: role) != nil else {
            throw ValidationError("\(role) is no role of a key.")
        }
        guard (0...2_592_000).contains(overlap) else {
            throw ValidationError("--overlap takes 0 to 2592000 seconds.")
        }
        guard !(reserve && atOnce) else {
            throw ValidationError("A reserve does not sign at once.")
        }
    }

    func run() async throws {
        let event = try parsedEvent(event)
        try await withCentral(data) { central, now in
            guard let role = KeyRole(rawValue: role) else {
                let version = try await central.keys.rotateLogBox(at: now)
                print("Drew a new key for sealed evidence.")
                print(KeyText.force(version))
                return
            }
            let takeover: Takeover =
                reserve ? .whenNeeded : .after(.seconds(atOnce ? 0 : overlap))
            let change = try await central.keys.rotate(role, event: event, takeover, at: now)
            print(KeyText.words(change))
        }
    }
}

struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a key out of use for good, because others may have it.",
        discussion: """
            Gates that have learnt it refuse what the key dated later; of paper and cred keys they \
            refuse everything, so every print and credential of that key is dead. Another key \
            signs at once. Guests' pages fetch new codes by themselves; offline packs and prints \
            have to be fetched again.
            """
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Argument(help: "The key id, 8 hex digits, as keys list shows it.")
    var kid: String

    func validate() throws { _ = try id() }

    private func id() throws -> KeyID {
        guard kid.utf8.count == 8, let number = UInt32(kid, radix: 16) else {
            throw ValidationError("\(kid) is no key id: it has 8 hex digits.")
        }
        return KeyID(number)
    }

    func run() async throws {
        let id = try id()
        try await withCentral(data) { central, now in
            print(KeyText.words(try await central.keys.revoke(id, at: now)))
        }
    }
}
