import Encodings
public import Sodium
public import TicketModel

/// What central says of a device it has enrolled (PROTOCOL 6.1), signed by the device-ca role.
public struct DeviceStatement: Hashable, Sendable {
    public let device: DeviceName
    /// Counts the logs of a device: one that lost its log enrols again and starts the next.
    public let epoch: UInt32
    public let sign: PublicKey
    public let box: BoxPublicKey
    public let halls: [HallNumber]
    public let gate: GateNumber
    public let notBefore: Timestamp
    public let expires: Timestamp

    public init(
        device: DeviceName,
        epoch: UInt32,
        sign: PublicKey,
        box: BoxPublicKey,
        halls: [HallNumber],
        gate: GateNumber,
        notBefore: Timestamp,
        expires: Timestamp
    ) {
        self.device = device
        self.epoch = epoch
        self.sign = sign
        self.box = box
        self.halls = halls
        self.gate = gate
        self.notBefore = notBefore
        self.expires = expires
    }

    public init(_ envelope: Envelope, by keys: [PublicKey]) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .device, by: keys).fields()
        do { try self.init(fields) } catch { throw .field(error) }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        device = try fields.parsed("dev") { DeviceName($0) }
        epoch = try fields.number("epoch")
        sign = try fields.parsed("sign") { Base64.decodeURL($0).flatMap { PublicKey(bytes: $0) } }
        box = try fields.parsed("box") { Base64.decodeURL($0).flatMap { BoxPublicKey(bytes: $0) } }
        var halls: [HallNumber] = []
        for value in try fields.array("halls") {
            guard let hall = value.integer.flatMap({ HallNumber(exactly: $0) }) else {
                throw .badValue("halls")
            }
            halls.append(hall)
        }
        self.halls = halls
        gate = GateNumber(try fields.number("gate"))
        notBefore = Timestamp(milliseconds: try fields.integer("nbf"))
        expires = Timestamp(milliseconds: try fields.integer("exp"))
    }

    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("dev", .string(device.text)),
            .init("epoch", .integer(Int64(epoch))),
            .init("role", .string("gate")),
            .init("can", .array([])),
            .init("sign", .string(Base64.encodeURL(sign.bytes))),
            .init("box", .string(Base64.encodeURL(box.bytes))),
            .init("halls", .array(halls.map { .integer(Int64($0.number)) })),
            .init("gate", .integer(Int64(gate.number))),
            .init("peers", .array([])),
            .init("nbf", .integer(notBefore.milliseconds)),
            .init("exp", .integer(expires.milliseconds)),
        ]).encoded
    }
}

/// Central's answer to a nonce: the time, and the newest versions it knows of (PROTOCOL 5.5).
public struct FreshStatement: Hashable, Sendable {
    public static let nonceLength = 16

    public let nonce: [UInt8]
    public let time: Timestamp
    /// The newest manifest version of the event asked for; 0 if there is none.
    public let manifest: Int64
    public let trust: Int64
    public let expires: Timestamp

    public init(
        nonce: [UInt8],
        time: Timestamp,
        manifest: Int64,
        trust: Int64,
        expires: Timestamp
    ) {
        self.nonce = nonce
        self.time = time
        self.manifest = manifest
        self.trust = trust
        self.expires = expires
    }

    public init(_ envelope: Envelope, by keys: [PublicKey]) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .fresh, by: keys).fields()
        do { try self.init(fields) } catch { throw .field(error) }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        nonce = try fields.bytes("nonce")
        time = Timestamp(milliseconds: try fields.integer("time"))
        manifest = try fields.integer("manifest")
        trust = try fields.integer("trust")
        expires = Timestamp(milliseconds: try fields.integer("expires"))
    }

    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("nonce", .string(Base64.encodeURL(nonce))),
            .init("time", .integer(time.milliseconds)),
            .init("manifest", .integer(manifest)),
            .init("trust", .integer(trust)),
            .init("expires", .integer(expires.milliseconds)),
        ]).encoded
    }
}

/// Central's word that it holds a device's log up to a point (PROTOCOL 9.3).
public struct Receipt: Hashable, Sendable {
    public let device: DeviceName
    public let epoch: UInt32
    /// The sequence number that central expects next: it holds all below.
    public let next: UInt64
    /// The link of the last record it holds; 32 zero bytes if none.
    public let head: [UInt8]
    public let time: Timestamp

    public init(
        device: DeviceName,
        epoch: UInt32,
        next: UInt64,
        head: [UInt8],
        time: Timestamp
    ) {
        self.device = device
        self.epoch = epoch
        self.next = next
        self.head = head
        self.time = time
    }

    public init(_ envelope: Envelope, by keys: [PublicKey]) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .receipt, by: keys).fields()
        do { try self.init(fields) } catch { throw .field(error) }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        device = try fields.parsed("dev") { DeviceName($0) }
        epoch = try fields.number("epoch")
        next = try fields.number("next")
        head = try fields.bytes("head")
        guard head.count == 32 else { throw .badValue("head") }
        time = Timestamp(milliseconds: try fields.integer("time"))
    }

    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("dev", .string(device.text)),
            .init("epoch", .integer(Int64(epoch))),
            .init("next", .integer(Int64(clamping: next))),
            .init("head", .string(Base64.encodeURL(head))),
            .init("time", .integer(time.milliseconds)),
        ]).encoded
    }
}
