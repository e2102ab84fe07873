extension AttendanceAPI {
    /// What all logs together say about an event: `GET /v1/events/{event}/attendance`.
    public struct Report: Codable, Hashable, Sendable {
        public var event: String
        public var name: String
        /// Tickets that central has issued.
        public var sold: Int
        /// Of these: used at least once.
        public var attended: Int
        public var total: Tally
        public var halls: [Group]
        public var gates: [Group]
        public var classes: [Group]
        public var minutes: [Minute]
        public var refusals: [Refusals]
        public var conflicts: [Conflict]
        public var unknownTickets: [UnknownTicket]
        public var logs: [Log]
        /// Devices that ought to have written and never did.
        public var silentDevices: [String]

        enum CodingKeys: String, CodingKey {
            case event, name, sold, attended, total, halls, gates, classes, minutes, refusals
            case conflicts, logs
            case unknownTickets = "unknown_tickets"
            case silentDevices = "silent_devices"
        }

        public init(
            event: String,
            name: String,
            sold: Int,
            attended: Int,
            total: Tally,
            halls: [Group],
            gates: [Group],
            classes: [Group],
            minutes: [Minute],
            refusals: [Refusals],
            conflicts: [Conflict],
            unknownTickets: [UnknownTicket],
            logs: [Log],
            silentDevices: [String]
        ) {
            self.event = event
            self.name = name
            self.sold = sold
            self.attended = attended
            self.total = total
            self.halls = halls
            self.gates = gates
            self.classes = classes
            self.minutes = minutes
            self.refusals = refusals
            self.conflicts = conflicts
            self.unknownTickets = unknownTickets
            self.logs = logs
            self.silentDevices = silentDevices
        }
    }
}
