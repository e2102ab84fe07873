import ArgumentParser
import CentralStore
import Encodings
import Glibc
import Platform
import Sodium
import TicketModel
import TrustFormat

/// `stile-central keys trust`: the way of a trust list to offline roots and back.
struct KeysTrust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "The next trust list: propose it, sign it offline, install it.",
        subcommands: [Propose.self, Show.self, Sign.self, Install.self]
    )

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the next trust list for the root keys to sign."
        )

        @Option(help: "The data directory that init made.")
        var data: String

        @Option(help: "The file to write.")
        var out: String

        @Option(help: "Days that the list is good for, 1 to 3650.")
        var days = 400

        func validate() throws {
            guard (1...3650).contains(days) else {
                throw ValidationError("--days takes 1 to 3650.")
            }
        }

        func run() async throws {
            try await withCentral(data) { central, now in
                let proposal = try await central.keys.proposal(
                    at: now,
                    life: .seconds(days * 86_400)
                )
                try ProposalFile(path: out).write(proposal)
                print(ProposalText.summary(proposal))
                print("Wrote \(out). Next: stile-central keys trust sign --root KEYFILE \(out)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what a proposed trust list changes, and who has signed it."
        )

        @Argument(help: "The proposal.")
        var proposal: String

        func run() async throws {
            try await reporting(directory: proposal) {
                print(ProposalText.summary(try ProposalFile(path: proposal).read()))
            }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a root key's signature to a proposal; run it offline.",
            discussion: """
                Shows what would change and asks before it signs. Needs no data directory and no \
                network.
                """
        )

        @Option(help: "The root key file.")
        var root: String

        @Option(help: "A file whose first line is the passphrase, instead of asking.")
        var passphraseFile: String?

        @Flag(help: "Sign without asking: what changes was looked at before.")
        var yes = false

        @Argument(help: "The proposal; it is replaced by the one with your signature.")
        var proposal: String

        func run() async throws {
            try await reporting(directory: proposal) {
                let file = ProposalFile(path: proposal)
                var read = try file.read()
                print(ProposalText.summary(read))
                guard yes || Self.isConfirmed() else {
                    throw Failure(.noData, "not signed")
                }
                do {
                    let sealed = try RootKeyFile(path: root)
                    let passphrase = try PassphraseSource(file: passphraseFile).existing(for: root)
                    try read.sign(with: sealed.open(passphrase: passphrase))
                } catch let fault as RootKeyFile.Fault {
                    throw Failure(fault, file: root)
                } catch let fault as TrustProposal.Fault {
                    throw Failure(fault, file: root)
                }
                try file.write(read)
                print("Signed \(proposal).")
                print(ProposalText.missing(read))
            }
        }

        private static func isConfirmed() -> Bool {
            guard isatty(STDIN_FILENO) == 1 else { return false }
            print("Sign this? Type yes and press Enter:")
            return readLine() == "yes"
        }
    }

    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a signed trust list into force; gates get it from then on."
        )

        @Option(help: "The data directory that init made.")
        var data: String

        @Argument(help: "The signed proposal.")
        var proposal: String

        func run() async throws {
            try await withCentral(data) { central, now in
                let signed = try ProposalFile(path: proposal).read()
                let list = try await central.keys.install(signed.nextEnvelope, at: now)
                print(
                    """
                    Trust list \(list.version) is in force, until \
                    \(TrustChange.date(list.expires)).
                    Root fingerprint: \(Hex.encode(TrustList.rootHash(of: list.roots)))
                    """
                )
            }
        }
    }
}

/// A proposal on disk.
struct ProposalFile {
    let path: String

    func read() throws -> TrustProposal {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try AtomicFile.read(path, bytesMax: TrustProposal.bytesMax)
        } catch { throw Failure(.noData, error.description) }
        do throws(TrustProposal.Fault) { return try TrustProposal(text: bytes) } catch {
            throw Failure(error, file: path)
        }
    }

    func write(_ proposal: TrustProposal) throws {
        do throws(FileError) {
            try AtomicFile.write(proposal.text, to: path, mode: 0o600)
        } catch { throw Failure(.cannotCreate, error.description) }
    }
}

/// What a signer is shown.
enum ProposalText {
    static func summary(_ proposal: TrustProposal) -> String {
        let next = proposal.next
        var lines = ["Trust list \(next.version)"]
        if let current = proposal.current {
            lines[0] += ", to follow \(current.version)"
            lines.append(
                "Roots in force: \(Hex.encode(TrustList.rootHash(of: current.roots)))"
            )
        } else {
            lines[0] += ", the first one"
        }
        lines.append("Roots of this list: \(Hex.encode(TrustList.rootHash(of: next.roots)))")
        lines.append(
            "Issued \(TrustChange.date(next.issued)), good until \(TrustChange.date(next.expires))"
        )
        let changes = proposal.changes
        if changes.contains(where: \.isWeakening) {
            lines.append("WARNING: THIS LIST TAKES BACK A REVOCATION. Do not sign it unasked.")
        }
        lines.append(changes.isEmpty ? "Changes: none but its dates." : "Changes:")
        lines += changes.map { "  - \($0)" }
        lines.append(missing(proposal))
        return lines.joined(separator: "\n")
    }

    static func missing(_ proposal: TrustProposal) -> String {
        let missing = proposal.missing
        if missing == (0, 0) { return "All signatures are there: it can be installed." }
        var parts: [String] = []
        if missing.current > 0 { parts.append("\(missing.current) of the roots in force") }
        if missing.next > 0 { parts.append("\(missing.next) of this list's roots") }
        return "Signatures missing: " + parts.joined(separator: ", ") + "."
    }
}

extension Failure {
    init(_ fault: TrustProposal.Fault, file: String) {
        let words =
            switch fault {
            case .notAProposal: "\(file) is no proposed trust list"
            case .envelope(let error): "\(file) holds an envelope that cannot be read (\(error))"
            case .currentNotSigned:
                "\(file) shows a list in force that its own roots have not signed"
            case .notARoot:
                "\(file) holds no root of this list: neither of the one in force nor of the next"
            case .versionNotAbove: "\(file) does not come after the list in force"
            }
        self.init(.unusableData, words)
    }
}
