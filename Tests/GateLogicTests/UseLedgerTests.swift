import AdmissionRules
import EntryLogFormat
import GateLogic
import Testing
import TicketModel

/// Writes the records of one gate, as far as uses are concerned.
struct RecordBook {
    static let ticket = TicketID(high: 5, low: 6)

    private(set) var ledger = UseLedger()
    private(set) var next: UInt64 = 0
    private var chain = RecordLink.genesis
    var now = Timestamp(seconds: 1_800_000_000)

    var use: TicketUse { ledger.use(of: Self.ticket) }

    @discardableResult
    mutating func write(_ body: EntryRecord.Body, lane: UInt16 = 1) throws -> UInt64 {
        let device = try #require(DeviceName("G7K2M9"))
        let record = EntryRecord(
            device: device,
            epoch: 1,
            sequence: next,
            previous: chain,
            event: EventID(high: 1, low: 2),
            time: now,
            uncertainty: .zero,
            clock: .synced,
            monotonic: 0,
            manifest: 1,
            lane: LaneNumber(lane),
            hall: HallNumber(3),
            gate: GateNumber(12),
            body: body
        )
        chain = RecordLink(payload: record.payload)
        next += 1
        ledger.take(record)
        return record.sequence
    }

    @discardableResult
    mutating func scan(
        _ code: VerdictCode = .success,
        _ direction: Direction = .entry,
        generation: UInt8? = 0,
        form: CodeForm = .live,
        lane: UInt16 = 1
    ) throws -> UInt64 {
        try write(
            .scan(
                EntryRecord.Scan(
                    code: code,
                    detail: .none,
                    ticket: Self.ticket,
                    generation: generation.map { Generation($0) },
                    form: form,
                    direction: direction,
                    flags: [],
                    evidence: []
                )
            ),
            lane: lane
        )
    }
}

@Suite("Uses follow from records")
struct UseLedgerTests {
    @Test("an admission is a use; an undo and a passage that nobody made give it back")
    func givenBack() throws {
        for ending in [Movement.Ending.undone, .abandoned] {
            var book = RecordBook()
            let admission = try book.scan()
            #expect(book.use.entries == 1 && book.use.inside == 1)
            try book.write(
                ending == .undone
                    ? .void(reference: admission, reason: "mistake")
                    : .pass(reference: admission, result: .abandoned)
            )
            #expect(book.use == TicketUse())
            #expect(book.ledger.strays.isEmpty)
        }
    }

    @Test("a pulse after the time-out takes the use again; a supervisor's word stands above it")
    func latePulse() throws {
        var book = RecordBook()
        let admission = try book.scan()
        try book.write(.pass(reference: admission, result: .abandoned))
        try book.write(.pass(reference: admission, result: .passed))
        #expect(book.use.entries == 1 && book.use.last?.isPassed == true)
        try book.write(.void(reference: admission, reason: "sent out again"))
        #expect(book.use.entries == 0 && book.use.last == nil)
    }

    @Test("what is taken back uncovers the entry before it, with its lane")
    func uncovered() throws {
        var book = RecordBook()
        try book.scan(lane: 1)
        let second = try book.scan(lane: 2)
        #expect(book.use.last?.lane == LaneNumber(2))
        try book.write(.void(reference: second, reason: "wrong guest"), lane: 2)
        #expect(book.use.entries == 1)
        #expect(book.use.last?.lane == LaneNumber(1))
    }

    @Test("an old entry taken back after exit and return leaves the one who returned inside")
    func undoneBeforeReturn() throws {
        var book = RecordBook()
        let first = try book.scan()
        try book.scan(.success, .exit)
        try book.scan()
        try book.write(.void(reference: first, reason: "mistake"))
        #expect(book.use.entries == 1 && book.use.inside == 1)
    }

    @Test("exits make room, and never more than there was")
    func exits() throws {
        var book = RecordBook()
        try book.scan()
        try book.scan(.success, .exit)
        try book.scan(.success, .exit)
        #expect(book.use.inside == 0 && book.use.entries == 1)
        try book.scan(.notInside, .exit)
        try book.scan()
        #expect(book.use.inside == 1)
    }

    @Test("a forced entry for a ticket is a use of it; one without a ticket is nobody's")
    func forced() throws {
        var book = RecordBook()
        let forced = try book.write(.force(reason: "phone is empty", ticket: RecordBook.ticket))
        #expect(book.use.entries == 1 && book.use.inside == 1)
        try book.write(.void(reference: forced, reason: "wrong person"))
        #expect(book.use == TicketUse())
        let nameless = try book.write(.force(reason: "wheelchair"))
        #expect(book.use == TicketUse())
        try book.write(.void(reference: nameless, reason: "he left again"))
        #expect(book.ledger.strays.isEmpty)
    }

    @Test("refusals and forged codes are no uses; a proven generation is remembered")
    func refusals() throws {
        var book = RecordBook()
        try book.scan(.expired, generation: 2)
        #expect(book.use.entries == 0 && book.use.generation == Generation(2))
        try book.scan(.badSignature, generation: nil)
        try book.scan(.success, generation: 9, form: .ownCode)
        #expect(book.use.generation == Generation(2))
        let refused = try book.scan(.duplicate)
        try book.write(.void(reference: refused, reason: "not an admission"))
        try book.write(.void(reference: 99, reason: "comes later"))
        #expect(book.ledger.strays.count == 2)
        #expect(book.use.entries == 1)
    }

    @Test("a lane with a turnstile leaves the passage open until it reports; others do not")
    func passage() throws {
        var book = RecordBook()
        let admission = try book.scan()
        #expect(book.use.uses { _ in false }.last?.passage == .passed)
        #expect(book.use.uses { _ in true }.last?.passage == .open)
        try book.write(.pass(reference: admission, result: .passed))
        #expect(book.use.uses { _ in true }.last?.passage == .passed)
    }
}

@Suite("Correcting an entry")
struct EntryCorrectionTests {
    private let entry = Timestamp(seconds: 1_800_000_000)

    private func refusal(
        _ correction: EntryCorrection,
        _ ending: Movement.Ending = [],
        after age: Duration = .seconds(60)
    ) -> EntryCorrection.Refusal? {
        do throws(EntryCorrection.Refusal) {
            try correction.check(entryAt: entry, ending: ending, now: entry + age)
            return nil
        } catch { return error }
    }

    @Test("an entry can be undone for fifteen minutes, once, passed or not")
    func undo() {
        #expect(refusal(.undo) == nil)
        #expect(refusal(.undo, .passed) == nil)
        #expect(refusal(.undo, after: .seconds(900)) == nil)
        #expect(refusal(.undo, after: .milliseconds(900_001)) == .tooLate)
        #expect(refusal(.undo, after: .seconds(-60)) == nil)  // the clock was set back
        #expect(refusal(.undo, .undone) == .alreadyUndone)
        #expect(refusal(.undo, .abandoned) == .alreadyGivenBack)
        #expect(refusal(.undo, [.abandoned, .passed]) == nil)
    }

    @Test("a turnstile reports each admission once, but somebody may pass after the time-out")
    func passage() {
        #expect(refusal(.passage(.passed)) == nil)
        #expect(refusal(.passage(.passed), .abandoned) == nil)
        #expect(refusal(.passage(.passed), .passed) == .alreadyReported)
        #expect(refusal(.passage(.abandoned)) == nil)
        #expect(refusal(.passage(.abandoned), .passed) == .alreadyReported)
        #expect(refusal(.passage(.abandoned), .abandoned) == .alreadyReported)
        #expect(refusal(.passage(.unauthorised)) == .noSuchEntry)
    }
}

@Suite("A log and its receipts")
struct LogIntegrityTests {
    private func link(_ number: UInt8) -> RecordLink {
        RecordLink(payload: [number])
    }

    private func integrity(confirmed: UInt64, head: RecordLink, here: UInt64) -> LogIntegrity {
        LogIntegrity(
            confirmed: confirmed,
            head: head.bytes,
            chain: LogChain(next: here, head: .genesis),
            link: { $0 < here ? link(UInt8($0)) : nil }
        )
    }

    @Test("a log that goes on from what central has is sound")
    func sound() {
        #expect(integrity(confirmed: 0, head: .genesis, here: 0) == .sound)
        #expect(integrity(confirmed: 5, head: link(4), here: 5) == .sound)
        #expect(integrity(confirmed: 5, head: link(4), here: 9) == .sound)
    }

    @Test("a journal put back from an old copy, or written anew, is noticed")
    func restored() {
        #expect(
            integrity(confirmed: 5, head: link(4), here: 3) == .shorter(confirmed: 5, here: 3)
        )
        #expect(integrity(confirmed: 5, head: link(77), here: 9) == .other(at: 4))
    }

    @Test("a change between online and alone is recorded once, and until it is stored")
    func mode() {
        var mode = ConnectionMode()
        #expect(mode.due(isIsolated: true) == .isolated)
        #expect(mode.due(isIsolated: true) == .isolated, "it was not stored")
        mode.note(.isolated)
        #expect(mode.due(isIsolated: true) == nil)
        #expect(mode.due(isIsolated: false) == .online)
        mode.note(.online)
        #expect(mode.due(isIsolated: true) == .isolated)
    }
}
