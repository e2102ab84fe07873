import AdmissionRules
import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel

@testable import TokenFormat

@Suite("Any token, written and read")
struct RoundTripTests {
    private let event = Fixed.event("event")
    private let holder = Fixed.key("holder")

    private func flags(_ random: inout SeededRandom, _ allowed: [TokenFlags]) -> TokenFlags {
        TokenFlags(allowed.filter { _ in Bool.random(using: &random) })
    }

    private func ticket(_ random: inout SeededRandom) -> TicketID {
        TicketID(high: random.next(), low: random.next())
    }

    private func number<Number: FixedWidthInteger>(_ random: inout SeededRandom) -> Number {
        // The ends of the range as often as what is between.
        [Number.min, .max, .random(in: .min ... .max, using: &random)]
            .randomElement(using: &random) ?? 0
    }

    private func fields(_ type: TokenType, _ random: inout SeededRandom) -> TokenFields? {
        let life: TokenLife
        let allowed: [TokenFlags]
        let role: String
        switch type {
        case .live:
            life = TokenLife(.seconds(15 * Int.random(in: 1...80, using: &random))) ?? .minute
            (allowed, role) = ([.preissued, .checkID], "live")
        case .paper: (life, allowed, role) = (.none, [.reprint, .checkID], "paper")
        case .holder:
            return TokenFields(
                shownBy: holder.publicKey,
                flags: flags(&random, [.checkID]),
                keyID: Fixed.key("cred").publicKey.keyID,
                ticket: ticket(&random),
                shown: number(&random),
                generation: Generation(number(&random))
            )
        case .holderFull:
            (life, allowed, role) = (TokenLife(hours: number(&random)), [.checkID], "cred")
        }
        return TokenFields(
            type: type,
            flags: flags(&random, allowed),
            keyID: Fixed.key(role).publicKey.keyID,
            ticket: ticket(&random),
            start: number(&random),
            life: life,
            generation: Generation(number(&random)),
            accessClass: ClassNumber(number(&random))
        )
    }

    /// As scanners and keyboards change it, which must not matter.
    private func disturbed(_ text: String, _ random: inout SeededRandom) -> [UInt8] {
        let prefix = ["", "]Q1", "\\000026", "]Q1\\000026", " \t", "\r\n"]
        let suffix = ["", "\r", "\r\n", "\t", "  "]
        let body =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: text
            case 1: text.lowercased()
            default:
                String(text.map { Bool.random(using: &random) ? Character($0.lowercased()) : $0 })
            }
        return Array(
            ((prefix.randomElement(using: &random) ?? "") + body
                + (suffix.randomElement(using: &random) ?? "")).utf8
        )
    }

    @Test("it is read as it was written, proven, and costs no more checks than it must")
    func roundTrip() throws {
        var random = SeededRandom(for: "token round trip")
        for _ in 0..<300 {
            for type in TokenType.allCases {
                let fields = try #require(fields(type, &random))
                let text: String
                let bytes: [UInt8]
                if type == .holderFull {
                    let key = Fixed.key("cred")
                    let credential = try #require(
                        HolderCredential(fields, holder: holder.publicKey, event: event, key: key)
                    )
                    let full = credential.presented(at: number(&random), event: event, key: holder)
                    (text, bytes) = (full.text, full.bytes)
                } else {
                    let role = [TokenType.live: "live", .paper: "paper"][type] ?? "holder"
                    let signed = SignedToken(fields, event: event, key: Fixed.key(role))
                    (text, bytes) = (signed.text, signed.bytes)
                }
                guard case .token(let read) = ScannedCode(disturbed(text, &random)) else {
                    Issue.record("\(text) is not read as a token")
                    continue
                }
                #expect(read.fields == fields)
                #expect(read.bytes == bytes)
                try expectProven(read, fields, &random)
            }
        }
    }

    private func expectProven(
        _ read: UnverifiedToken,
        _ fields: TokenFields,
        _ random: inout SeededRandom
    ) throws {
        let role = [TokenType.live: "live", .paper: "paper"][fields.type] ?? "cred"
        let key = Fixed.key(role).publicKey
        let verified =
            fields.type == .holder
            ? read.verified(byHolder: holder.publicKey, event: event)
            : read.verified(by: key, event: event)
        #expect(verified?.fields == fields)
        #expect(read.verified(by: key, event: Fixed.event("other event")) == nil)
        let checks = read.claims(by: key, event: event)?.count ?? 1
        #expect(checks == (fields.type == .holderFull ? 2 : 1))
        // One bit anywhere, and it is another text.
        var altered = read.bytes
        let place = Int.random(in: altered.indices, using: &random)
        altered[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        guard case .token(let other) = ScannedCode(Array(("ST1" + Base32.encode(altered)).utf8))
        else { return }
        #expect(other.verified(by: key, event: event) == nil)
        #expect(other.verified(byHolder: holder.publicKey, event: event) == nil)
    }

    @Test("a wallet code is read as it was made, for every ticket, generation and time")
    func walletRoundTrip() throws {
        var random = SeededRandom(for: "wallet round trip")
        let walletKey = Fixed.seed("wallet key")
        let key = Fixed.key("paper")
        for _ in 0..<500 {
            let fields = try #require(fields(.paper, &random))
            let time = UInt64.random(in: 0..<10_000_000_000, using: &random)
            let paper = SignedToken(fields, event: event, key: key)
            let text = try #require(
                WalletCode.text(paper: paper, time: time, walletKey: walletKey)
            )
            guard case .wallet(let read) = ScannedCode(disturbed(text, &random)) else {
                Issue.record("\(text) is not read as a wallet code")
                continue
            }
            #expect(read.time == time)
            let verified = try read.verified(
                by: key.publicKey,
                event: event,
                walletKey: walletKey
            )
            #expect(verified.fields == fields)
            #expect(verified.shownTime?.milliseconds == Int64(time / 60 * 60_000))
            #expect(throws: UnverifiedWalletCode.Fault.password) {
                try read.verified(by: key.publicKey, event: event, walletKey: Fixed.seed("x"))
            }
        }
    }
}
