/// The attendance report as it crosses the API (PROTOCOL 9.4).
public enum AttendanceAPI {
    /// A scan is not an admission and an admission is not a passage: three numbers, never one.
    public struct Tally: Codable, Hashable, Sendable {
        public var scanned: Int
        public var admitted: Int
        public var passed: Int
        public var abandoned: Int
        public var undone: Int
        public var disputed: Int
        public var exited: Int
        public var forced: Int
        public var freeFlow: Int
        public var unauthorised: Int

        enum CodingKeys: String, CodingKey, CaseIterable {
            case scanned, admitted, passed, abandoned, undone, disputed, exited, forced
            case freeFlow = "free_flow"
            case unauthorised
        }

        public init(
            scanned: Int,
            admitted: Int,
            passed: Int,
            abandoned: Int,
            undone: Int,
            disputed: Int,
            exited: Int,
            forced: Int,
            freeFlow: Int,
            unauthorised: Int
        ) {
            self.scanned = scanned
            self.admitted = admitted
            self.passed = passed
            self.abandoned = abandoned
            self.undone = undone
            self.disputed = disputed
            self.exited = exited
            self.forced = forced
            self.freeFlow = freeFlow
            self.unauthorised = unauthorised
        }

        /// Names of the counts, in the order of ``values``.
        public static let names = CodingKeys.allCases.map(\.stringValue)

        /// The counts, in the order of ``names``.
        public var values: [Int] {
            [
                scanned, admitted, passed, abandoned, undone, disputed, exited, forced, freeFlow,
                unauthorised,
            ]
        }
    }

    /// The counts of one hall, gate or class.
    public struct Group: Codable, Hashable, Sendable {
        public var number: UInt16
        public var name: String?
        public var tally: Tally

        public init(number: UInt16, name: String?, tally: Tally) {
            self.number = number
            self.name = name
            self.tally = tally
        }
    }

    public struct Minute: Codable, Hashable, Sendable {
        /// Unix milliseconds.
        public var start: Int64
        public var tally: Tally

        public init(start: Int64, tally: Tally) {
            self.start = start
            self.tally = tally
        }
    }

    public struct Refusals: Codable, Hashable, Sendable {
        /// The verdict's name, such as `DUPLICATE`.
        public var verdict: String
        public var detail: String
        public var count: Int

        public init(verdict: String, detail: String, count: Int) {
            self.verdict = verdict
            self.detail = detail
            self.count = count
        }
    }

    public struct Admission: Codable, Hashable, Sendable {
        public var device: String
        public var epoch: UInt32
        public var seq: UInt64
        /// Unix milliseconds, with an uncertainty either way.
        public var time: Int64
        public var uncertainty: Int64
        public var hall: UInt16
        public var gate: UInt16
        public var lane: UInt16
        /// The form of code that was shown, by its number in entry records.
        public var form: UInt8?
        public var flags: [String]

        public init(
            device: String,
            epoch: UInt32,
            seq: UInt64,
            time: Int64,
            uncertainty: Int64,
            hall: UInt16,
            gate: UInt16,
            lane: UInt16,
            form: UInt8?,
            flags: [String]
        ) {
            self.device = device
            self.epoch = epoch
            self.seq = seq
            self.time = time
            self.uncertainty = uncertainty
            self.hall = hall
            self.gate = gate
            self.lane = lane
            self.form = form
            self.flags = flags
        }
    }

    /// A ticket that was admitted more often than it allows.
    public struct Conflict: Codable, Hashable, Sendable {
        public var ticket: String
        public var primary: Admission
        public var later: Admission
        public var gapSeconds: Double
        public var uncertain: Bool
        public var disputed: Bool

        enum CodingKeys: String, CodingKey {
            case ticket, primary, later, uncertain, disputed
            case gapSeconds = "gap_seconds"
        }

        public init(
            ticket: String,
            primary: Admission,
            later: Admission,
            gapSeconds: Double,
            uncertain: Bool,
            disputed: Bool
        ) {
            self.ticket = ticket
            self.primary = primary
            self.later = later
            self.gapSeconds = gapSeconds
            self.uncertain = uncertain
            self.disputed = disputed
        }
    }

    /// A ticket at a gate that central never sold.
    public struct UnknownTicket: Codable, Hashable, Sendable {
        public var ticket: String
        /// `refused`, `provisional` or `admitted`.
        public var kind: String
        public var scans: Int

        public init(ticket: String, kind: String, scans: Int) {
            self.ticket = ticket
            self.kind = kind
            self.scans = scans
        }
    }

    /// What is held of one device's log.
    public struct Log: Codable, Hashable, Sendable {
        public var device: String
        public var epoch: UInt32
        public var records: Int
        public var next: UInt64
        /// Missing sequence numbers.
        public var gaps: [Gap]
        /// The lowest number under which two records were seen.
        public var fork: UInt64?
        /// Unix milliseconds.
        public var lastHeard: Int64
        /// Records whose time a later step of the device's clock corrected.
        public var corrected: Int

        public struct Gap: Codable, Hashable, Sendable {
            public var first: UInt64
            public var last: UInt64

            public init(first: UInt64, last: UInt64) {
                self.first = first
                self.last = last
            }
        }

        enum CodingKeys: String, CodingKey {
            case device, epoch, records, next, gaps, fork, corrected
            case lastHeard = "last_heard"
        }

        public init(
            device: String,
            epoch: UInt32,
            records: Int,
            next: UInt64,
            gaps: [Gap],
            fork: UInt64?,
            lastHeard: Int64,
            corrected: Int
        ) {
            self.device = device
            self.epoch = epoch
            self.records = records
            self.next = next
            self.gaps = gaps
            self.fork = fork
            self.lastHeard = lastHeard
            self.corrected = corrected
        }
    }
}
