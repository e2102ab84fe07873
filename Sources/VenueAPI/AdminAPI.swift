/// API keys and gates as an administrator sees them.
public enum AdminAPI {
    public static let scopeNames: Set<String> = ["admin", "issue", "read"]

    /// A new API key: `POST /v1/keys`.
    public struct KeyDraft: Codable, Hashable, Sendable {
        /// Who or what will use it.
        public var name: String
        /// `admin`, `issue`, `read`; keys of gates are made with the gate.
        public var scopes: [String]

        enum CodingKeys: String, CodingKey, CaseIterable { case name, scopes }

        public init(name: String, scopes: [String]) {
            self.name = name
            self.scopes = scopes
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
            scopes = try members.list(.scopes, max: AdminAPI.scopeNames.count)
            guard !scopes.isEmpty, scopes.allSatisfy(AdminAPI.scopeNames.contains) else {
                let names = AdminAPI.scopeNames.sorted().joined(separator: ", ")
                throw members.fault(.scopes, "is not a list of some of \(names)")
            }
        }
    }

    /// An API key, without what opens the door.
    public struct Key: Codable, Hashable, Sendable {
        public var id: String
        public var name: String
        public var scopes: [String]
        /// The gate that a key with the scope `gate` belongs to.
        public var device: String?
        /// Unix milliseconds.
        public var created: Int64
        /// Unix milliseconds; set once the key is of no use any more.
        public var revoked: Int64?

        public init(
            id: String,
            name: String,
            scopes: [String],
            device: String?,
            created: Int64,
            revoked: Int64?
        ) {
            self.id = id
            self.name = name
            self.scopes = scopes
            self.device = device
            self.created = created
            self.revoked = revoked
        }
    }

    /// A key that was just made: the only time that it is shown.
    public struct NewKey: Codable, Hashable, Sendable {
        public var id: String
        public var name: String
        public var scopes: [String]
        /// For `Authorization: Bearer …`.
        public var apiKey: String

        enum CodingKeys: String, CodingKey {
            case id, name, scopes
            case apiKey = "api_key"
        }

        public init(id: String, name: String, scopes: [String], apiKey: String) {
            self.id = id
            self.name = name
            self.scopes = scopes
            self.apiKey = apiKey
        }
    }

    /// A gate to be enrolled: `POST /v1/gates`.
    public struct GateDraft: Codable, Hashable, Sendable {
        public var name: String
        public var hall: UInt16
        /// The gate's number, as access windows name it.
        public var gate: UInt16

        enum CodingKeys: String, CodingKey, CaseIterable { case name, hall, gate }

        public init(name: String, hall: UInt16, gate: UInt16) {
            self.name = name
            self.hall = hall
            self.gate = gate
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
            hall = try members.number(.hall, in: WireLimits.numbers)
            gate = try members.number(.gate, in: WireLimits.numbers)
        }
    }

    /// A gate as central knows it.
    public struct Gate: Codable, Hashable, Sendable {
        /// The device's name, six Crockford characters.
        public var device: String
        public var name: String
        public var hall: UInt16
        public var gate: UInt16
        /// The log that it writes now; missing until it has enrolled.
        public var epoch: UInt32?
        /// Not to be believed any more.
        public var revoked: Bool
        /// Two different records of one number turned up.
        public var quarantined: Bool

        public init(
            device: String,
            name: String,
            hall: UInt16,
            gate: UInt16,
            epoch: UInt32?,
            revoked: Bool,
            quarantined: Bool
        ) {
            self.device = device
            self.name = name
            self.hall = hall
            self.gate = gate
            self.epoch = epoch
            self.revoked = revoked
            self.quarantined = quarantined
        }
    }

    /// A gate that was just registered, with the key it enrols by, shown this once.
    public struct NewGate: Codable, Hashable, Sendable {
        public var device: String
        public var name: String
        public var hall: UInt16
        public var gate: UInt16
        /// For `Authorization: Bearer …`.
        public var apiKey: String

        enum CodingKeys: String, CodingKey {
            case device, name, hall, gate
            case apiKey = "api_key"
        }

        public init(device: String, name: String, hall: UInt16, gate: UInt16, apiKey: String) {
            self.device = device
            self.name = name
            self.hall = hall
            self.gate = gate
            self.apiKey = apiKey
        }
    }

    /// What a build of the manifest came to.
    public struct Manifest: Codable, Hashable, Sendable {
        public var event: String
        public var version: Int64
        /// Unix milliseconds.
        public var created: Int64
        /// Bytes of the file.
        public var size: Int64
        public var tickets: Int64
        public var codes: Int64
        /// The signed metadata, as gates get it.
        public var metadata: EnvelopeBody

        public init(
            event: String,
            version: Int64,
            created: Int64,
            size: Int64,
            tickets: Int64,
            codes: Int64,
            metadata: EnvelopeBody
        ) {
            self.event = event
            self.version = version
            self.created = created
            self.size = size
            self.tickets = tickets
            self.codes = codes
            self.metadata = metadata
        }
    }
}
