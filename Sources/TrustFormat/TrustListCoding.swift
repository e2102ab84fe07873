import Encodings
import Sodium
import TicketModel

extension TrustList {
    /// Opens the first trust list of a device, whose roots must have the pinned fingerprint.
    public init(_ envelope: Envelope, pinnedTo rootHash: [UInt8]) throws(EnvelopeError) {
        // The list names its own roots; the pinned fingerprint is what makes them credible. They
        // are read before the signature only to find the keys that must have made it.
        let claimed = try TrustList(payload: envelope.payload)
        guard Self.rootHash(of: claimed.roots) == rootHash else { throw .badSignature }
        let verified = try envelope.opened(
            as: .trust,
            by: claimed.roots,
            threshold: claimed.threshold
        )
        self = try TrustList(payload: verified.bytes)
    }

    /// Opens a list that follows `current`: signed by the old threshold of old roots, and, if the
    /// roots changed, by the new threshold of new ones too.
    ///
    /// A lower version is refused, so that nobody brings back a key that was revoked since.
    public init(_ envelope: Envelope, after current: TrustList) throws(EnvelopeError) {
        let verified = try envelope.opened(
            as: .trust,
            by: current.roots,
            threshold: current.threshold
        )
        let next = try TrustList(payload: verified.bytes)
        guard next.version >= current.version else { throw .field(.badValue("version")) }
        _ = try envelope.opened(as: .trust, by: next.roots, threshold: next.threshold)
        self = next
    }

    /// What an envelope claims to be, without any proof: for showing it to whoever is to sign it.
    public static func claimed(by envelope: Envelope) throws(EnvelopeError) -> TrustList {
        guard envelope.payloadType == PayloadType.trust.mediaType else {
            throw .wrongType(envelope.payloadType)
        }
        return try TrustList(payload: envelope.payload)
    }

    /// Opens a list that its own roots have signed: it is whole, but nothing says whose it is.
    public init(selfSigned envelope: Envelope) throws(EnvelopeError) {
        let claimed = try Self.claimed(by: envelope)
        try self.init(envelope, pinnedTo: Self.rootHash(of: claimed.roots))
    }

    private init(payload: [UInt8]) throws(EnvelopeError) {
        let document: JSONValue
        do { document = try JSONReader.read(payload) } catch { throw .json(error) }
        do { try self.init(JSONFields(document)) } catch { throw .field(error) }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        version = try fields.integer("version")
        issued = Timestamp(milliseconds: try fields.integer("issued"))
        expires = Timestamp(milliseconds: try fields.integer("expires"))
        threshold = try fields.number("threshold")
        roots = try Self.publicKeys(try fields.strings("root"))
        guard version >= 1 else { throw .badValue("version") }
        guard threshold >= 1, threshold <= roots.count, Set(roots).count == roots.count else {
            throw .badValue("threshold")
        }
        let listed = try fields.array("keys")
        guard listed.count <= Self.keysMax else { throw .badValue("keys") }
        var keys: [TrustedKey] = []
        for value in listed { keys.append(try TrustedKey(JSONFields(value))) }
        guard Set(keys.map(\.key.keyID)).count == keys.count else { throw .badValue("keys") }
        self.keys = keys
        guard let box = BoxPublicKey(bytes: try fields.bytes("log_box")) else {
            throw .badValue("log_box")
        }
        logBox = box
        var devices: [RevokedDevice] = []
        for value in try fields.array("devices_revoked") {
            let device = try JSONFields(value)
            devices.append(
                RevokedDevice(
                    device: try device.parsed("dev") { DeviceName($0) },
                    since: Timestamp(milliseconds: try device.integer("at"))
                )
            )
        }
        revokedDevices = devices
    }

    private static func publicKeys(_ texts: [String]) throws(FieldError) -> [PublicKey] {
        var keys: [PublicKey] = []
        for text in texts {
            guard let key = Base64.decodeURL(text).flatMap({ PublicKey(bytes: $0) }) else {
                throw .badValue("root")
            }
            keys.append(key)
        }
        return keys
    }

    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("version", .integer(version)),
            .init("issued", .integer(issued.milliseconds)),
            .init("expires", .integer(expires.milliseconds)),
            .init("threshold", .integer(Int64(threshold))),
            .init("root", .array(roots.map { .string(Base64.encodeURL($0.bytes)) })),
            .init("keys", .array(keys.map(\.json))),
            .init("log_box", .string(Base64.encodeURL(logBox.bytes))),
            .init(
                "devices_revoked",
                .array(
                    revokedDevices.map {
                        .object([
                            .init("dev", .string($0.device.text)),
                            .init("at", .integer($0.since.milliseconds)),
                        ])
                    }
                )
            ),
        ]).encoded
    }
}

extension TrustedKey {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        guard let key = PublicKey(bytes: try fields.bytes("pub")) else { throw .badValue("pub") }
        guard try fields.string("kid") == Hex.encode(key.keyID.bytes) else {
            throw .badValue("kid")
        }
        let role = try fields.parsed("role") { KeyRole(rawValue: $0) }
        let event = try fields.nullable("event") { fields, name throws(FieldError) in
            try fields.parsed(name) { EventID(hex: $0) }
        }
        let belongsToEvent =
            switch role {
            case .live, .paper, .cred: true
            case .manifest, .fresh, .deviceCA, .receipt: false
            }
        guard belongsToEvent == (event != nil) else { throw .badValue("event") }
        let revoked = try fields.nullable("revoked") { fields, name throws(FieldError) in
            Timestamp(milliseconds: try fields.integer(name))
        }
        self.init(
            key: key,
            role: role,
            event: event,
            notBefore: Timestamp(milliseconds: try fields.integer("nbf")),
            expires: Timestamp(milliseconds: try fields.integer("exp")),
            revoked: revoked
        )
    }

    fileprivate var json: JSONValue {
        .object([
            .init("kid", .string(Hex.encode(key.keyID.bytes))),
            .init("pub", .string(Base64.encodeURL(key.bytes))),
            .init("role", .string(role.rawValue)),
            .init("event", event.map { .string($0.hex) } ?? .null),
            .init("nbf", .integer(notBefore.milliseconds)),
            .init("exp", .integer(expires.milliseconds)),
            .init("revoked", revoked.map { .integer($0.milliseconds) } ?? .null),
        ])
    }
}
