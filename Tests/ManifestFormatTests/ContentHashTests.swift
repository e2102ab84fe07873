import Encodings
import FormatVectors
import ManifestFormat
import Testing

@Suite("The content hash of a manifest")
struct ContentHashTests {
    private func row(_ step: JSONValue) throws -> ManifestRow {
        let table = try #require(ManifestTable(rawValue: try step.text("table")))
        let values: [ManifestValue] = try step.list("row").map { value in
            switch value {
            case .null: .null
            case .integer(let number): .integer(number)
            case .string(let text): .text(text)
            default: .blob(try value.hex("hex"))
            }
        }
        return ManifestRow(table, values)
    }

    private func follow(_ file: JSONValue) throws -> Int {
        var hash = ContentHash()
        let steps = try file.list("steps")
        for step in steps {
            switch try step.text("step") {
            case "add": hash.add(try row(step))
            case "remove": hash.remove(try row(step))
            case "empty": #expect(hash == ContentHash())
            case let other: Issue.record("unknown step \(other)")
            }
            if let key = step["row_key"]?.string {
                #expect(Hex.encode(try row(step).key) == key)
            }
            #expect(Hex.encode(hash.content) == (try step.text("content")))
        }
        return steps.count
    }

    // Skipped, aloud, where the shared vectors are not beside the repository.
    @Test("every step of the shared vectors agrees", .enabled(if: VectorFolder.shared != nil))
    func shared() throws {
        #expect(try follow(try VectorFolder.readShared("content-hash-vectors.json")) == 8)
    }

    @Test("every step of our own vectors agrees, and the way back ends at nothing")
    func own() throws {
        let file = try VectorFolder.readOwn("content-hash.json")
        #expect(try follow(file) == 13)
        let steps = try file.list("steps")
        #expect(steps.first?["content"] == steps.last?["content"])
    }

    private func rows(_ count: Int) -> [ManifestRow] {
        (0..<count).map { ManifestRow(.accessClass, [.integer(Int64($0)), .text("class \($0)")]) }
    }

    @Test("order does not matter, and parts can be hashed apart")
    func order() {
        var random = SeededRandom(for: "content hash")
        let rows = rows(50)
        var whole = ContentHash()
        rows.forEach { whole.add($0) }
        var shuffled = ContentHash()
        rows.shuffled(using: &random).forEach { shuffled.add($0) }
        #expect(shuffled == whole)
        var left = ContentHash()
        var right = ContentHash()
        rows.prefix(20).forEach { left.add($0) }
        rows.dropFirst(20).forEach { right.add($0) }
        left.merge(right)
        #expect(left == whole)
        #expect(left.rows == 50)
    }

    @Test("taking a row away and adding it again changes nothing; adding it twice does")
    func removal() {
        var hash = ContentHash()
        rows(3).forEach { hash.add($0) }
        let before = hash
        hash.remove(rows(3)[1])
        #expect(hash != before)
        hash.add(rows(3)[1])
        #expect(hash == before)
        hash.add(rows(3)[1])
        #expect(hash.content != before.content)
    }

    @Test("a column's type and table are part of its row")
    func types() {
        let keys: [[UInt8]] = [
            ManifestRow(.meta, [.text("1"), .text("")]).key,
            ManifestRow(.meta, [.integer(1), .text("")]).key,
            ManifestRow(.meta, [.blob([0x31]), .text("")]).key,
            ManifestRow(.meta, [.text("1"), .null]).key,
            ManifestRow(.meta, [.text("1"), .blob([])]).key,
            ManifestRow(.meta, [.text(""), .text("1")]).key,
            ManifestRow(.accessClass, [.text("1"), .text("")]).key,
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test("a stored state is taken up where it was left")
    func state() throws {
        var hash = ContentHash()
        rows(3).forEach { hash.add($0) }
        var resumed = try #require(ContentHash(state: hash.state))
        #expect(resumed == hash)
        resumed.remove(rows(3)[0])
        hash.remove(rows(3)[0])
        #expect(resumed.content == hash.content)
        #expect(ContentHash(state: Array(hash.state.dropLast())) == nil)
        #expect(ContentHash(state: hash.state + [0]) == nil)
    }
}
