import AdmissionRules
import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat

@Suite("What a phone's wallet shows")
struct WalletTests {
    let file: JSONValue
    let reader: TokenReader

    init() throws {
        file = try VectorFolder.readOwn("wallet-codes.json")
        reader = try TokenReader(file)
    }

    @Test("RFC 6238, appendix B: the SHA-1 passwords")
    func rfc6238() {
        let key = Array("12345678901234567890".utf8)
        let vectors: [(UInt64, String)] = [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"), (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ]
        for (time, password) in vectors {
            let text = OneTimePassword.text(counter: time / 30, key: key)
            #expect(String(decoding: text, as: UTF8.self) == password)
        }
    }

    @Test("a good code is proven, counts as wallet, and its time is its minute's start")
    func positive() throws {
        let vectors = try file.list("positive")
        #expect(vectors.count == 7)
        for vector in vectors {
            guard case .token(let token) = reader.credential(try vector.text("text")) else {
                Issue.record("\(vector.label) is not proven")
                continue
            }
            #expect(token.form == .wallet)
            #expect(token.method == .wallet)
            #expect(token.validities.count == 1)
            let minute = Timestamp(milliseconds: try vector.number("minute") * 1000)
            #expect(token.validities.first?.start == minute)
            #expect(token.validities.first?.life == .seconds(60))
        }
    }

    @Test("the PAPER half alone is a PAPER token")
    func paperHalf() throws {
        let text = try #require(try file.list("positive").first).text("text")
        guard case .token(let token) = reader.credential(String(text.prefix(154))) else {
            Issue.record("the PAPER half is not proven")
            return
        }
        #expect(token.form == .paper)
        #expect(token.method == .paper)
    }

    @Test("a wallet that is given the pass makes the same code")
    func making() throws {
        for vector in try file.list("positive") {
            let text = try vector.text("text")
            guard case .token(let token) = reader.credential(text) else { continue }
            let paper = SignedToken(token.fields, event: reader.event, key: Fixed.key("paper"))
            let time = try #require(UInt64(text.dropFirst(155).prefix(10)))
            let made = WalletCode.text(
                paper: paper,
                time: time,
                walletKey: try file.hex("wallet_key")
            )
            #expect(made == text)
        }
        let live = try VectorFolder.readOwn("tokens.json").list("positive")[0]
        guard case .token(let token) = reader.credential(try live.text("text")) else {
            Issue.record("the LIVE token is not proven")
            return
        }
        let key = try file.hex("wallet_key")
        let signed = SignedToken(token.fields, event: reader.event, key: Fixed.key("live"))
        #expect(WalletCode.text(paper: signed, time: 0, walletKey: key) == nil)
    }

    @Test("no character of a code can be altered, but within its minute")
    func altered() throws {
        let vector = try #require(try file.list("positive").first)
        try expectEveryAlteredCharacterFails(try vector.text("text"), reader)
    }

    @Test("what is not canonical is MALFORMED")
    func malformed() throws {
        let vectors = try file.list("malformed")
        #expect(vectors.count == 10)
        for vector in vectors {
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == "MALFORMED ", "\(vector.label)")
        }
    }

    @Test("a code without proof is refused for its first fault")
    func unproven() throws {
        let vectors = try file.list("unproven")
        #expect(vectors.count == 9)
        for vector in vectors {
            let expected = "\(try vector.text("verdict")) \(try vector.text("detail"))"
            let verdict = reader.verdict(try vector.text("text"))
            #expect(verdict == expected, "\(vector.label)")
        }
    }
}
