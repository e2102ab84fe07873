/// Events as they cross the API: what guests attend, and who may enter where and when.
public enum EventAPI {
    public struct Hall: Codable, Hashable, Sendable {
        public var number: UInt16
        public var name: String

        enum CodingKeys: String, CodingKey, CaseIterable { case number, name }

        public init(number: UInt16, name: String) {
            self.number = number
            self.name = name
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            number = try members.number(.number, in: WireLimits.numbers)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
        }
    }

    /// A place of entry of one hall.
    public struct Gate: Codable, Hashable, Sendable {
        public var number: UInt16
        public var hall: UInt16
        public var name: String

        enum CodingKeys: String, CodingKey, CaseIterable { case number, hall, name }

        public init(number: UInt16, hall: UInt16, name: String) {
            self.number = number
            self.hall = hall
            self.name = name
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            number = try members.number(.number, in: WireLimits.numbers)
            hall = try members.number(.hall, in: WireLimits.numbers)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
        }
    }

    /// Lets a class into a hall, through one gate or any, for a time.
    public struct Access: Codable, Hashable, Sendable {
        public var accessClass: UInt16
        public var hall: UInt16
        /// 0 stands for every gate of the hall.
        public var gate: UInt16
        /// Unix milliseconds; missing: from the first day on.
        public var from: Int64?
        /// Unix milliseconds, the first instant that is too late; missing: the event's end.
        public var until: Int64?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case accessClass = "class"
            case hall, gate, from, until
        }

        public init(
            accessClass: UInt16,
            hall: UInt16,
            gate: UInt16 = 0,
            from: Int64? = nil,
            until: Int64? = nil
        ) {
            self.accessClass = accessClass
            self.hall = hall
            self.gate = gate
            self.from = from
            self.until = until
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            accessClass = try members.number(.accessClass, in: WireLimits.classNumbers)
            hall = try members.number(.hall, in: WireLimits.numbers)
            gate = try members.numberIfPresent(.gate, in: 0...UInt16.max) ?? 0
            from = try members.numberIfPresent(.from, in: WireLimits.times)
            until = try members.numberIfPresent(.until, in: WireLimits.times)
            if let from, let until, from >= until {
                throw members.fault(.until, "is not after from")
            }
        }
    }

    /// A kind of ticket, and what its tickets are like unless they say otherwise.
    public struct AccessClass: Codable, Hashable, Sendable {
        public var number: UInt16
        public var name: String
        /// Kinds of code that are accepted, by the words of ``methodNames``.
        public var methods: [String]
        public var maxUses: Int
        /// Whether a guest may leave and come back.
        public var reentry: Bool
        /// Whether staff must see an identity document; for tickets issued from then on.
        public var checkID: Bool

        enum CodingKeys: String, CodingKey, CaseIterable {
            case number, name, methods, reentry
            case maxUses = "max_uses"
            case checkID = "check_id"
        }

        public init(
            number: UInt16,
            name: String,
            methods: [String] = EventAPI.standardMethods,
            maxUses: Int = 1,
            reentry: Bool = false,
            checkID: Bool = false
        ) {
            self.number = number
            self.name = name
            self.methods = methods
            self.maxUses = maxUses
            self.reentry = reentry
            self.checkID = checkID
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            number = try members.number(.number, in: WireLimits.classNumbers)
            name = try members.text(.name, bytes: WireLimits.nameBytes)
            methods = try members.methodsIfPresent(.methods) ?? EventAPI.standardMethods
            maxUses = try members.numberIfPresent(.maxUses, in: WireLimits.usesRange) ?? 1
            reentry = try members.decodeIfPresent(Bool.self, forKey: .reentry) ?? false
            checkID = try members.decodeIfPresent(Bool.self, forKey: .checkID) ?? false
        }
    }

    /// The words for `methods`, in the order of their bits (PROTOCOL 5.1).
    public static let methodNames = [
        "live", "preissued", "paper", "holder", "wallet", "own_code", "imported",
    ]

    /// What a class accepts unless it says otherwise: all but imported barcodes.
    public static let standardMethods = Array(methodNames.dropLast())

    /// What gates may do on their own (PROTOCOL 8.2, 7, 10.3).
    public struct Policy: Codable, Hashable, Sendable {
        /// `accept`, `refer` or `refuse`.
        public var unlisted: String
        /// `flag` or `refer`.
        public var untrustedClock: String
        /// `open`, `home` or `refer`.
        public var isolated: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case unlisted, isolated
            case untrustedClock = "untrusted_clock"
        }

        public init(
            unlisted: String = "accept",
            untrustedClock: String = "flag",
            isolated: String = "open"
        ) {
            self.unlisted = unlisted
            self.untrustedClock = untrustedClock
            self.isolated = isolated
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            self.init()
            if members.contains(.unlisted) {
                unlisted = try members.word(.unlisted, of: ["accept", "refer", "refuse"])
            }
            if members.contains(.untrustedClock) {
                untrustedClock = try members.word(.untrustedClock, of: ["flag", "refer"])
            }
            if members.contains(.isolated) {
                isolated = try members.word(.isolated, of: ["open", "home", "refer"])
            }
        }
    }
}

extension KeyedDecodingContainer {
    /// Words of ``EventAPI/methodNames``, each at most once, in their standard order.
    func methodsIfPresent(_ key: Key) throws -> [String]? {
        guard let words: [String] = try listIfPresent(key, max: EventAPI.methodNames.count) else {
            return nil
        }
        guard !words.isEmpty, words.allSatisfy(EventAPI.methodNames.contains) else {
            let names = EventAPI.methodNames.joined(separator: ", ")
            throw fault(key, "is not a list of some of \(names)")
        }
        return EventAPI.methodNames.filter(words.contains)
    }
}
