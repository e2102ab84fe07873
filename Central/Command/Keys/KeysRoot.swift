import ArgumentParser
import CentralStore
import Encodings
import Foundation
import Platform
import Sodium
import TrustFormat

/// `stile-central keys root`: root keys that are kept offline.
struct KeysRoot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "root",
        abstract: "Root keys that are kept offline.",
        subcommands: [Create.self, Assign.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a root key file; run it on a machine without a network.",
            discussion: """
                Writes DIR/root-KID.key, sealed by a passphrase (Argon2id, 256 MiB), and \
                DIR/root-KID.pub, whose text goes to init --root or keys root set --root. Keep two \
                copies of the key file in two places; the passphrase is asked for at the terminal.
                """
        )

        @Option(help: "The folder for both files; it is made if it is not there.")
        var out: String

        @Option(help: "A file whose first line is the passphrase, instead of asking.")
        var passphraseFile: String?

        func run() async throws {
            try await reporting(directory: out) {
                let passphrase = try PassphraseSource(file: passphraseFile).fresh()
                do {
                    try FileManager.default.createDirectory(
                        atPath: out,
                        withIntermediateDirectories: true,
                        attributes: [.posixPermissions: 0o700]
                    )
                } catch {
                    throw Failure(.cannotCreate, "\(out): \(error.localizedDescription)")
                }
                do throws(RootKeyFile.Fault) {
                    let made = try RootKeyFile.create(in: out, passphrase: passphrase)
                    print(
                        """
                        Wrote \(made.keyFile), sealed, and \(made.publicFile).
                        Public key: \(Base64.encodeURL(made.key.bytes))
                        """
                    )
                } catch { throw Failure(error, file: out) }
            }
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Says which offline roots the next trust list names.",
            discussion: """
                Nothing changes before that list is installed; it must be signed by the roots in \
                force and by the new ones. An online root signs when the list is proposed, and is \
                deleted once the list is installed.
                """
        )

        @Option(help: "The data directory that init made.")
        var data: String

        @Option(help: "Public root keys or .pub files, separated by commas.")
        var root: String

        @Option(help: "How many of them must sign.")
        var threshold = 1

        func run() async throws {
            try await withCentral(data) { central, _ in
                let roots = try RootOption.roots(root, threshold: threshold)
                try await central.keys.setRoots(roots)
                print("Noted. Next: stile-central keys trust propose --data \(data) --out FILE")
            }
        }
    }
}

/// Reads `--root`.
enum RootOption {
    static func roots(_ text: String, threshold: Int) throws -> RootSet {
        switch RootSet.parse(text, threshold: threshold) {
        case .success(let roots): return roots
        case .failure(let unreadable):
            throw Failure(
                .unusableData,
                "\(unreadable.text) is no public root key and no file that holds one"
            )
        }
    }
}

/// Where a passphrase comes from: a file, else the terminal.
struct PassphraseSource {
    let file: String?

    /// A passphrase for a new file: asked for twice.
    func fresh() throws -> [UInt8] {
        if let file { return try read(file) }
        guard let first = Passphrase.ask("New passphrase, 12 characters or more: "),
            let second = Passphrase.ask("The same again: ")
        else { throw Self.noTerminal }
        guard first == second else {
            throw Failure(.unusableData, "the two passphrases are not the same")
        }
        return first
    }

    func existing(for name: String) throws -> [UInt8] {
        if let file { return try read(file) }
        guard let typed = Passphrase.ask("Passphrase of \(name): ") else { throw Self.noTerminal }
        return typed
    }

    private func read(_ path: String) throws -> [UInt8] {
        do throws(FileError) { return try Passphrase.read(file: path) } catch {
            throw Failure(.noData, error.description)
        }
    }

    private static let noTerminal = Failure(
        .noData,
        "there is no terminal to ask for a passphrase; give --passphrase-file"
    )
}

extension Failure {
    init(_ fault: RootKeyFile.Fault, file: String) {
        switch fault {
        case .notARootKey: self.init(.unusableData, "\(file) is no root key file")
        case .wrongPassphrase: self.init(.wrongMasterKey, "the passphrase does not open \(file)")
        case .passphraseLength:
            self.init(.unusableData, "a passphrase has 12 to 1024 bytes")
        case .outOfMemory:
            self.init(.internalFault, "there are no 256 MiB of memory to seal a root key")
        case .file(let detail): self.init(.cannotCreate, detail)
        }
    }
}
