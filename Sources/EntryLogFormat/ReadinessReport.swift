public import TicketModel

/// What a gate says of itself before doors open, once staff have shown it specimens (PROTOCOL 5.6).
///
/// Signed by the device's key, as its entry records are.
public struct ReadinessReport: Hashable, Sendable {
    public static let specimensMax = 32
    /// Lanes at which one specimen was shown.
    public static let shownMax = 64
    public static let reasonsMax = 128
    /// Bytes of UTF-8 of one reason.
    public static let reasonBytesMax = 300
    /// Bytes of the name of a kind of specimen.
    public static let kindBytesMax = 16
    /// Bytes of UTF-8 of the version of the gate's program.
    public static let softwareBytesMax = 64

    public let log: LogName
    /// The event the gate was assigned to.
    public let event: EventID
    /// When it was signed.
    public let time: Timestamp
    /// How far ``time`` may be off: whole milliseconds, 0 to 2³² - 1.
    public let uncertainty: Duration
    public let clock: ClockState
    /// The manifest version in force; 0 if there was none.
    public let manifest: Int64
    /// The version of the trust list that was believed; 0 if there was none.
    public let trust: Int64
    /// The version of the gate's program, where it is known.
    public let software: String?
    /// Why the gate is not ready, for people; empty when it is.
    public let reasons: [String]
    public let specimens: [Finding]

    public var isReady: Bool { reasons.isEmpty }

    /// What became of one specimen.
    public struct Finding: Hashable, Sendable {
        /// The name of its kind in `meta`, such as `revoked`.
        public let kind: String
        /// The verdict that it must have when a manifest is loaded.
        public let expected: VerdictCode
        /// The verdict that it had then; `nil` if it could not be checked.
        public let loaded: VerdictCode?
        /// Once per lane; empty if it was shown nowhere.
        public let shown: [Showing]

        public init(
            kind: String,
            expected: VerdictCode,
            loaded: VerdictCode?,
            shown: [Showing]
        ) {
            self.kind = kind
            self.expected = expected
            self.loaded = loaded
            self.shown = Array(shown.prefix(ReadinessReport.shownMax))
        }
    }

    /// What a lane said to a specimen beside SPECIMEN, the last time that it was shown there.
    public struct Showing: Hashable, Sendable {
        public let lane: LaneNumber
        /// The verdict that it must have at this lane.
        public let expected: VerdictCode
        public let verdict: VerdictCode
        public let time: Timestamp

        public init(
            lane: LaneNumber,
            expected: VerdictCode,
            verdict: VerdictCode,
            time: Timestamp
        ) {
            self.lane = lane
            self.expected = expected
            self.verdict = verdict
            self.time = time
        }
    }

    /// Makes a report that can be written as it is: what exceeds a limit is cut to it.
    public init(
        log: LogName,
        event: EventID,
        clock: ClockReading,
        manifest: Int64,
        trust: Int64,
        software: String?,
        reasons: [String],
        specimens: [Finding]
    ) {
        self.log = log
        self.event = event
        time = clock.now
        uncertainty = .milliseconds(Int64(UInt32(clamping: clock.uncertainty.milliseconds)))
        self.clock = clock.state
        self.manifest = manifest
        self.trust = trust
        self.software = software.map { Self.cut($0, to: Self.softwareBytesMax) }
        self.reasons = reasons.prefix(Self.reasonsMax)
            .map { Self.cut($0, to: Self.reasonBytesMax) }
        self.specimens = Array(specimens.prefix(Self.specimensMax))
    }

    init(
        log: LogName,
        event: EventID,
        time: Timestamp,
        uncertainty: Duration,
        clock: ClockState,
        manifest: Int64,
        trust: Int64,
        software: String?,
        reasons: [String],
        specimens: [Finding]
    ) {
        self.log = log
        self.event = event
        self.time = time
        self.uncertainty = uncertainty
        self.clock = clock
        self.manifest = manifest
        self.trust = trust
        self.software = software
        self.reasons = reasons
        self.specimens = specimens
    }

    private static func cut(_ text: String, to bytesMax: Int) -> String {
        var kept = Substring(text.unicodeScalars.prefix(bytesMax))
        while kept.utf8.count > bytesMax { kept.unicodeScalars.removeLast() }
        return String(kept)
    }
}
