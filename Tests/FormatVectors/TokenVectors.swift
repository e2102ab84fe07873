import Encodings
import Sodium
import TicketModel
import TokenFormat

extension VectorFile {
    /// LIVE and PAPER tokens: good ones, and one for every way to fail.
    static var tokens: VectorFile {
        let make = TokenVectorMaker()
        return VectorFile(
            name: "tokens.json",
            note: "PROTOCOL 3: codes as scanned at a gate of `event` that trusts `keys`.",
            shared: [
                .init("event", .string(make.event.hex)),
                .init("keys", .array(make.keys.map(\.json))),
            ],
            lists: [
                ("positive", make.positive), ("malformed", make.malformed),
                ("unsupported", make.unsupported), ("unproven", make.unproven),
            ]
        )
    }
}

/// A key as the token vectors list it.
struct ListedKey {
    let name: String
    let role: String
    let event: EventID?
    var notBefore: Int64 = 1_798_000_000_000
    var expires: Int64 = 1_799_000_000_000
    var revoked: Int64?

    var key: SigningKey { Fixed.key(name) }

    var json: JSONValue {
        .object([
            .init("name", .string(name)),
            .init("seed", .string(Hex.encode(key.seed))),
            .init("pub", .string(Hex.encode(key.publicKey.bytes))),
            .init("kid", .string(Hex.encode(key.publicKey.keyID.bytes))),
            .init("role", .string(role)),
            .init("event", event.map { .string($0.hex) } ?? .null),
            .init("nbf", .integer(notBefore)),
            .init("exp", .integer(expires)),
            .init("revoked", revoked.map { .integer($0) } ?? .null),
        ])
    }
}

struct TokenVectorMaker {
    let event = Fixed.event("event")
    let ticket = Fixed.ticket("ticket")
    let start: UInt32 = 1_798_761_600

    var keys: [ListedKey] {
        let other = Fixed.event("other event")
        return [
            ListedKey(name: "live", role: "live", event: event),
            ListedKey(name: "paper", role: "paper", event: event),
            ListedKey(name: "manifest", role: "manifest", event: nil),
            ListedKey(name: "other live", role: "live", event: other),
            ListedKey(
                name: "revoked live",
                role: "live",
                event: event,
                revoked: Int64(start) * 1000
            ),
            ListedKey(
                name: "revoked paper",
                role: "paper",
                event: event,
                revoked: Int64(start) * 1000 + 1000
            ),
        ]
    }

    /// The 30 bytes in front of a signature, with any values: also those that no token may have.
    func head(
        type: UInt8 = 1,
        flags: UInt8 = 0,
        key: String = "live",
        start: UInt32? = nil,
        life: UInt8 = 4,
        generation: UInt8 = 0,
        accessClass: UInt16 = 7
    ) -> [UInt8] {
        let start = start ?? self.start
        return [type, flags] + Fixed.key(key).publicKey.keyID.bytes + ticket.bytes
            + (0..<4).map { UInt8(truncatingIfNeeded: start >> (24 - 8 * $0)) }
            + [life, generation, UInt8(accessClass >> 8), UInt8(accessClass & 255)]
    }

    func signed(
        _ head: [UInt8],
        by key: String = "live",
        event: EventID? = nil,
        context: String = "st1/token\0"
    ) -> [UInt8] {
        let message = Array(context.utf8) + (event ?? self.event).bytes + head
        return head + Fixed.key(key).signature(over: message).bytes
    }

    func text(_ bytes: [UInt8]) -> String { "ST1" + Base32.encode(bytes) }

    var live: String { text(signed(head())) }

    var positive: [JSONValue] {
        let paper = { (flags: UInt8, generation: UInt8) in
            signed(
                head(type: 2, flags: flags, key: "paper", life: 0, generation: generation),
                by: "paper"
            )
        }
        let tokens: [(String, [UInt8])] = [
            ("live", signed(head())),
            ("live_preissued", signed(head(flags: 1))),
            ("live_check_id", signed(head(flags: 4))),
            ("live_preissued_check_id", signed(head(flags: 5))),
            ("live_shortest_life", signed(head(life: 1))),
            ("live_longest_life", signed(head(life: 80))),
            ("live_class_unstated", signed(head(accessClass: 0))),
            ("live_last_generation", signed(head(generation: 255))),
            ("paper", paper(0, 0)),
            ("paper_reprint", paper(2, 1)),
            ("paper_check_id", paper(4, 0)),
            ("live_before_revocation", lastSecondOfRevokedKey),
        ]
        return tokens.map { name, bytes in
            .texts(["name": name, "hex": Hex.encode(bytes), "text": text(bytes)])
        }
    }

    private var lastSecondOfRevokedKey: [UInt8] {
        signed(head(key: "revoked live", start: start - 1), by: "revoked live")
    }

    var malformed: [JSONValue] {
        let body = live.dropFirst(3)
        let lastLetter: Character = "B"
        let texts: [(String, String)] = [
            ("prefix_alone", "ST1"),
            ("one_character_short", String(live.dropLast())),
            ("one_character_long", live + "A"),
            ("between_the_two_lengths", live + live.dropFirst(3).prefix(60)),
            ("unused_bits_set", live.dropLast() + String(lastLetter)),
            ("digit_zero", "ST1" + body.prefix(20) + "0" + body.dropFirst(21)),
            ("inner_space", "ST1" + body.prefix(20) + " " + body.dropFirst(21)),
            ("padded", live + "="),
            ("dashed_tail", live + "-1798761600"),
            ("type_0", text(signed(head(type: 0)))),
            ("type_5", text(signed(head(type: 5)))),
            ("type_1_in_194_bytes", text(signed(head()) + [UInt8](repeating: 0, count: 100))),
            ("undefined_flag_8", text(signed(head(flags: 8)))),
            ("undefined_flag_128", text(signed(head(flags: 128)))),
            ("reprint_on_live", text(signed(head(flags: 2)))),
            ("preissued_on_paper", text(signed(head(type: 2, flags: 1, life: 0)))),
            ("life_0_on_live", text(signed(head(life: 0)))),
            ("life_81_on_live", text(signed(head(life: 81)))),
            ("life_4_on_paper", text(signed(head(type: 2)))),
        ]
        return texts.map { .texts(["name": $0.0, "text": $0.1, "verdict": "MALFORMED"]) }
    }

    var unsupported: [JSONValue] {
        (2...9).map {
            .texts([
                "name": "later_version_\($0)", "text": "ST\($0)" + live.dropFirst(3),
                "verdict": "UNSUPPORTED",
            ])
        }
    }

    var unproven: [JSONValue] {
        let unproven: [(String, [UInt8], String, String)] = [
            ("unknown_key", signed(head(key: "nobody"), by: "nobody"), bad, "unknown_key"),
            ("live_by_paper_key", signed(head(key: "paper"), by: "paper"), bad, "wrong_role"),
            ("paper_by_live_key", signed(head(type: 2, life: 0)), bad, "wrong_role"),
            (
                "live_by_manifest_key", signed(head(key: "manifest"), by: "manifest"), bad,
                "wrong_role"
            ),
            ("before_key", signed(head(start: 1_797_999_999)), bad, "wrong_role"),
            ("after_key", signed(head(start: 1_799_000_000)), bad, "wrong_role"),
            (
                "live_at_revocation", signed(head(key: "revoked live"), by: "revoked live"), bad,
                "wrong_role"
            ),
            (
                "paper_of_revoked_key",
                signed(
                    head(type: 2, key: "revoked paper", life: 0),
                    by: "revoked paper"
                ), bad, "wrong_role"
            ),
            ("key_of_other_event", signed(head(key: "other live"), by: "other live"), other, ""),
            (
                "signed_for_other_event", signed(head(), event: Fixed.event("other event")), bad,
                "signature"
            ),
            ("signed_by_another_key", signed(head(), by: "nobody"), bad, "signature"),
            ("other_context", signed(head(), context: "st1/hold\0"), bad, "signature"),
            ("ticket_altered", flipped(signed(head()), at: 10), bad, "signature"),
            ("time_altered", flipped(signed(head()), at: 25), bad, "signature"),
            ("generation_altered", flipped(signed(head()), at: 27), bad, "signature"),
            ("class_altered", flipped(signed(head()), at: 29), bad, "signature"),
            ("signature_altered", flipped(signed(head()), at: 93), bad, "signature"),
            ("signature_malleated", malleated(signed(head())), bad, "signature"),
            (
                "signature_zero", head() + [UInt8](repeating: 0, count: 64), bad,
                "signature"
            ),
        ]
        return unproven.map {
            .texts([
                "name": $0.0, "text": text($0.1), "verdict": $0.2, "detail": $0.3,
            ])
        }
    }

    var bad: String { VerdictCode.badSignature.name }
    var other: String { VerdictCode.wrongEvent.name }

    func flipped(_ bytes: [UInt8], at index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 1
        return bytes
    }

    /// Adds the group order to `s`: the same equation holds, and RFC 8032 says refuse it.
    private func malleated(_ bytes: [UInt8]) -> [UInt8] {
        let order: [UInt8] =
            [
                0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9,
                0xDE, 0x14,
            ] + [UInt8](repeating: 0, count: 15) + [0x10]
        var bytes = bytes
        var carry: UInt16 = 0
        for index in 0..<32 {
            let sum = UInt16(bytes[62 + index]) + UInt16(order[index]) + carry
            bytes[62 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        return bytes
    }
}
