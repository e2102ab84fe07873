import Foundation
import Testing

@Suite("The house rules that no compiler checks")
struct TidyTests {
    @Test("every module imports only what its floor allows", arguments: house.keys.sorted())
    func imports(of module: String) throws {
        let room = try #require(house[module])
        let files = try Project.swiftFiles(in: room.folder)
        #expect(!files.isEmpty, "\(room.folder) holds no Swift file")
        for file in files {
            for line in file.lines {
                guard let name = Project.importedModule(in: line) else { continue }
                #expect(room.imports.contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test("floors 0 to 2 know no Foundation, no library but of cryptography, nothing asynchronous")
    func purity() throws {
        for (module, room) in house where room.floor <= 2 {
            // HMAC-SHA-1, which wallets want, is not in libsodium.
            let cryptography: Set = ["CSodium", "Crypto"]
            let impure = room.imports.subtracting(house.keys).subtracting(cryptography)
            #expect(impure.isEmpty, "\(module) may import \(impure)")
            for file in try Project.swiftFiles(in: room.folder) {
                for line in file.lines where !line.contains("//") {
                    #expect(!line.contains(" async "), "\(file.path): \(line)")
                    #expect(!line.contains("await "), "\(file.path): \(line)")
                }
            }
        }
    }

    @Test("an import never goes up a floor, and Gate and Central never meet")
    func direction() {
        for (module, room) in house {
            for imported in room.imports {
                guard let other = house[imported] else { continue }
                #expect(other.floor <= room.floor, "\(module) looks up to \(imported)")
                #expect(!(room.folder.hasPrefix("Gate/") && other.folder.hasPrefix("Central/")))
                #expect(!(room.folder.hasPrefix("Central/") && other.folder.hasPrefix("Gate/")))
            }
        }
    }

    @Test("every folder of sources is a room of the house")
    func completeness() throws {
        let rooms = Set(house.values.map(\.folder))
        for wing in ["Sources", "Central", "Gate"] {
            let url = Project.root.appending(path: wing)
            let names = try FileManager.default.contentsOfDirectory(
                atPath: url.path(percentEncoded: false)
            )
            for name in names {
                let folder = "\(wing)/\(name)"
                guard try !Project.swiftFiles(in: folder).isEmpty else { continue }
                #expect(rooms.contains(folder), "\(folder) is not in the table of floors")
            }
        }
    }

    @Test("files stay short: 250 lines are the aim, 400 the end; tests 500")
    func fileLength() throws {
        for (wing, limit) in [("Sources", 400), ("Central", 400), ("Gate", 400), ("Tests", 500)] {
            for file in try Project.swiftFiles(in: wing) {
                #expect(file.lines.count <= limit, "\(file.path): \(file.lines.count) lines")
            }
        }
    }

    @Test("no line is wider than 100 columns, strings and comments included")
    func lineLength() throws {
        for wing in ["Sources", "Central", "Gate", "Tests"] {
            for file in try Project.swiftFiles(in: wing) {
                for (index, line) in file.lines.enumerated() {
                    #expect(line.count <= 100, "\(file.path):\(index + 1)")
                }
            }
        }
    }

    @Test("nothing unfinished and nothing of one machine stands in a source file")
    func leftovers() throws {
        // Written in parts, so that this file does not find itself.
        let marks = ["TO" + "DO", "FIX" + "ME", "/ro" + "ot/", "/wo" + "rk/", "fatal" + "Error("]
        for wing in ["Sources", "Central", "Gate", "Tests"] {
            for file in try Project.swiftFiles(in: wing) {
                for (index, line) in file.lines.enumerated() {
                    for mark in marks {
                        #expect(!line.contains(mark), "\(file.path):\(index + 1) has \(mark)")
                    }
                }
            }
        }
    }

    @Test("an error swallowed with try? says why, on its line or the one above")
    func swallowedErrors() throws {
        for wing in ["Sources", "Central", "Gate"] {
            for file in try Project.swiftFiles(in: wing) {
                for (index, line) in file.lines.enumerated() where line.contains("try? ") {
                    let above = index > 0 ? file.lines[index - 1] : ""
                    let isExplained = line.contains("//") || above.contains("//")
                    #expect(isExplained, "\(file.path):\(index + 1) gives no reason")
                }
            }
        }
    }
}
