package import Encodings
package import Foundation

/// Where vectors are: our own in `Tests/Vectors`, those shared between projects beside the
/// repository.
package enum VectorFolder {
    /// The root of the package, found from this file.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    package static let own = root.appending(path: "Tests/Vectors")

    /// `../shared/vectors`, or what STILE_SHARED names; `nil` where there is none, which is said
    /// aloud once, because tests are skipped then.
    package static let shared: URL? = {
        let named = ProcessInfo.processInfo.environment["STILE_SHARED"].map { URL(filePath: $0) }
        let folder = (named ?? root.deletingLastPathComponent().appending(path: "shared"))
            .appending(path: "vectors")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("SKIPPED: no shared vectors at \(folder.path); set STILE_SHARED to find them")
            return nil
        }
        return folder
    }()

    /// Reads one JSON file; the shared sets are larger than anything Stile reads on a wire.
    package static func read(_ name: String, in folder: URL) throws -> JSONValue {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        return try JSONReader.read(bytes, bytesMax: 1 << 24)
    }

    package static func readShared(_ name: String) throws -> JSONValue {
        guard let shared else { throw VectorError.missing(name) }
        return try read(name, in: shared)
    }

    package static func readOwn(_ name: String) throws -> JSONValue {
        try read(name, in: own)
    }
}

package enum VectorError: Error {
    case missing(String)
    case unreadable(String)
}

/// Short ways into vector files, which fail a test rather than skip what is not there.
extension JSONValue {
    package func text(_ name: String) throws -> String {
        guard let text = self[name]?.string else { throw VectorError.missing(name) }
        return text
    }

    /// What a failing test calls this vector.
    package var label: String {
        self["name"]?.string ?? (self["number"] ?? self["tcId"])?.integer.map(String.init) ?? "?"
    }

    package func list(_ name: String) throws -> [JSONValue] {
        guard let list = self[name]?.array else { throw VectorError.missing(name) }
        return list
    }

    package func number(_ name: String) throws -> Int64 {
        guard let number = self[name]?.integer else { throw VectorError.missing(name) }
        return number
    }

    package func hex(_ name: String) throws -> [UInt8] {
        guard let bytes = Hex.decode(try text(name)) else { throw VectorError.unreadable(name) }
        return bytes
    }

    /// The object with one member put in place of the one of that name, or added.
    package func with(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        let member = Member(name, value)
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index] = member
        } else {
            members.append(member)
        }
        return .object(members)
    }

    package func without(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name })
    }
}
