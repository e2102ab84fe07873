import Encodings
public import Sodium
import TicketModel
public import TrustFormat

extension ReadinessReport {
    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("dev", .string(log.device.text)),
            .init("epoch", .integer(Int64(log.epoch))),
            .init("event", .string(event.hex)),
            .init("t", .integer(time.milliseconds)),
            .init("u", .integer(uncertainty.milliseconds)),
            .init("clk", .string(clock.rawValue)),
            .init("man", .integer(manifest)),
            .init("trust", .integer(trust)),
            .init("software", software.map { .string($0) } ?? .null),
            .init("ready", .bool(isReady)),
            .init("reasons", .array(reasons.map { .string($0) })),
            .init("specimens", .array(specimens.map(\.json))),
        ]).encoded
    }

    /// Signs the report with its device's key.
    public func signed(by key: SigningKey) -> Envelope {
        Envelope(.readiness, payload: payload, signedBy: [key])
    }

    /// Opens a report that is said to come from `log`.
    ///
    /// - Parameter key: the one that the device signs that log with.
    /// - Throws: `EnvelopeError` if that key did not sign these bytes, or if they are no readiness
    ///   report, or name another device or epoch.
    public init(
        _ envelope: Envelope,
        log: LogName,
        key: PublicKey
    ) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .readiness, by: [key]).fields()
        do { try self.init(fields) } catch { throw .field(error) }
        guard self.log == log else { throw .badSignature }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        let reasons = try fields.strings("reasons")
        guard reasons.count <= Self.reasonsMax,
            reasons.allSatisfy({ $0.utf8.count <= Self.reasonBytesMax })
        else { throw .badValue("reasons") }
        // Ready with a reason why not, or the other way round: the signer contradicts itself.
        guard try fields.value("ready") == .bool(reasons.isEmpty) else { throw .badValue("ready") }
        let specimens = try Self.list("specimens", of: fields, max: Self.specimensMax) {
            value throws(FieldError) in try Finding(JSONFields(value))
        }
        guard Set(specimens.map(\.kind)).count == specimens.count else {
            throw .badValue("specimens")
        }
        self.init(
            log: LogName(
                device: try fields.parsed("dev") { DeviceName($0) },
                epoch: try fields.number("epoch")
            ),
            event: try fields.parsed("event") { EventID(hex: $0) },
            time: Timestamp(milliseconds: try fields.integer("t")),
            uncertainty: .milliseconds(try fields.number("u", as: UInt32.self)),
            clock: try fields.parsed("clk") { ClockState(rawValue: $0) },
            manifest: try Self.version("man", of: fields),
            trust: try Self.version("trust", of: fields),
            software: try fields.nullable("software") { fields, name throws(FieldError) in
                try fields.parsed(name) { $0.utf8.count <= Self.softwareBytesMax ? $0 : nil }
            },
            reasons: reasons,
            specimens: specimens
        )
    }

    private static func version(
        _ name: String,
        of fields: JSONFields
    ) throws(FieldError) -> Int64 {
        let version = try fields.integer(name)
        guard version >= 0 else { throw .badValue(name) }
        return version
    }

    fileprivate static func list<Item>(
        _ name: String,
        of fields: JSONFields,
        max: Int,
        _ read: (JSONValue) throws(FieldError) -> Item
    ) throws(FieldError) -> [Item] {
        let values = try fields.array(name)
        guard values.count <= max else { throw .badValue(name) }
        var items: [Item] = []
        for value in values { items.append(try read(value)) }
        return items
    }
}

extension ReadinessReport.Finding {
    fileprivate var json: JSONValue {
        .object([
            .init("kind", .string(kind)),
            .init("expected", .string(expected.name)),
            .init("loaded", loaded.map { .string($0.name) } ?? .null),
            .init("shown", .array(shown.map(\.json))),
        ])
    }

    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        let shown = try ReadinessReport.list("shown", of: fields, max: ReadinessReport.shownMax) {
            value throws(FieldError) in try ReadinessReport.Showing(JSONFields(value))
        }
        guard Set(shown.map(\.lane)).count == shown.count else { throw .badValue("shown") }
        self.init(
            kind: try fields.parsed("kind") { text in
                let isName = text.utf8.allSatisfy { (0x61...0x7A).contains($0) }
                let lengths = 1...ReadinessReport.kindBytesMax
                return isName && lengths.contains(text.utf8.count) ? text : nil
            },
            expected: try fields.parsed("expected") { VerdictCode(name: $0) },
            loaded: try fields.nullable("loaded") { fields, name throws(FieldError) in
                try fields.parsed(name) { VerdictCode(name: $0) }
            },
            shown: shown
        )
    }
}

extension ReadinessReport.Showing {
    fileprivate var json: JSONValue {
        .object([
            .init("lane", .integer(Int64(lane.number))),
            .init("expected", .string(expected.name)),
            .init("verdict", .string(verdict.name)),
            .init("t", .integer(time.milliseconds)),
        ])
    }

    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            lane: LaneNumber(try fields.number("lane")),
            expected: try fields.parsed("expected") { VerdictCode(name: $0) },
            verdict: try fields.parsed("verdict") { VerdictCode(name: $0) },
            time: Timestamp(milliseconds: try fields.integer("t"))
        )
    }
}

extension VerdictCode {
    fileprivate init?(name: String) {
        guard let code = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = code
    }
}
