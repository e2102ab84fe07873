import Encodings
import Sodium
import TicketModel
import TokenFormat

extension VectorFile {
    /// Wallet codes: good ones, and one for every way to fail.
    static var walletCodes: VectorFile {
        let make = WalletVectorMaker()
        return VectorFile(
            name: "wallet-codes.json",
            note: "PROTOCOL 3.6: codes as scanned at a gate of `event` that trusts `keys` and has "
                + "`wallet_key`.",
            shared: [
                .init("event", .string(make.base.event.hex)),
                .init("wallet_key", .string(Hex.encode(make.walletKey))),
                .init("keys", .array(make.base.keys.map(\.json))),
            ],
            lists: [
                ("positive", make.positive), ("malformed", make.malformed),
                ("unproven", make.unproven),
            ]
        )
    }

    /// A pack of three tokens, as central sends it and as the page shows it.
    static var offlinePack: VectorFile {
        let base = TokenVectorMaker()
        let tokens = (0..<3).map { minute in
            base.signed(base.head(flags: 1, start: base.start + 60 * UInt32(minute)))
        }
        return VectorFile(
            name: "offline-pack.json",
            note: "PROTOCOL 3.8: the 30 bytes of the first token travel once, then 64-byte "
                + "signatures in a row; starts are one minute apart.",
            shared: [
                .init("event", .string(base.event.hex)),
                .init("seed", .string(Hex.encode(Fixed.key("live").seed))),
                .init("head", .string(Hex.encode(Array(tokens[0].prefix(30))))),
                .init("signatures", .string(Hex.encode(tokens.flatMap { $0.suffix(64) }))),
            ],
            lists: [
                (
                    "tokens",
                    tokens.enumerated().map { minute, bytes in
                        .texts(["name": "minute_\(minute)", "text": base.text(bytes)])
                    }
                )
            ]
        )
    }
}

private struct WalletVectorMaker {
    let base = TokenVectorMaker()
    let walletKey = Fixed.seed("wallet key")

    func paper(flags: UInt8 = 0, generation: UInt8 = 0) -> [UInt8] {
        base.signed(
            base.head(type: 2, flags: flags, key: "paper", life: 0, generation: generation),
            by: "paper"
        )
    }

    /// The password of the minute `time / 60`, from the words of PROTOCOL 3.6.
    func password(
        _ time: UInt64,
        generation: UInt8 = 0,
        ticket: TicketID? = nil,
        key: [UInt8]? = nil
    ) -> String {
        let secret = Hash.ownLength(
            20,
            [Array("st1/wallet\0".utf8), (ticket ?? base.ticket).bytes, [generation]],
            key: key ?? walletKey
        )
        let digits = OneTimePassword.text(counter: time / 60, key: secret)
        return String(decoding: digits, as: UTF8.self)
    }

    func text(_ paper: [UInt8], _ time: UInt64, _ password: String) -> String {
        let digits = String(time)
        let padded = String(repeating: "0", count: 10 - digits.count) + digits
        return "\(base.text(paper))-\(padded)-\(password)"
    }

    var now: UInt64 { UInt64(base.start) + 30 }

    var positive: [JSONValue] {
        let codes: [(String, [UInt8], UInt64, UInt8)] = [
            ("wallet", paper(), now, 0),
            ("wallet_first_second", paper(), UInt64(base.start), 0),
            ("wallet_last_second", paper(), UInt64(base.start) + 59, 0),
            ("wallet_check_id", paper(flags: 4), now, 0),
            ("wallet_gen1", paper(flags: 2, generation: 1), now, 1),
            ("wallet_clock_at_zero", paper(), 0, 0),
            ("wallet_clock_at_its_end", paper(), 9_999_999_999, 0),
        ]
        return codes.map { name, paper, time, generation in
            let minute = time / 60 * 60
            return .object([
                .init("name", .string(name)),
                .init("minute", .integer(Int64(minute))),
                .init(
                    "text",
                    .string(text(paper, time, password(time, generation: generation)))
                ),
            ])
        }
    }

    var malformed: [JSONValue] {
        let good = text(paper(), now, password(now))
        let tail = "-\(now)-\(password(now))"
        let head = String(good.prefix(154))
        let texts: [(String, String)] = [
            ("live_inside", base.text(base.signed(base.head())) + tail),
            ("holder_inside", base.text(base.signed(base.head(type: 3))) + tail),
            ("password_one_digit_short", String(good.dropLast())),
            ("password_one_digit_long", good + "0"),
            ("time_one_digit_short", "\(head)-\(now / 10)-\(password(now))"),
            ("letter_in_time", "\(head)-17987616X0-\(password(now))"),
            ("letter_in_password", "\(head)-\(now)-1234567O"),
            ("dash_missing", "\(head)-\(now)\(password(now))"),
            ("space_for_dash", "\(head) \(now)-\(password(now))"),
            ("nothing_but_time", "\(head)-\(now)"),
        ]
        return texts.map { .texts(["name": $0.0, "text": $0.1, "verdict": "MALFORMED"]) }
    }

    var unproven: [JSONValue] {
        let wrong = Fixed.seed("another wallet key")
        let forged = base.flipped(paper(), at: 93)
        let cases: [(String, String, String, String)] = [
            (
                "password_of_the_minute_before", text(paper(), now, password(now - 60)), base.bad,
                "totp"
            ),
            (
                "password_of_the_minute_after", text(paper(), now, password(now + 60)), base.bad,
                "totp"
            ),
            ("time_put_forward", text(paper(), now + 60, password(now)), base.bad, "totp"),
            (
                "password_of_another_generation",
                text(paper(generation: 1), now, password(now)), base.bad, "totp"
            ),
            (
                "password_of_another_ticket",
                text(paper(), now, password(now, ticket: Fixed.ticket("another"))), base.bad,
                "totp"
            ),
            (
                "password_of_another_key", text(paper(), now, password(now, key: wrong)),
                base.bad, "totp"
            ),
            ("signature_altered", text(forged, now, password(now)), base.bad, "signature"),
            // The signature is judged first, so a wrong password beside it is not told.
            ("signature_and_password_wrong", text(forged, now, "00000000"), base.bad, "signature"),
            (
                "paper_of_revoked_key",
                text(
                    base.signed(
                        base.head(type: 2, key: "revoked paper", life: 0),
                        by: "revoked paper"
                    ),
                    now,
                    password(now)
                ), base.bad, "wrong_role"
            ),
        ]
        return cases.map {
            .texts(["name": $0.0, "text": $0.1, "verdict": $0.2, "detail": $0.3])
        }
    }
}
