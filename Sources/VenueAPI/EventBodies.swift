extension EventAPI {
    /// A new event, whole: `POST /v1/events`.
    public struct Draft: Codable, Hashable, Sendable {
        public var name: String
        public var venue: String
        /// Unix milliseconds.
        public var starts: Int64
        /// Unix milliseconds.
        public var ends: Int64
        public var halls: [Hall]
        public var gates: [Gate]
        public var classes: [AccessClass]
        public var access: [Access]
        public var policy: Policy

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, venue, starts, ends, halls, gates, classes, access, policy
        }

        public init(
            name: String,
            venue: String,
            starts: Int64,
            ends: Int64,
            halls: [Hall],
            gates: [Gate],
            classes: [AccessClass],
            access: [Access],
            policy: Policy = Policy()
        ) {
            self.name = name
            self.venue = venue
            self.starts = starts
            self.ends = ends
            self.halls = halls
            self.gates = gates
            self.classes = classes
            self.access = access
            self.policy = policy
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
            venue = try members.text(.venue, bytes: WireLimits.nameBytes)
            starts = try members.number(.starts, in: WireLimits.times)
            ends = try members.number(.ends, in: WireLimits.times)
            guard starts < ends else { throw members.fault(.ends, "is not after starts") }
            halls = try members.list(.halls, max: WireLimits.hallsMax)
            gates = try members.listIfPresent(.gates, max: WireLimits.gatesMax) ?? []
            classes = try members.list(.classes, max: WireLimits.classesMax)
            access = try members.list(.access, max: WireLimits.accessMax)
            policy = try members.decodeIfPresent(Policy.self, forKey: .policy) ?? Policy()
        }
    }

    /// What to change of an event: `PATCH /v1/events/{event}`.
    ///
    /// Members that are missing stay; lists are replaced whole.
    public struct Patch: Codable, Hashable, Sendable {
        public var name: String?
        public var venue: String?
        public var starts: Int64?
        public var ends: Int64?
        public var halls: [Hall]?
        public var gates: [Gate]?
        public var classes: [AccessClass]?
        public var access: [Access]?
        public var policy: Policy?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, venue, starts, ends, halls, gates, classes, access, policy
        }

        public init() {}

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            name = try members.textIfPresent(.name, bytes: WireLimits.nameBytes)
            venue = try members.textIfPresent(.venue, bytes: WireLimits.nameBytes)
            starts = try members.numberIfPresent(.starts, in: WireLimits.times)
            ends = try members.numberIfPresent(.ends, in: WireLimits.times)
            halls = try members.listIfPresent(.halls, max: WireLimits.hallsMax)
            gates = try members.listIfPresent(.gates, max: WireLimits.gatesMax)
            classes = try members.listIfPresent(.classes, max: WireLimits.classesMax)
            access = try members.listIfPresent(.access, max: WireLimits.accessMax)
            policy = try members.decodeIfPresent(Policy.self, forKey: .policy)
        }
    }

    /// An event as central keeps it.
    public struct Event: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var id: String
        public var name: String
        public var venue: String
        public var starts: Int64
        public var ends: Int64
        public var halls: [Hall]
        public var gates: [Gate]
        public var classes: [AccessClass]
        public var access: [Access]
        public var policy: Policy
        /// Rises with every change that a gate would see.
        public var revision: Int64
        /// The newest manifest version; 0 before the first build.
        public var manifest: Int64
        /// Unix milliseconds.
        public var created: Int64
        /// `in-force`, or `await-signature` while the root keys have not signed for the event's
        /// keys: until then nothing can be issued.
        public var keys: String?

        public init(
            id: String,
            draft: Draft,
            revision: Int64,
            manifest: Int64,
            created: Int64,
            keys: String? = nil
        ) {
            self.id = id
            name = draft.name
            venue = draft.venue
            starts = draft.starts
            ends = draft.ends
            halls = draft.halls
            gates = draft.gates
            classes = draft.classes
            access = draft.access
            policy = draft.policy
            self.revision = revision
            self.manifest = manifest
            self.created = created
            self.keys = keys
        }
    }

    /// An event in a list.
    public struct Summary: Codable, Hashable, Sendable {
        public var id: String
        public var name: String
        public var venue: String
        public var starts: Int64
        public var ends: Int64
        public var revision: Int64
        public var manifest: Int64
        public var created: Int64

        public init(
            id: String,
            name: String,
            venue: String,
            starts: Int64,
            ends: Int64,
            revision: Int64,
            manifest: Int64,
            created: Int64
        ) {
            self.id = id
            self.name = name
            self.venue = venue
            self.starts = starts
            self.ends = ends
            self.revision = revision
            self.manifest = manifest
            self.created = created
        }
    }
}
