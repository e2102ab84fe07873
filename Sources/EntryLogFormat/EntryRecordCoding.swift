import Encodings
public import Sodium
import TicketModel
public import TrustFormat

extension EntryRecord {
    /// The longest reason a supervisor may give, in bytes of UTF-8.
    public static let reasonBytesMax = 200
    /// The longest evidence: a HOLDER_FULL token or a sealed barcode.
    public static let evidenceBytesMax = 256

    /// About how many bytes the payload of an admission has.
    private static let payloadBytes = 640

    /// The payload to sign.
    public var payload: [UInt8] {
        var object = JSONWriter(capacity: Self.payloadBytes)
        object.member("v", 1)
        object.member("dev", device.text)
        object.member("epoch", Int64(epoch))
        object.member("seq", Int64(clamping: sequence))
        object.member("prev", Base64.encodeURL(previous.bytes))
        object.member("event", event.hex)
        object.member("kind", kind)
        body.write(to: &object)
        object.member("hall", Int64(hall.number))
        object.member("gate", Int64(gate.number))
        object.member("lane", Int64(lane.number))
        object.member("t", time.milliseconds)
        object.member("u", uncertainty.milliseconds)
        object.member("clk", clock.rawValue)
        object.member("mono", monotonic)
        object.member("man", manifest)
        return object.finish()
    }

    /// Signs the record with its device's key.
    public func signed(by key: SigningKey) -> SignedRecord {
        let payload = payload
        return SignedRecord(
            record: self,
            envelope: Envelope(.entry, payload: payload, signedBy: [key])
        )
    }

    /// Reads a payload whose signature held when it was stored: nothing is proven anew.
    public init(stored payload: [UInt8]) throws(EnvelopeError) {
        let document: JSONValue
        do { document = try JSONReader.read(payload) } catch { throw .json(error) }
        do { self = try EntryRecord(try JSONFields(document)) } catch { throw .field(error) }
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
    fileprivate func write(to object: inout JSONWriter) {
        switch self {
        case .start, .stop: break
        case .scan(let scan): scan.write(to: &object)
        case .pass(let reference, let result):
            object.member("ref", Int64(clamping: reference))
            object.member("result", result.rawValue)
        case .void(let reference, let reason):
            object.member("ref", Int64(clamping: reference))
            object.member("reason", reason)
        case .force(let reason, let ticket):
            object.member("reason", reason)
            if let ticket { object.member("ticket", ticket.hex) }
        case .mode(let mode): object.member("mode", mode.rawValue)
        case .sync(let old, let new):
            object.member("old", old)
            object.member("new", new)
        }
    }

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
    fileprivate func write(to object: inout JSONWriter) {
        object.member("code", Int64(code.rawValue))
        object.member("detail", detail.rawValue)
        object.member("ticket", ticket.map { .string($0.hex) } ?? .null)
        object.member("gen", generation.map { .integer(Int64($0.number)) } ?? .null)
        object.member("form", form.map { .integer(Int64($0.rawValue)) } ?? .null)
        object.member("dir", direction.rawValue)
        object.member("flags", .array(flags.map(\.rawValue).sorted().map { .string($0) }))
        object.member("evid", Base64.encodeURL(evidence))
    }

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
