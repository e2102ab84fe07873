import Encodings
import Sodium
import TicketModel

extension VectorFile {
    /// HOLDER and HOLDER_FULL tokens: good ones, and one for every way to fail.
    static var holderTokens: VectorFile {
        let make = HolderVectorMaker()
        return VectorFile(
            name: "holder-tokens.json",
            note: "PROTOCOL 3.3 and 3.4: codes as scanned at a gate of `event` that trusts `keys` "
                + "and whose manifest binds every ticket to `holder`.",
            shared: [
                .init("event", .string(make.base.event.hex)),
                .init("holder", .string(Hex.encode(make.holder.publicKey.bytes))),
                .init("holder_seed", .string(Hex.encode(make.holder.seed))),
                .init("keys", .array(make.keys.map(\.json))),
            ],
            lists: [
                ("positive", make.positive), ("malformed", make.malformed),
                ("unproven", make.unproven),
            ]
        )
    }
}

private struct HolderVectorMaker {
    let base = TokenVectorMaker()
    let holder = Fixed.key("holder")
    let stranger = Fixed.key("stranger")

    var keys: [ListedKey] {
        [
            ListedKey(name: "live", role: "live", event: base.event),
            ListedKey(name: "cred", role: "cred", event: base.event),
            ListedKey(name: "other cred", role: "cred", event: Fixed.event("other event")),
            // Revoked a year after the tokens' time: cred keys are then not usable at all.
            ListedKey(
                name: "revoked cred",
                role: "cred",
                event: base.event,
                expires: 1_900_000_000_000,
                revoked: 1_830_000_000_000
            ),
        ]
    }

    func head(
        flags: UInt8 = 0,
        key: String = "cred",
        life: UInt8 = 4,
        generation: UInt8 = 0,
        tag: SigningKey? = nil
    ) -> [UInt8] {
        let id = (tag ?? holder).publicKey.keyID.bytes
        return base.head(
            type: 3,
            flags: flags,
            key: key,
            start: base.start + 5,
            life: life,
            generation: generation,
            accessClass: UInt16(id[0]) << 8 | UInt16(id[1])
        )
    }

    func signed(
        _ head: [UInt8],
        by signer: SigningKey? = nil,
        naming named: SigningKey? = nil,
        event: EventID? = nil,
        context: String = "st1/hold\0"
    ) -> [UInt8] {
        let message =
            Array(context.utf8) + (event ?? base.event).bytes
            + (named ?? holder).publicKey.bytes + head
        return head + (signer ?? holder).signature(over: message).bytes
    }

    func fullHead(
        flags: UInt8 = 0,
        key: String = "cred",
        life: UInt8 = 48,
        generation: UInt8 = 0
    ) -> [UInt8] {
        base.head(
            type: 4,
            flags: flags,
            key: key,
            start: base.start - 86_400,
            life: life,
            generation: generation
        )
    }

    func full(
        _ head: [UInt8],
        by key: String = "cred",
        holder pub: SigningKey? = nil,
        presentedBy signer: SigningKey? = nil,
        event: EventID? = nil,
        contexts: (String, String) = ("st1/cred\0", "st1/holdx\0")
    ) -> [UInt8] {
        let event = (event ?? base.event).bytes
        let vouched = head + (pub ?? holder).publicKey.bytes
        let credential =
            vouched
            + Fixed.key(key).signature(over: Array(contexts.0.utf8) + event + vouched).bytes
        let presented =
            credential
            + (0..<4).map { UInt8(truncatingIfNeeded: (base.start + 9) >> (24 - 8 * UInt32($0))) }
        let signer = signer ?? pub ?? holder
        return presented
            + signer.signature(over: Array(contexts.1.utf8) + event + presented).bytes
    }

    var positive: [JSONValue] {
        let tokens: [(String, [UInt8])] = [
            ("holder", signed(head())),
            ("holder_check_id", signed(head(flags: 4))),
            ("holder_last_generation", signed(head(generation: 255))),
            ("full", full(fullHead())),
            ("full_until_event_end", full(fullHead(life: 0))),
            ("full_longest_life", full(fullHead(life: 255))),
            ("full_check_id_gen1", full(fullHead(flags: 4, generation: 1))),
            // The credential alone says whose key it is.
            ("full_of_another_phone", full(fullHead(), holder: stranger)),
        ]
        return tokens.map { name, bytes in
            .texts(["name": name, "hex": Hex.encode(bytes), "text": base.text(bytes)])
        }
    }

    var malformed: [JSONValue] {
        let zeros = [UInt8](repeating: 0, count: 100)
        let whole = base.text(full(fullHead()))
        let texts: [(String, String)] = [
            ("preissued_on_holder", base.text(signed(head(flags: 1)))),
            ("reprint_on_holder", base.text(signed(head(flags: 2)))),
            ("undefined_flag_on_holder", base.text(signed(head(flags: 16)))),
            ("life_0_on_holder", base.text(signed(head(life: 0)))),
            ("life_5_on_holder", base.text(signed(head(life: 5)))),
            ("type_3_in_194_bytes", base.text(signed(head()) + zeros)),
            ("type_4_in_94_bytes", base.text(Array(full(fullHead()).prefix(94)))),
            ("type_2_in_194_bytes", base.text([2] + full(fullHead()).dropFirst())),
            ("preissued_on_full", base.text(full(fullHead(flags: 1)))),
            ("reprint_on_full", base.text(full(fullHead(flags: 2)))),
            ("full_one_character_short", String(whole.dropLast())),
            ("full_one_character_long", whole + "A"),
            ("full_unused_bits_set", whole.dropLast() + "B"),
        ]
        return texts.map { .texts(["name": $0.0, "text": $0.1, "verdict": "MALFORMED"]) }
    }

    var unproven: [JSONValue] {
        let cases: [(String, [UInt8], String, String)] = [
            ("unknown_key", signed(head(key: "nobody")), base.bad, "unknown_key"),
            ("named_by_live_key", signed(head(key: "live")), base.bad, "wrong_role"),
            ("cred_key_revoked_later", signed(head(key: "revoked cred")), base.bad, "wrong_role"),
            ("key_of_other_event", signed(head(key: "other cred")), base.other, ""),
            (
                "another_phone", signed(head(tag: stranger), by: stranger, naming: stranger),
                "SHOW_LONG_CODE", ""
            ),
            ("another_phone_with_our_tag", signed(head(), by: stranger), base.bad, "signature"),
            (
                "another_phone_naming_itself",
                signed(head(), by: stranger, naming: stranger), base.bad, "signature"
            ),
            ("holder_not_named", signed(head(), naming: stranger), base.bad, "signature"),
            (
                "signed_for_other_event", signed(head(), event: Fixed.event("other event")),
                base.bad, "signature"
            ),
            ("other_context", signed(head(), context: "st1/holdx\0"), base.bad, "signature"),
            ("holder_signed_as_live", base.signed(head(), by: "live"), base.bad, "signature"),
        ]
        return (cases + unprovenFull).map {
            .texts(["name": $0.0, "text": base.text($0.1), "verdict": $0.2, "detail": $0.3])
        }
    }

    private var unprovenFull: [(String, [UInt8], String, String)] {
        let good = full(fullHead())
        let swapped = Array(good.prefix(30)) + stranger.publicKey.bytes + good.dropFirst(62)
        return [
            (
                "full_unknown_key", full(fullHead(key: "nobody"), by: "nobody"), base.bad,
                "unknown_key"
            ),
            ("full_by_live_key", full(fullHead(key: "live"), by: "live"), base.bad, "wrong_role"),
            (
                "full_cred_key_revoked_later",
                full(fullHead(key: "revoked cred"), by: "revoked cred"), base.bad, "wrong_role"
            ),
            (
                "full_of_other_event", full(fullHead(key: "other cred"), by: "other cred"),
                base.other, ""
            ),
            ("full_credential_forged", full(fullHead(), by: "nobody"), base.bad, "signature"),
            (
                "full_presented_by_another_phone", full(fullHead(), presentedBy: stranger),
                base.bad, "signature"
            ),
            ("full_with_another_phone_put_in", swapped, base.bad, "signature"),
            (
                "full_signed_for_other_event",
                full(fullHead(), event: Fixed.event("other event")), base.bad, "signature"
            ),
            ("full_with_other_time", base.flipped(good, at: 129), base.bad, "signature"),
            ("full_with_longer_life", base.flipped(good, at: 26), base.bad, "signature"),
            (
                "full_other_credential_context",
                full(fullHead(), contexts: ("st1/token\0", "st1/holdx\0")), base.bad, "signature"
            ),
            (
                "full_other_presentation_context",
                full(fullHead(), contexts: ("st1/cred\0", "st1/hold\0")), base.bad, "signature"
            ),
            // A credential that was seen on its way cannot be shown without the phone.
            (
                "full_credential_without_presentation",
                Array(good.prefix(130)) + [UInt8](repeating: 0, count: 64), base.bad, "signature"
            ),
        ]
    }
}
