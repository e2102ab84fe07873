import ArgumentParser
import CentralStore
import Encodings
import Foundation
import Sodium
import TicketModel
import TrustFormat

/// Ends the program with one plain line and the exit status of `sysexits.h`.
struct Failure: Error {
    enum Kind: Int32 {
        case unusableData = 65
        case noData = 66
        case addressTaken = 69
        case internalFault = 70
        case cannotCreate = 73
        case wrongMasterKey = 77
        case wrongSetting = 78
    }

    let kind: Kind
    let words: String

    init(_ kind: Kind, _ words: String) {
        self.kind = kind
        self.words = words
    }

    /// Prints the line on standard error.
    ///
    /// - Returns: what `run()` throws so that the status is right.
    func reported() -> ExitCode {
        FileHandle.standardError.write(Data("stile-central: \(words)\n".utf8))
        return ExitCode(kind.rawValue)
    }

    /// Says an error of the store in the words of somebody at a shell.
    init(_ error: StoreError, directory: String) {
        switch error {
        case .notInitialised:
            self.init(
                .noData,
                "\(directory) holds no data of Stile; make it with: "
                    + "stile-central init --data \(directory)"
            )
        case .alreadyInitialised:
            self.init(.cannotCreate, "\(directory) is in use already and was left alone")
        case .wrongMasterKey:
            self.init(
                .wrongMasterKey,
                "the master key (\(MasterKeySource.name(directory))) does not open the keys in "
                    + directory
            )
        case .file(let detail): self.init(.cannotCreate, detail)
        case .foreignSchema(let name):
            self.init(
                .unusableData,
                "the database in \(directory) belongs to a newer or another program (\(name))"
            )
        case .notFound(.event): self.init(.noData, "there is no such event")
        case .notFound(.signingKey): self.init(.noData, "there is no such signing key")
        case .invalid(let values):
            self.init(
                .unusableData,
                values.map { "\($0.pointer.dropFirst()) \($0.detail)" }.joined(separator: "; ")
            )
        case .keysAwaitSignature, .trustAwaitsSignature:
            self.init(
                .noData,
                "the root keys have not signed for this yet: see stile-central keys trust --help"
            )
        case .inService:
            self.init(
                .addressTaken,
                "\(directory) is in use by another stile-central; stop it first"
            )
        case .backup(let fault): self.init(.unusableData, Self.words(for: fault))
        case .trustRefused(let refusal): self.init(.unusableData, Self.words(for: refusal))
        default: self.init(.internalFault, "the database failed: \(error)")
        }
    }
}

extension Failure {
    private static func words(for fault: BackupFault) -> String {
        switch fault {
        case .notABackup: "the file is no backup of stile-central, or is cut short"
        case .wrongSeal:
            "the backup was altered, or was made with another master key than the one given"
        case .altered(let name): "the backup is damaged: \(name) is not what was backed up"
        case .brokenDatabase(let detail): "the database in the backup is broken: \(detail)"
        case .notEmpty(let folder): "\(folder) is not empty and was left alone"
        case .leftover(let folder):
            "\(folder) is left over from an attempt that was cut short; remove it first"
        case .exists(let path): "\(path) is there already and was left alone"
        }
    }

    private static func words(for refusal: TrustRefusal) -> String {
        switch refusal {
        case .envelope(.badSignature):
            "the trust list is refused: not enough root keys have signed it"
        case .envelope(let error): "the trust list is refused: it cannot be read (\(error))"
        case .version(let expected, let found):
            "the trust list is refused: it is version \(found) and \(expected) comes next; "
                + "propose again"
        case .otherRoots:
            "the trust list is refused: it names other roots than this installation was told to "
                + "have; propose again"
        case .otherLogBox, .foreignKey, .missesKey:
            "the trust list is refused: keys have changed since it was proposed (\(refusal)); "
                + "propose again"
        case .missesRevokedKey(let id):
            "the trust list is refused: it misses that key \(Hex.encode(id.bytes)) was revoked; "
                + "propose again"
        case .missesRevokedDevice(let device):
            "the trust list is refused: it misses that device \(device) was revoked; "
                + "propose again"
        case .expired: "the trust list is refused: it has run out; propose again"
        case .rootIsOnline:
            "nothing to sign: the root is online and central signs its lists itself; to move to "
                + "offline roots, begin with stile-central keys root set"
        }
    }
}

/// Runs the body of a subcommand; what it throws becomes one line and a status.
func reporting<Value>(
    directory: String,
    _ body: () async throws -> Value
) async throws -> Value {
    do { return try await body() } catch let failure as Failure {
        throw failure.reported()
    } catch let error as StoreError {
        throw Failure(error, directory: directory).reported()
    } catch let error as ExitCode {
        throw error
    } catch {
        throw Failure(.internalFault, "\(error)").reported()
    }
}
