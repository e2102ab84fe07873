import Encodings
import FormatVectors
import ManifestFormat
import Testing
import TicketModel

@Suite("Barcodes that another system printed")
struct ImportTests {
    private let event = Fixed.event("event")
    private let key = Fixed.seed("barcode key")

    private func rule(_ fold: ImportRule.Fold, slow: Bool = false) -> ImportRule {
        ImportRule(fold: fold, isSlow: slow)
    }

    @Test("folding changes ASCII letters, and nothing else of the bytes")
    func folding() {
        let bytes = Array("aZ09äß-~".utf8) + [0, 0x7F, 0xFF]
        #expect(ImportRule.Fold.none.apply(bytes) == bytes)
        #expect(
            ImportRule.Fold.upper.apply(bytes) == Array("AZ09äß-~".utf8) + [0, 0x7F, 0xFF]
        )
    }

    @Test("the same barcode has one name per event, key and rule")
    func names() {
        let lower = Array("ab12cd".utf8)
        let upper = Array("AB12CD".utf8)
        let names = [
            rule(.none).name(of: lower, event: event, key: key),
            rule(.upper).name(of: lower, event: event, key: key),
            rule(.upper, slow: true).name(of: lower, event: event, key: key),
            rule(.none, slow: true).name(of: lower, event: event, key: key),
            rule(.none, slow: true).name(of: lower, event: Fixed.event("x"), key: key),
            rule(.none, slow: true).name(of: lower, event: event, key: Fixed.seed("x")),
        ]
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0?.count == BarcodeHash.length })
        #expect(names[1] == rule(.none).name(of: upper, event: event, key: key))
        #expect(names[2] == rule(.none, slow: true).name(of: upper, event: event, key: key))
        #expect(
            names[0] == BarcodeHash.hash(of: lower, event: event, key: key),
            "exact barcodes are named as before"
        )
    }

    @Test("the names of our own vectors are found by their rules")
    func vectors() throws {
        let file = try VectorFolder.readOwn("barcode-names.json")
        let event = try #require(EventID(hex: try file.text("event")))
        let key = try file.hex("barcode_key")
        let vectors = try file.list("names")
        #expect(vectors.count == 16)
        for vector in vectors {
            let rule = try #require(ImportRule(word: try vector.text("rule")))
            let barcode = Array(try vector.text("barcode").utf8)
            #expect(rule.name(of: barcode, event: event, key: key) == (try vector.hex("h")))
        }
    }

    @Test("the slow name of a barcode is what a program in C computes with libsodium")
    func slowVector() throws {
        let name = try #require(
            BarcodeHash.slowHash(of: Array("4012345678901".utf8), event: event, key: key)
        )
        #expect(Hex.encode(name) == "bbeb34a03f0ede34b17607a733ce655a")
    }

    @Test("a rule has one word, and no other word is a rule")
    func words() {
        let rules = [
            rule(.none), rule(.upper), rule(.none, slow: true), rule(.upper, slow: true),
        ]
        #expect(rules.map(\.word) == ["none", "upper", "none+slow", "upper+slow"])
        #expect(rules.map { ImportRule(word: $0.word) } == rules)
        #expect(rules.shuffled().sorted() == rules, "fast look-ups come first")
        for word in ["", "slow", "+slow", "lower", "none+", "none+slow+slow", "None", " none"] {
            #expect(ImportRule(word: word) == nil, "\(word)")
        }
    }

    @Test("a manifest says which rules are in use, and an older one means exact bytes")
    func policy() throws {
        func read(_ imports: String?) -> GatePolicy? {
            var meta = Dictionary(
                uniqueKeysWithValues: GatePolicy().meta.map { ($0.0.rawValue, $0.1) }
            )
            meta["imports"] = imports
            return GatePolicy(meta: meta)
        }
        #expect(read(nil)?.imports == [.exact])
        #expect(read("")?.imports == [])
        #expect(read("none upper+slow")?.imports == [.exact, rule(.upper, slow: true)])
        #expect(read("none lower") == nil)
        let policy = GatePolicy(imports: [rule(.upper, slow: true), .exact])
        let meta = Dictionary(uniqueKeysWithValues: policy.meta.map { ($0.0.rawValue, $0.1) })
        #expect(meta["imports"] == "none upper+slow")
        #expect(GatePolicy(meta: meta) == policy)
    }
}

@Suite("How hard barcodes are to guess")
struct EntropyTests {
    private func entropy(
        _ name: String,
        count: Int = 2000,
        _ make: (inout SeededRandom) -> String
    ) -> BarcodeEntropy {
        var random = SeededRandom(for: name)
        return BarcodeEntropy(of: (0..<count).map { _ in Array(make(&random).utf8) })
    }

    private func text(_ alphabet: String, _ length: Int, _ random: inout SeededRandom) -> String {
        let alphabet = Array(alphabet)
        return String((0..<length).compactMap { _ in alphabet.randomElement(using: &random) })
    }

    @Test("long random barcodes are hashed fast, short ones slowly")
    func random() {
        let letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        let long = entropy("20 letters") { text(letters, 20, &$0) }
        #expect(!long.isSlow && (90...97).contains(long.bits))
        let short = entropy("10 letters") { text(letters, 10, &$0) }
        #expect(short.isSlow && (43...47).contains(short.bits))
        let digits = entropy("13 digits") { text("0123456789", 13, &$0) }
        #expect(digits.isSlow && (36...40).contains(digits.bits))
        let manyDigits = entropy("24 digits") { text("0123456789", 24, &$0) }
        #expect(!manyDigits.isSlow && (73...77).contains(manyDigits.bits))
        #expect([long, short, digits, manyDigits].allSatisfy { !$0.hasRuns })
    }

    @Test("what is the same in every barcode adds nothing")
    func constant() {
        let padded = entropy("padded") { "STADIUM-2027-MATCH-7-" + text("0123456789", 6, &$0) }
        #expect(padded.bits < 20)
        #expect(BarcodeEntropy(of: [Array("A1B2C3D4E5F6G7H8".utf8)]).bits == 0)
        #expect(BarcodeEntropy(of: []).bits == 0)
    }

    @Test("barcodes of several lengths count no more than their shortest")
    func lengths() {
        let mixed = entropy("mixed lengths") {
            text("ABCDEFGH", Bool.random(using: &$0) ? 5 : 60, &$0)
        }
        #expect(mixed.bits < 16)
    }

    @Test("consecutive numbers are noticed, and guessed at once")
    func runs() {
        let counted = BarcodeEntropy(of: (0..<500).map { Array("T\(100_000 + $0)".utf8) })
        #expect(counted.longestRun == 500)
        #expect(counted.hasRuns && counted.isSlow && counted.bits < 10)
        let shuffled = (0..<500).map { "4006381\(100_000 + $0)" }.shuffled()
        #expect(BarcodeEntropy(of: shuffled.map { Array($0.utf8) }).longestRun == 500)
        // Two lists of numbers, each with gaps, have no run.
        let spaced = BarcodeEntropy(of: (0..<500).map { Array("A\(100_000 + 7 * $0)".utf8) })
        #expect(!spaced.hasRuns)
        #expect(spaced.isSlow)
    }
}
