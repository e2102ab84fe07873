import Encodings
import Sodium
import TicketModel
import TrustFormat

extension VectorFile {
    /// Trust lists: good ones, and one for every reason to refuse one.
    static var trustLists: VectorFile {
        let make = TrustVectorMaker()
        return VectorFile(
            name: "trust-lists.json",
            note: "PROTOCOL 2 and 4. `first` lists meet a device that pinned root_hash; `next` "
                + "lists meet one that holds the list `current`. error is empty for good ones.",
            shared: [
                .init(
                    "root_hash",
                    .string(Hex.encode(TrustList.rootHash(of: make.roots.map(\.publicKey))))
                ),
                .init("current", make.current.vectorJSON),
            ],
            lists: [("first", make.first), ("next", make.next)]
        )
    }
}

extension Envelope {
    fileprivate var vectorJSON: JSONValue {
        guard let value = try? JSONReader.read(json) else {
            // What JSONValue writes, JSONReader reads; a vector file without it fails its test.
            return .null
        }
        return value
    }
}

private struct TrustVectorMaker {
    let roots = [Fixed.key("root 1"), Fixed.key("root 2"), Fixed.key("root 3")]
    let event = Fixed.event("event")

    var list: TrustList {
        let key = { (name: String, role: KeyRole, event: EventID?, revoked: Timestamp?) in
            TrustedKey(
                key: Fixed.key(name).publicKey,
                role: role,
                event: event,
                notBefore: Timestamp(milliseconds: 1_798_000_000_000),
                expires: Timestamp(milliseconds: 1_799_000_000_000),
                revoked: revoked
            )
        }
        return TrustList(
            version: 7,
            issued: Timestamp(milliseconds: 1_798_700_000_000),
            expires: Timestamp(milliseconds: 1_801_000_000_000),
            threshold: 2,
            roots: roots.map(\.publicKey),
            keys: [
                key("live", .live, event, nil), key("paper", .paper, event, nil),
                key("manifest", .manifest, nil, nil),
                key("receipt", .receipt, nil, Timestamp(milliseconds: 1_798_600_000_000)),
            ],
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: [
                RevokedDevice(
                    device: Fixed.device("G7K2M9"),
                    since: Timestamp(milliseconds: 1_798_650_000_000)
                )
            ]
        )
    }

    var document: JSONValue {
        // What `payload` writes, JSONReader reads; a vector file without it fails its test.
        (try? JSONReader.read(list.payload)) ?? .null
    }

    func sign(_ document: JSONValue, _ keys: [SigningKey]? = nil) -> Envelope {
        Envelope(.trust, payload: document.encoded, signedBy: keys ?? Array(roots.prefix(2)))
    }

    var current: Envelope { sign(document) }

    private func vector(_ name: String, _ envelope: Envelope, _ error: String = "") -> JSONValue {
        .object([
            .init("name", .string(name)), .init("error", .string(error)),
            .init("envelope", envelope.vectorJSON),
        ])
    }

    private func key(_ index: Int, _ member: String, _ value: JSONValue) -> JSONValue {
        var keys = document["keys"]?.array ?? []
        keys[index] = keys[index].with(member, value)
        return document.with("keys", .array(keys))
    }

    var first: [JSONValue] {
        let otherRoots = [Fixed.key("stranger 1"), Fixed.key("stranger 2")]
        let foreign = document.with(
            "root",
            .array(otherRoots.map { .string(Base64.encodeURL($0.publicKey.bytes)) })
        )
        var keys = document["keys"]?.array ?? []
        keys.append(keys[0])
        let good = current
        let altered = document.with("version", .integer(9)).encoded
        return [
            vector("good", good),
            vector("good_by_all_three", sign(document, roots)),
            vector("unknown_member", sign(document.with("colour", .string("blue")))),
            vector("kid_mismatch", sign(key(0, "kid", .string("00000000"))), "bad value: kid"),
            vector("live_without_event", sign(key(0, "event", .null)), "bad value: event"),
            vector(
                "manifest_with_event",
                sign(key(2, "event", .string(event.hex))),
                "bad value: event"
            ),
            vector("unknown_role", sign(key(0, "role", .string("king"))), "bad value: role"),
            vector("short_key", sign(key(0, "pub", .string("AAAA"))), "bad value: pub"),
            vector("key_twice", sign(document.with("keys", .array(keys))), "bad value: keys"),
            vector("version_0", sign(document.with("version", .integer(0))), "bad value: version"),
            vector("format_2", sign(document.with("v", .integer(2))), "bad value: v"),
            vector(
                "threshold_0",
                sign(document.with("threshold", .integer(0))),
                "bad value: threshold"
            ),
            vector(
                "threshold_above_roots",
                sign(document.with("threshold", .integer(4))),
                "bad value: threshold"
            ),
            vector("no_log_box", sign(document.without("log_box")), "missing: log_box"),
            vector(
                "expires_as_text",
                sign(document.with("expires", .string("soon"))),
                "wrong type: expires"
            ),
            vector("below_threshold", sign(document, [roots[0]]), "bad signature"),
            vector("one_root_twice", sign(document, [roots[0], roots[0]]), "bad signature"),
            vector("other_root", sign(foreign, otherRoots), "bad signature"),
            vector(
                "altered",
                Envelope(
                    payloadType: good.payloadType,
                    payload: altered,
                    signatures: good.signatures
                ),
                "bad signature"
            ),
            vector(
                "signed_as_manifest",
                Envelope(.manifest, payload: document.encoded, signedBy: Array(roots.prefix(2))),
                "wrong type: application/vnd.stile.manifest.v1+json"
            ),
        ]
    }

    var next: [JSONValue] {
        let newRoots = [Fixed.key("root 3"), Fixed.key("root 4"), Fixed.key("root 5")]
        let newer = document.with("version", .integer(8))
        let changed = newer.with(
            "root",
            .array(newRoots.map { .string(Base64.encodeURL($0.publicKey.bytes)) })
        )
        return [
            vector("same_again", current),
            vector("newer", sign(newer)),
            vector(
                "new_roots_signed_by_old_and_new",
                sign(changed, [roots[0], roots[1], newRoots[1], newRoots[2]])
            ),
            vector("new_roots_signed_by_old", sign(changed), "bad signature"),
            vector(
                "new_roots_signed_by_new",
                sign(changed, Array(newRoots.suffix(2))),
                "bad signature"
            ),
            vector(
                "older",
                sign(document.with("version", .integer(6))),
                "bad value: version"
            ),
        ]
    }
}
