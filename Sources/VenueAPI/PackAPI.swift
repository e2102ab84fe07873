/// Codes for a phone without a network, as they cross the API.
public enum PackAPI {
    /// Bytes of the random name that a phone or browser gives itself.
    public static let deviceBytes = 16...64
    /// Minutes of a pack.
    public static let minutesRange: ClosedRange<Int> = 1...720

    /// A pack to sign: `POST /v1/tickets/{ticket}/pack`, `POST /t/{link}/pack`.
    public struct Draft: Codable, Hashable, Sendable {
        /// The random name of the phone or browser that keeps the pack.
        public var device: String
        /// Unix milliseconds; missing: the entry window, or now if that is open.
        public var from: Int64?
        /// Missing: 360.
        public var minutes: Int?
        /// Whether codes on another phone may die of it.
        public var takeOver: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case device, from, minutes
            case takeOver = "take_over"
        }

        public init(
            device: String,
            from: Int64? = nil,
            minutes: Int? = nil,
            takeOver: Bool? = nil
        ) {
            self.device = device
            self.from = from
            self.minutes = minutes
            self.takeOver = takeOver
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            device = try members.text(.device, bytes: PackAPI.deviceBytes)
            from = try members.numberIfPresent(.from, in: WireLimits.times)
            minutes = try members.numberIfPresent(.minutes, in: PackAPI.minutesRange)
            takeOver = try members.decodeIfPresent(Bool.self, forKey: .takeOver)
        }
    }

    /// LIVE tokens signed ahead.
    ///
    /// Token `n` is `head` with `t` raised by `n` times `step`, and the 64 bytes of `signatures`
    /// from `64 n` on.
    public struct Pack: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var event: String
        /// 32 hex digits.
        public var ticket: String
        public var generation: UInt8
        /// 30 bytes, base64url.
        public var head: String
        /// Seconds from one token's start to the next.
        public var step: Int
        public var count: Int
        /// 64 bytes a token, base64url.
        public var signatures: String
        /// Unix milliseconds.
        public var starts: Int64
        /// Unix milliseconds, the first instant at which the last token is over.
        public var ends: Int64
        /// Unix milliseconds, for the phone to learn how far its own clock is off.
        public var serverTime: Int64

        enum CodingKeys: String, CodingKey {
            case event, ticket, generation, head, step, count, signatures, starts, ends
            case serverTime = "server_time"
        }

        public init(
            event: String,
            ticket: String,
            generation: UInt8,
            head: String,
            step: Int,
            count: Int,
            signatures: String,
            starts: Int64,
            ends: Int64,
            serverTime: Int64
        ) {
            self.event = event
            self.ticket = ticket
            self.generation = generation
            self.head = head
            self.step = step
            self.count = count
            self.signatures = signatures
            self.starts = starts
            self.ends = ends
            self.serverTime = serverTime
        }
    }

    /// A phone's key to bind: `POST /v1/tickets/{ticket}/holder`, `POST /t/{link}/holder`.
    public struct Binding: Codable, Hashable, Sendable {
        /// The random name of the phone or browser that has the key.
        public var device: String
        /// The Ed25519 public key, 32 bytes, base64url.
        public var holder: String
        /// Its signature over `"st1/bind\0" || event || ticket || generation || holder`, base64url.
        public var pop: String
        /// Whether codes on another phone may die of it.
        public var takeOver: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case device, holder, pop
            case takeOver = "take_over"
        }

        public init(device: String, holder: String, pop: String, takeOver: Bool? = nil) {
            self.device = device
            self.holder = holder
            self.pop = pop
            self.takeOver = takeOver
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            device = try members.text(.device, bytes: PackAPI.deviceBytes)
            holder = try members.text(.holder, bytes: 43...43)
            pop = try members.text(.pop, bytes: 86...86)
            takeOver = try members.decodeIfPresent(Bool.self, forKey: .takeOver)
        }
    }

    /// What a phone with a bound key makes its codes of.
    public struct Bound: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var event: String
        /// 32 hex digits.
        public var ticket: String
        public var generation: UInt8
        /// The bound key, 32 bytes, base64url.
        public var holder: String
        /// The 30 bytes before the signature of a type 3 token, with `t` left 0, base64url.
        public var head: String
        /// The first 126 bytes of a type 4 token: all but the presentation, base64url.
        public var credential: String
        /// Unix milliseconds, the first instant at which the credential is over.
        public var ends: Int64
        /// Unix milliseconds, for the phone to learn how far its own clock is off.
        public var serverTime: Int64

        enum CodingKeys: String, CodingKey {
            case event, ticket, generation, holder, head, credential, ends
            case serverTime = "server_time"
        }

        public init(
            event: String,
            ticket: String,
            generation: UInt8,
            holder: String,
            head: String,
            credential: String,
            ends: Int64,
            serverTime: Int64
        ) {
            self.event = event
            self.ticket = ticket
            self.generation = generation
            self.holder = holder
            self.head = head
            self.credential = credential
            self.ends = ends
            self.serverTime = serverTime
        }
    }
}
