import Encodings
public import Sodium
public import TicketModel
public import TrustFormat

/// What central signs about one version of a manifest (PROTOCOL 5.2).
public struct ManifestMetadata: Hashable, Sendable {
    public let event: EventID
    /// Rises with every change; a gate refuses a lower one than it has ever held.
    public let version: Int64
    public let created: Timestamp
    /// From here on the gate warns that its manifest is old.
    public let staleAfter: Timestamp
    /// From here on the gate admits nobody until it has synced.
    public let expires: Timestamp
    public let schema: Int
    /// ``ContentHash/content`` of the rows.
    public let content: [UInt8]
    /// The version that the file holds; the delta from there leads to ``version``.
    public let fileVersion: Int64
    public let fileBytes: Int64
    /// `b2(32, file)`.
    public let fileHash: [UInt8]
    /// The oldest trust list version that knows every key this event uses.
    public let trustMin: Int64
    public let tickets: Int64
    public let codes: Int64

    public init(
        event: EventID,
        version: Int64,
        created: Timestamp,
        staleAfter: Timestamp,
        expires: Timestamp,
        content: [UInt8],
        fileVersion: Int64? = nil,
        fileBytes: Int64,
        fileHash: [UInt8],
        trustMin: Int64,
        tickets: Int64,
        codes: Int64
    ) {
        precondition(fileVersion ?? version <= version, "no file from the future")
        self.event = event
        self.version = version
        self.created = created
        self.staleAfter = staleAfter
        self.expires = expires
        schema = ManifestSchema.version
        self.content = content
        self.fileVersion = fileVersion ?? version
        self.fileBytes = fileBytes
        self.fileHash = fileHash
        self.trustMin = trustMin
        self.tickets = tickets
        self.codes = codes
    }

    /// Opens signed metadata; `keys` are those that hold the manifest role.
    public init(_ envelope: Envelope, by keys: [PublicKey]) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .manifest, by: keys).fields()
        do { try self.init(fields) } catch { throw .field(error) }
    }

    private init(_ fields: JSONFields) throws(FieldError) {
        try fields.requireVersion1()
        event = try fields.parsed("event") { EventID(hex: $0) }
        version = try fields.integer("version")
        created = Timestamp(milliseconds: try fields.integer("created"))
        staleAfter = Timestamp(milliseconds: try fields.integer("stale_after"))
        expires = Timestamp(milliseconds: try fields.integer("expires"))
        schema = try fields.number("schema")
        content = try fields.bytes("content")
        let file = try fields.object("file")
        // A file of this very version needs not be named by its number.
        fileVersion = file.has("version") ? try file.integer("version") : version
        fileBytes = try file.integer("size")
        fileHash = try file.bytes("hash")
        trustMin = try fields.integer("trust_min")
        let rows = try fields.object("rows")
        tickets = try rows.integer("ticket")
        codes = try rows.integer("code")
        guard version >= 1 else { throw .badValue("version") }
        guard (1...version).contains(fileVersion) else { throw .badValue("version") }
        guard content.count == 32 else { throw .badValue("content") }
        guard fileHash.count == 32 else { throw .badValue("hash") }
        guard fileBytes > 0 else { throw .badValue("size") }
    }

    private var file: JSONValue {
        let named: [JSONValue.Member] =
            fileVersion == version ? [] : [.init("version", .integer(fileVersion))]
        return .object(
            named + [
                .init("size", .integer(fileBytes)),
                .init("hash", .string(Base64.encodeURL(fileHash))),
            ]
        )
    }

    /// The payload to sign.
    public var payload: [UInt8] {
        JSONValue.object([
            .init("v", .integer(1)),
            .init("event", .string(event.hex)),
            .init("version", .integer(version)),
            .init("created", .integer(created.milliseconds)),
            .init("stale_after", .integer(staleAfter.milliseconds)),
            .init("expires", .integer(expires.milliseconds)),
            .init("schema", .integer(Int64(schema))),
            .init("content", .string(Base64.encodeURL(content))),
            .init("file", file),
            .init("trust_min", .integer(trustMin)),
            .init(
                "rows",
                .object([.init("ticket", .integer(tickets)), .init("code", .integer(codes))])
            ),
        ]).encoded
    }
}
