import ArgumentParser
import CentralStore
import Foundation

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
                "the master key does not open the keys in \(directory)"
            )
        case .file(let detail): self.init(.cannotCreate, detail)
        case .foreignSchema(let name):
            self.init(
                .unusableData,
                "the database in \(directory) belongs to a newer or another program (\(name))"
            )
        case .notFound(.event): self.init(.noData, "there is no such event")
        default: self.init(.internalFault, "the database failed: \(error)")
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
