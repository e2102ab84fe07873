/// What the holder page asks for every 45 seconds: `GET /t/{link}/token`.
public enum HolderAPI {
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
}
