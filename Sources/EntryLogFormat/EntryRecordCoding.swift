import Encodings
public import Sodium
import TicketModel
import TrustFormat

extension EntryRecord {
    /// The longest reason a supervisor may give, in bytes of UTF-8.
    public static let reasonBytesMax = 200
    /// The longest evidence: a HOLDER_FULL token or a sealed barcode.
    public static let evidenceBytesMax = 256

    /// The payload to sign.
    public var payload: [UInt8] {
        var members: [JSONValue.Member] = [
            .init("v", .integer(1)),
            .init("dev", .string(device.text)),
            .init("epoch", .integer(Int64(epoch))),
            .init("seq", .integer(Int64(clamping: sequence))),
            .init("prev", .string(Base64.encodeURL(previous.bytes))),
            .init("event", .string(event.hex)),
            .init("kind", .string(kind)),
        ]
        members += bodyMembers
        members += [
            .init("hall", .integer(Int64(hall.number))),
            .init("gate", .integer(Int64(gate.number))),
            .init("lane", .integer(Int64(lane.number))),
            .init("t", .integer(time.milliseconds)),
            .init("u", .integer(uncertainty.milliseconds)),
            .init("clk", .string(clock.rawValue)),
            .init("mono", .integer(monotonic)),
            .init("man", .integer(manifest)),
        ]
        return JSONValue.object(members).encoded
    }

    private var bodyMembers: [JSONValue.Member] {
        switch body {
        case .start, .stop: []
        case .scan(let scan):
            [
                .init("code", .integer(Int64(scan.code.rawValue))),
                .init("detail", .string(scan.detail.rawValue)),
                .init("ticket", scan.ticket.map { .string($0.hex) } ?? .null),
                .init("gen", scan.generation.map { .integer(Int64($0.number)) } ?? .null),
                .init("form", scan.form.map { .integer(Int64($0.rawValue)) } ?? .null),
                .init("dir", .string(scan.direction.rawValue)),
                .init("flags", .array(scan.flags.map(\.rawValue).sorted().map { .string($0) })),
                .init("evid", .string(Base64.encodeURL(scan.evidence))),
            ]
        case .pass(let reference, let result):
            [
                .init("ref", .integer(Int64(clamping: reference))),
                .init("result", .string(result.rawValue)),
            ]
        case .void(let reference, let reason):
            [
                .init("ref", .integer(Int64(clamping: reference))),
                .init("reason", .string(reason)),
            ]
        case .force(let reason, let ticket):
            [.init("reason", .string(reason))]
                + (ticket.map { [.init("ticket", .string($0.hex))] } ?? [])
        case .mode(let mode): [.init("mode", .string(mode.rawValue))]
        case .sync(let old, let new): [.init("old", .integer(old)), .init("new", .integer(new))]
        }
    }

    /// Signs the record with its device's key.
    public func signed(by key: SigningKey) -> SignedRecord {
        let payload = payload
        return SignedRecord(
            record: self,
            envelope: Envelope(.entry, payload: payload, signedBy: [key])
        )
    }

    init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        device = try fields.parsed("dev") { DeviceName($0) }
        epoch = try fields.number("epoch")
        let sequence: Int64 = try fields.number("seq")
        guard sequence >= 0 else { throw .badValue("seq") }
        self.sequence = UInt64(sequence)
        previous = try fields.parsed("prev") {
            Base64.decodeURL($0).flatMap { RecordLink(bytes: $0) }
        }
        event = try fields.parsed("event") { EventID(hex: $0) }
        time = Timestamp(milliseconds: try fields.integer("t"))
        uncertainty = .milliseconds(try fields.number("u", as: UInt32.self))
        clock = try fields.parsed("clk") { ClockState(rawValue: $0) }
        monotonic = try fields.integer("mono")
        manifest = try fields.integer("man")
        lane = LaneNumber(try fields.number("lane"))
        hall = HallNumber(try fields.number("hall"))
        gate = GateNumber(try fields.number("gate"))
        body = try Body(kind: try fields.string("kind"), fields)
    }
}

extension EntryRecord.Body {
    /// The body with its reason cut to what a record carries.
    var carried: EntryRecord.Body {
        switch self {
        case .void(let reference, let reason):
            .void(reference: reference, reason: Self.cut(reason))
        case .force(let reason, let ticket): .force(reason: Self.cut(reason), ticket: ticket)
        case .start, .stop, .scan, .pass, .mode, .sync: self
        }
    }

    private static func cut(_ reason: String) -> String {
        guard reason.utf8.count > EntryRecord.reasonBytesMax else { return reason }
        var kept = Substring(reason.unicodeScalars.prefix(EntryRecord.reasonBytesMax))
        while kept.utf8.count > EntryRecord.reasonBytesMax { kept.unicodeScalars.removeLast() }
        return String(kept)
    }

    fileprivate init(kind: String, _ fields: JSONFields) throws(FieldError) {
        switch kind {
        case "START": self = .start
        case "STOP": self = .stop
        case "SCAN": self = .scan(try EntryRecord.Scan(fields))
        case "PASS":
            self = .pass(
                reference: try Self.reference(fields),
                result: try fields.parsed("result") { EntryRecord.PassageResult(rawValue: $0) }
            )
        case "VOID":
            self = .void(
                reference: try Self.reference(fields),
                reason: try Self.reason(fields)
            )
        case "FORCE":
            self = .force(
                reason: try Self.reason(fields),
                ticket: try fields.optional("ticket") { fields, name throws(FieldError) in
                    try fields.parsed(name) { TicketID(hex: $0) }
                }
            )
        case "MODE": self = .mode(try fields.parsed("mode") { EntryRecord.Mode(rawValue: $0) })
        case "SYNC":
            self = .sync(
                oldOffset: try fields.integer("old"),
                newOffset: try fields.integer("new")
            )
        default: throw .badValue("kind")
        }
    }

    private static func reference(_ fields: JSONFields) throws(FieldError) -> UInt64 {
        let reference = try fields.integer("ref")
        guard reference >= 0 else { throw .badValue("ref") }
        return UInt64(reference)
    }

    private static func reason(_ fields: JSONFields) throws(FieldError) -> String {
        let reason = try fields.string("reason")
        guard reason.utf8.count <= EntryRecord.reasonBytesMax else { throw .badValue("reason") }
        return reason
    }
}

extension EntryRecord.Scan {
    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        guard let code = VerdictCode(rawValue: try fields.number("code")) else {
            throw .badValue("code")
        }
        self.code = code
        detail = try fields.parsed("detail") { VerdictDetail(rawValue: $0) }
        ticket = try fields.nullable("ticket") { fields, name throws(FieldError) in
            try fields.parsed(name) { TicketID(hex: $0) }
        }
        generation = try fields.nullable("gen") { fields, name throws(FieldError) in
            Generation(try fields.number(name))
        }
        form = try fields.nullable("form") { fields, name throws(FieldError) in
            guard let form = CodeForm(rawValue: try fields.number(name)) else {
                throw .badValue(name)
            }
            return form
        }
        direction = try fields.parsed("dir") { Direction(rawValue: $0) }
        var flags: Set<EntryRecord.Flag> = []
        for text in try fields.strings("flags") {
            guard let flag = EntryRecord.Flag(rawValue: text) else { throw .badValue("flags") }
            flags.insert(flag)
        }
        self.flags = flags
        evidence = try fields.bytes("evid")
        guard evidence.count <= EntryRecord.evidenceBytesMax else { throw .badValue("evid") }
    }
}
