/// What the holder page asks for; what it sends stands in ``PackAPI``.
public enum HolderAPI {
    /// The addresses that take a body without an API key.
    public static let pack = "/t/{link}/pack"
    public static let holder = "/t/{link}/holder"

    /// The code to show, asked for every 45 seconds: `GET /t/{link}/token`.
    public struct Code: Codable, Hashable, Sendable {
        /// `valid`, or why there is no code: `unpaid`, `blocked`, `revoked`, `over`, `paper_only`.
        public var state: String
        /// Plain words for the holder, where there is no code.
        public var message: String?
        /// What the QR code says.
        public var token: String?
        /// The QR code, drawn.
        public var svg: String?
        /// Unix milliseconds.
        public var starts: Int64?
        /// Unix milliseconds; from here on the page must not show the code.
        public var ends: Int64?
        /// Unix milliseconds, for the page to learn how far its own clock is off.
        public var serverTime: Int64

        enum CodingKeys: String, CodingKey {
            case state, message, token, svg, starts, ends
            case serverTime = "server_time"
        }

        public init(
            state: String,
            message: String? = nil,
            token: String? = nil,
            svg: String? = nil,
            starts: Int64? = nil,
            ends: Int64? = nil,
            serverTime: Int64
        ) {
            self.state = state
            self.message = message
            self.token = token
            self.svg = svg
            self.starts = starts
            self.ends = ends
            self.serverTime = serverTime
        }
    }

    /// How the ticket stands, and what this page may do with it: `GET /t/{link}/ticket`.
    public struct Ticket: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var event: String
        /// 32 hex digits.
        public var ticket: String
        public var generation: UInt8
        /// `valid`, or why there is no code: `unpaid`, `blocked`, `revoked`, `over`.
        public var state: String
        /// Plain words for the holder, where there is no code.
        public var message: String?
        /// The key that is bound, 32 bytes, base64url.
        public var holder: String?
        /// Whether there are codes for a phone without a network.
        public var packs: Bool
        /// `none`; `offer`: a phone's key may be bound, and prints die of it; `now`: it may, and
        /// there are no prints.
        public var binding: String
        /// Unix milliseconds, for the page to learn how far its own clock is off.
        public var serverTime: Int64

        enum CodingKeys: String, CodingKey {
            case event, ticket, generation, state, message, holder, packs, binding
            case serverTime = "server_time"
        }

        public init(
            event: String,
            ticket: String,
            generation: UInt8,
            state: String,
            message: String? = nil,
            holder: String? = nil,
            packs: Bool,
            binding: String,
            serverTime: Int64
        ) {
            self.event = event
            self.ticket = ticket
            self.generation = generation
            self.state = state
            self.message = message
            self.holder = holder
            self.packs = packs
            self.binding = binding
            self.serverTime = serverTime
        }
    }
}
