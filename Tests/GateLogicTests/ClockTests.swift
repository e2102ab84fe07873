import GateLogic
import Testing
import TicketModel

/// A clock on its way through a story, and what it asked for.
struct ClockStory {
    /// Central time when the gate has been up for 1000 s.
    static let noon = Timestamp(seconds: 1_800_000_000)
    static let start: Int64 = 1_000_000

    var clock: GateClock
    /// Milliseconds since boot.
    var boot = start

    init(wall: Timestamp = noon, floor: Timestamp = Timestamp(milliseconds: 0)) {
        clock = GateClock(boot: Self.start, wall: wall, anchor: nil, floor: floor)
    }

    /// A clock that central has just set, without any delay.
    static func synced() -> ClockStory {
        var story = ClockStory()
        story.take(.answer(time: noon, sent: story.boot))
        return story
    }

    var reading: ClockReading { clock.reading(at: boot) }
    var state: ClockState { reading.state }
    var doubt: GateClock.Doubt? { clock.doubt(at: boot) }

    mutating func wait(_ duration: Duration) { boot += duration.milliseconds }

    @discardableResult
    mutating func take(_ input: GateClock.Input) -> [GateClock.Effect] {
        clock.handle(input, at: boot)
    }

    /// Shows a rotating code that began `start` after now.
    @discardableResult
    mutating func show(
        _ ticket: UInt64,
        _ start: Duration,
        _ code: VerdictCode = .success,
        _ detail: VerdictDetail = .none
    ) -> [GateClock.Effect] {
        let start = reading.now + start
        return take(
            .token(
                GateClock.LiveToken(
                    ticket: TicketID(high: 0, low: ticket),
                    start: start,
                    end: start + .seconds(60),
                    code: code,
                    detail: detail
                )
            )
        )
    }

    /// Shows a code that has been over for `age`.
    @discardableResult
    mutating func showExpired(_ ticket: UInt64, by age: Duration) -> [GateClock.Effect] {
        show(ticket, .seconds(-60) - age, .expired, .code)
    }
}

extension [GateClock.Effect] {
    /// What the SYNC records say.
    var steps: [GateClock.Step] {
        compactMap { if case .record(let step) = $0 { step } else { nil } }
    }

    var causes: [GateClock.Cause] { steps.map(\.cause) }

    var floors: [Timestamp] {
        compactMap { if case .keepFloor(let floor) = $0 { floor } else { nil } }
    }
}

@Suite("The gate's clock")
struct ClockTests {
    private let noon = ClockStory.noon

    @Test("after boot the system clock is only a guess")
    func untrustedAfterBoot() {
        let story = ClockStory()
        #expect(story.state == .untrusted)
        #expect(story.doubt == .neverSet)
        #expect(story.reading.now == noon)
        #expect(story.reading.uncertainty == .seconds(24 * 3600))
    }

    @Test("a system clock earlier than what is proven is not even a guess, and is noted")
    func setBack() {
        var story = ClockStory(wall: Timestamp(seconds: 0), floor: noon)
        #expect(story.reading.now == noon)
        #expect(story.state == .untrusted)
        let step = story.take(.tick).steps.first
        #expect(step?.cause == .rollback)
        #expect(step?.oldOffset == -ClockStory.start)
        #expect(step?.newOffset == noon.milliseconds - ClockStory.start)
        #expect(story.take(.tick).isEmpty, "once")
    }

    @Test("central's answer sets it, as surely as half the round trip and a half second allow")
    func answer() {
        var story = ClockStory(wall: noon - .seconds(3600))
        story.boot += 200
        let effects = story.take(.answer(time: noon, sent: ClockStory.start))
        #expect(story.state == .synced)
        #expect(story.reading.now == noon + .milliseconds(100))
        #expect(story.reading.uncertainty == .milliseconds(600))
        #expect(story.reading.floor == noon)
        let step = effects.steps.first
        #expect(step?.cause == .central)
        #expect(step?.oldOffset == noon.milliseconds - 3_600_000 - ClockStory.start)
        #expect(step?.newOffset == noon.milliseconds - 100 - ClockStory.start)
        #expect(step?.reading == story.reading)
        #expect(effects.contains(.keep(story.clock.anchor)))
        #expect(effects.floors == [noon])
    }

    @Test("a slow answer that says the same does not make a sure clock less sure")
    func slowAnswer() {
        var story = ClockStory.synced()
        story.wait(.seconds(40))
        let time = story.reading.now - .seconds(20)
        #expect(story.take(.answer(time: time, sent: story.boot - 40_000)).steps.isEmpty)
        #expect(story.reading.uncertainty == .milliseconds(504))
        #expect(story.clock.lastSync?.at == story.boot)
    }

    @Test("a slow answer that contradicts a sure clock is taken, with its own doubt")
    func slowAnswerElsewhere() {
        var story = ClockStory.synced()
        story.wait(.seconds(4))
        let time = story.reading.now + .seconds(60)
        #expect(story.take(.answer(time: time, sent: story.boot - 4000)).causes == [.central])
        #expect(story.reading.uncertainty == .milliseconds(2500))
        #expect(story.state == .holdover)
        #expect(story.reading.now == time + .seconds(2))
    }

    @Test("an answer from before its question, or from no century of ours, changes nothing")
    func absurdAnswers() {
        var story = ClockStory.synced()
        let before = story.clock
        let fault = { (effects: [GateClock.Effect]) -> GateClock.AnswerFault? in
            guard case .refused(let fault) = effects.first else { return nil }
            return fault
        }
        #expect(
            fault(story.take(.answer(time: noon, sent: story.boot + 1))) == .negativeRoundTrip
        )
        for time in [Int64.min, -1, 4_294_967_296_000, .max] {
            let time = Timestamp(milliseconds: time)
            #expect(fault(story.take(.answer(time: time, sent: story.boot))) == .absurd)
            #expect(story.take(.proven(time)).isEmpty)
        }
        #expect(story.clock == before)
    }

    @Test("central's clock was set back: what it has proven stays, and one record says when")
    func contradiction() {
        var story = ClockStory.synced()
        let wrong = noon - .seconds(3600)
        #expect(story.take(.answer(time: wrong, sent: story.boot)).causes == [.contradiction])
        #expect(story.take(.answer(time: wrong, sent: story.boot)).isEmpty)
        #expect(story.reading.now == noon)
        #expect(story.reading.floor == noon)
        #expect(story.state == .synced)
        #expect(story.clock.isContradicted)
        story.wait(.seconds(10))
        story.take(.answer(time: noon + .seconds(10), sent: story.boot))
        #expect(!story.clock.isContradicted)
    }

    @Test("a peer's time counts for what the peer knows, and only if that is more")
    func peer() {
        var story = ClockStory()
        story.wait(.milliseconds(100))
        let time = noon + .seconds(70)
        let input = GateClock.Input.peer(
            time: time,
            uncertainty: .milliseconds(800),
            sent: story.boot - 100
        )
        #expect(story.take(input).causes == [.peer])
        #expect(story.reading.uncertainty == .milliseconds(1350))
        #expect(story.reading.now == time + .milliseconds(50))
        #expect(story.state == .synced)
        #expect(story.reading.floor < noon, "a peer proves nothing")
        #expect(story.take(input).isEmpty, "equal is not smaller")
    }

    @Test("a peer that is behind what is proven, or surer than sure, is not listened to")
    func badPeer() {
        var story = ClockStory(floor: noon)
        let peer = { (time: Timestamp, uncertainty: Duration) in
            GateClock.Input.peer(time: time, uncertainty: uncertainty, sent: ClockStory.start)
        }
        #expect(story.take(peer(noon - .seconds(6), .zero)) == [.refused(.beforeFloor)])
        #expect(story.take(peer(noon, .milliseconds(-1))) == [.refused(.absurd)])
        #expect(story.state == .untrusted)
    }

    @Test(
        "alone it grows less sure: synced, holdover after hours, untrusted after a day and a half"
    )
    func drift() {
        let clock = ClockStory.synced().clock
        let boot = ClockStory.start
        let hour: Int64 = 3_600_000
        #expect(clock.reading(at: boot + hour).uncertainty == .milliseconds(860))
        #expect(clock.reading(at: boot + 4 * hour).state == .synced)
        #expect(clock.reading(at: boot + 5 * hour).state == .holdover)
        #expect(clock.reading(at: boot + 40 * hour).state == .holdover)
        #expect(clock.reading(at: boot + 41 * hour).state == .untrusted)
        #expect(clock.doubt(at: boot + 41 * hour) == .unsure)
        #expect(clock.reading(at: boot + 1).uncertainty == .milliseconds(501), "never too sure")
    }

    @Test("a machine that slept for eight hours knows that it did")
    func suspend() {
        var story = ClockStory.synced()
        story.wait(.seconds(8 * 3600))
        #expect(story.reading.now == noon + .seconds(8 * 3600))
        #expect(story.state == .holdover)
    }

    @Test("a time before what is proven means it was set back: untrusted, and noted once")
    func floor() {
        var story = ClockStory.synced()
        #expect(story.take(.proven(noon + .seconds(5))).isEmpty)
        #expect(story.state == .synced)
        let step = story.take(.proven(noon + .seconds(6))).steps.first
        #expect(step?.cause == .rollback)
        #expect(step?.oldOffset == step?.newOffset)
        #expect(step?.reading.state == .untrusted)
        #expect(story.doubt == .rollback)
        #expect(story.reading.floor == noon + .seconds(6))
        #expect(story.take(.proven(noon + .seconds(7))).isEmpty)
        story.wait(.seconds(3))
        #expect(story.state == .synced, "time has passed the floor's slack")
    }

    @Test("what is proven never goes back")
    func floorRisesOnly() {
        var story = ClockStory(floor: noon)
        #expect(story.take(.proven(noon - .seconds(1))).isEmpty)
        #expect(story.clock.floor == noon)
    }

    @Test("ten seconds of proven time are stored at once, less at the next tick")
    func keepsFloor() {
        var story = ClockStory(floor: noon)
        story.take(.answer(time: noon, sent: story.boot))
        #expect(story.take(.proven(noon + .milliseconds(9999))).floors.isEmpty)
        #expect(story.take(.tick).floors == [noon + .milliseconds(9999)])
        #expect(story.take(.tick).floors.isEmpty)
        let later = noon + .milliseconds(19_999)
        #expect(story.take(.proven(later)).floors == [later])
    }

    @Test("what could not be stored is stored at the next tick")
    func notKept() {
        var story = ClockStory.synced()
        story.take(.notKept)
        #expect(story.take(.tick) == [.keep(story.clock.anchor), .keepFloor(noon)])
        #expect(story.take(.tick).isEmpty)
    }
}

@Suite("The gate's clock after a restart")
struct ClockRestartTests {
    private let noon = ClockStory.noon
    private let hour: Int64 = 3_600_000

    private func restarted(
        _ anchor: GateClock.Anchor,
        at boot: Int64,
        floor: Timestamp = ClockStory.noon
    ) -> GateClock {
        GateClock(boot: boot, wall: noon - .seconds(999), anchor: anchor, floor: floor)
    }

    @Test("within one boot it keeps the time and its growing doubt")
    func restart() {
        let boot = ClockStory.start + hour
        let clock = restarted(ClockStory.synced().clock.anchor, at: boot)
        let reading = clock.reading(at: boot)
        #expect(reading.state == .synced)
        #expect(reading.now == noon + .seconds(3600))
        #expect(reading.uncertainty == .milliseconds(860))
    }

    @Test("a clock that was found to be fast stays doubted")
    func doubted() {
        var story = ClockStory.synced()
        for ticket in 0..<20 as Range<UInt64> { story.showExpired(ticket, by: .seconds(61)) }
        let clock = restarted(story.clock.anchor, at: story.boot)
        #expect(clock.doubt(at: story.boot) == .fast)
    }

    @Test("one that is behind what was proven meanwhile says so")
    func behind() {
        var clock = restarted(
            ClockStory.synced().clock.anchor,
            at: ClockStory.start,
            floor: noon + .seconds(60)
        )
        #expect(clock.handle(.tick, at: ClockStory.start).causes == [.rollback])
        #expect(clock.doubt(at: ClockStory.start) == .rollback)
    }

    @Test("an anchor from later than now, or beyond all time, is not believed")
    func anchorOfAnotherBoot() {
        let boot = ClockStory.start
        let anchors = [
            GateClock.Anchor(offset: 5, uncertainty: .zero, at: boot + 1),
            GateClock.Anchor(offset: .max, uncertainty: .zero, at: boot),
            GateClock.Anchor(offset: -boot - 1, uncertainty: .zero, at: boot),
            GateClock.Anchor(offset: 5, uncertainty: .seconds(-1), at: boot),
        ]
        for anchor in anchors {
            let reading = restarted(anchor, at: boot).reading(at: boot)
            #expect(reading.state == .untrusted)
            #expect(reading.now == noon)
        }
    }
}
