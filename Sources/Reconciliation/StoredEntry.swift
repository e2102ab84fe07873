import EntryLogFormat
import TicketModel

/// A ``LogEntry`` in 56 bytes, so that a million of them stay small.
struct StoredEntry: Hashable {
    enum Kind: UInt8 {
        case scan, passed, abandoned, unauthorised, freeFlow, void, force
        /// Nothing that attendance counts; it only fills its place in the log.
        case other
    }

    let sequence: UInt64
    private(set) var time: Timestamp
    /// Milliseconds since the boot; negative if unknown.
    private let monotonicMilliseconds: Int64
    /// The ticket of a scan or a forced entry, or the offset of a step; otherwise the low half is
    /// the reference.
    private let high: UInt64
    private let low: UInt64
    /// Milliseconds.
    private(set) var uncertaintyMilliseconds: UInt32
    let hall: HallNumber
    let gate: GateNumber
    let lane: LaneNumber
    let kind: Kind
    let code: VerdictCode
    /// Index in `VerdictDetail.allCases`.
    private let detailIndex: UInt8
    /// 0 for none.
    private let formNumber: UInt8
    private let bits: UInt8
    let flags: EntryFlags

    private static let exitBit: UInt8 = 1
    private static let ticketBit: UInt8 = 2
    private static let disputedBit: UInt8 = 4
    private static let elsewhereBit: UInt8 = 8
    private static let stepBit: UInt8 = 16
    private static let syncBit: UInt8 = 32

    /// 35,000 years; what is beyond is no clock's reading, and sums stay far from overflow.
    private static let monotonicMax: Int64 = 1 << 50

    init(_ entry: LogEntry, isElsewhere: Bool) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var bits: UInt8 = isElsewhere ? Self.elsewhereBit : 0
        var code = VerdictCode.success
        var detail = VerdictDetail.none
        var form: CodeForm?
        var flags: EntryFlags = []
        switch entry.kind {
        case .scan(let scan):
            kind = .scan
            code = scan.code
            detail = scan.detail
            form = scan.form
            flags = scan.flags
            if scan.direction == .exit { bits |= Self.exitBit }
            if let ticket = scan.ticket {
                (high, low) = (ticket.high, ticket.low)
                bits |= Self.ticketBit
            }
        case .pass(let reference, let result):
            low = reference
            kind =
                switch result {
                case .passed: .passed
                case .abandoned: .abandoned
                case .unauthorised: .unauthorised
                case .freeFlow: .freeFlow
                }
        case .void(let reference):
            low = reference
            kind = .void
        case .force(let ticket):
            kind = .force
            if let ticket {
                (high, low) = (ticket.high, ticket.low)
                bits |= Self.ticketBit
            }
        case .sync:
            kind = .other
            bits |= Self.syncBit
            if let step = entry.step {
                low = UInt64(bitPattern: step)
                bits |= Self.stepBit
            }
        case .start, .stop, .mode: kind = .other
        }
        if entry.standing == .disputed { bits |= Self.disputedBit }
        sequence = entry.sequence
        time = entry.time
        let monotonic = entry.monotonic ?? -1
        monotonicMilliseconds = 0...Self.monotonicMax ~= monotonic ? monotonic : -1
        self.high = high
        self.low = low
        uncertaintyMilliseconds = UInt32(clamping: entry.uncertainty.milliseconds)
        hall = entry.hall
        gate = entry.gate
        lane = entry.lane
        self.code = code
        detailIndex = Self.index(of: detail)
        formNumber = form?.rawValue ?? 0
        self.bits = bits
        self.flags = flags
    }

    var uncertainty: Duration { .milliseconds(Int64(uncertaintyMilliseconds)) }
    var detail: VerdictDetail { Self.details[Int(detailIndex)] }
    var form: CodeForm? { CodeForm(rawValue: formNumber) }
    var direction: Direction { bits & Self.exitBit == 0 ? .entry : .exit }
    var isDisputed: Bool { bits & Self.disputedBit != 0 }
    /// Whether the gate worked for another event when it wrote this.
    var isElsewhere: Bool { bits & Self.elsewhereBit != 0 }
    var reference: UInt64 { low }
    var monotonic: Int64? { monotonicMilliseconds < 0 ? nil : monotonicMilliseconds }
    var isSync: Bool { bits & Self.syncBit != 0 }
    /// The offset that this SYNC record set.
    var step: Int64? { bits & Self.stepBit == 0 ? nil : Int64(bitPattern: low) }
    var ticket: TicketID? {
        bits & Self.ticketBit == 0 ? nil : TicketID(high: high, low: low)
    }

    /// Gives the record another time than it was written with.
    mutating func correct(to time: Timestamp, uncertainty milliseconds: Int64) {
        self.time = time
        uncertaintyMilliseconds = UInt32(clamping: milliseconds)
    }

    private static let details = VerdictDetail.allCases

    private static func index(of detail: VerdictDetail) -> UInt8 {
        guard detail != .none else { return noDetail }
        return UInt8(details.firstIndex(of: detail) ?? 0)
    }

    private static let noDetail = UInt8(details.firstIndex(of: .none) ?? 0)
}

extension StoredEntry: Comparable {
    /// By place in the log; between two records that claim one place, any order that every reader
    /// shares.
    static func < (left: StoredEntry, right: StoredEntry) -> Bool {
        if left.sequence != right.sequence { return left.sequence < right.sequence }
        return left.words.lexicographicallyPrecedes(right.words)
    }

    private var words: [UInt64] {
        [
            UInt64(bitPattern: time.milliseconds), high, low, UInt64(uncertaintyMilliseconds),
            UInt64(bitPattern: monotonicMilliseconds),
            UInt64(hall.number) << 32 | UInt64(gate.number) << 16 | UInt64(lane.number),
            UInt64(kind.rawValue) << 40 | UInt64(code.rawValue) << 32
                | UInt64(detailIndex) << 24 | UInt64(formNumber) << 16 | UInt64(bits) << 8
                | UInt64(flags.rawValue),
        ]
    }
}
