import AdmissionRules
import GateLogic
import Testing
import TicketModel

@Suite("What codes say about the clock")
struct ClockTokenTests {
    private let noon = ClockStory.noon

    // MARK: Slow

    @Test("codes of three tickets from the future move time forward to the median they prove")
    func slow() {
        var story = ClockStory.synced()
        story.show(1, .seconds(60))
        story.show(2, .seconds(64))
        #expect(story.reading.now == noon)
        let effects = story.show(3, .seconds(61))
        #expect(effects.causes == [.slow])
        #expect(effects.steps.first?.newOffset == story.clock.anchor.offset)
        #expect(effects.contains(.keep(story.clock.anchor)))
        #expect(story.reading.now == noon + .seconds(61))
        #expect(story.reading.uncertainty == .seconds(15))
        #expect(story.reading.floor == noon + .seconds(64))
        #expect(story.state == .holdover)
        story.wait(.seconds(10_000))
        #expect(story.state == .holdover)
        story.wait(.milliseconds(1))
        #expect(story.doubt == .unsure, "without a sync it is no more than a stop-gap")
    }

    @Test("what was proven a while ago has gone on since")
    func slowOverTime() {
        var story = ClockStory.synced()
        story.show(1, .seconds(60))
        story.wait(.seconds(100))
        story.show(2, .seconds(60))
        story.wait(.seconds(100))
        story.show(3, .seconds(60))
        #expect(story.reading.now == noon + .seconds(260))
    }

    @Test("once moved, the clock follows each fresher code, but only a little at a time")
    func follows() {
        var story = ClockStory.synced()
        for ticket in 1...3 as ClosedRange<UInt64> { story.show(ticket, .seconds(60)) }
        story.wait(.seconds(3600))
        let before = story.reading
        #expect(story.show(4, .seconds(-1)).causes.isEmpty)
        #expect(story.show(4, .seconds(8)).causes == [.slow])
        #expect(story.reading.now == before.now + .seconds(8))
        #expect(story.reading.uncertainty == before.uncertainty, "no surer for it")
        #expect(story.show(4, .seconds(26)).causes == [.rollback], "so far needs three tickets")
        #expect(story.reading.now == before.now + .seconds(8))
    }

    @Test("one code from the future is a proof of time, and no reason to set the clock")
    func oneFromTheFuture() {
        var story = ClockStory.synced()
        let effects = story.show(1, .seconds(60))
        #expect(effects.causes == [.rollback])
        #expect(story.reading.now == noon)
        #expect(story.reading.floor == noon + .seconds(60))
        #expect(story.state == .untrusted)
    }

    @Test("one ticket shown a hundred times is one ticket")
    func replayedFuture() {
        var story = ClockStory.synced()
        for _ in 0..<100 {
            story.show(1, .seconds(60))
            story.show(2, .seconds(60))
        }
        #expect(story.reading.now == noon)
    }

    @Test("ten seconds and the clock's own doubt are no sign")
    func withinTolerance() {
        var story = ClockStory.synced()
        for ticket in 1...9 as ClosedRange<UInt64> { story.show(ticket, .milliseconds(10_500)) }
        #expect(story.reading.now == noon)
        for ticket in 1...3 as ClosedRange<UInt64> { story.show(ticket, .milliseconds(10_501)) }
        #expect(story.reading.now == noon + .milliseconds(10_501))
    }

    @Test("three within ten minutes; the first is forgotten when the third comes too late")
    func slowWindow() {
        var story = ClockStory.synced()
        story.show(1, .seconds(60))
        story.wait(.seconds(300))
        story.show(2, .seconds(60))
        story.wait(.milliseconds(300_001))
        #expect(story.show(3, .seconds(60)).causes.isEmpty)
        story.wait(.seconds(299))
        #expect(story.show(4, .seconds(60)).causes == [.slow])
    }

    @Test("after an hour alone and slow, codes bring back a clock that had grown too unsure")
    func slowWhileUnsure() {
        var story = ClockStory.synced()
        story.wait(.seconds(48 * 3600))
        #expect(story.doubt == .unsure)
        for ticket in 1...3 as ClosedRange<UInt64> { story.show(ticket, .seconds(40)) }
        #expect(story.state == .holdover)
    }

    @Test("a clock that was never set moves forward by codes, but trust takes a sync")
    func slowAfterBoot() {
        var story = ClockStory(wall: Timestamp(seconds: 0))
        for ticket in 1...3 as ClosedRange<UInt64> { story.show(ticket, .seconds(1_800_000_000)) }
        #expect(story.reading.now == noon)
        #expect(story.state == .untrusted)
        #expect(story.doubt == .neverSet)
    }

    // MARK: Fast

    /// Shows expired codes of `count` tickets.
    private func showExpired(
        _ tickets: Range<UInt64>,
        by age: Duration = .seconds(61),
        _ story: inout ClockStory
    ) {
        for ticket in tickets { story.showExpired(ticket, by: age) }
    }

    @Test("twenty tickets in a row expired: the clock is doubted until somebody tells the time")
    func fast() {
        var story = ClockStory.synced()
        showExpired(0..<19, &story)
        #expect(story.state == .synced)
        let effects = story.showExpired(19, by: .seconds(61))
        #expect(effects.causes == [.fast])
        #expect(effects.steps.first.map { $0.newOffset == $0.oldOffset } == true, "never back")
        #expect(effects.contains(.keep(story.clock.anchor)))
        #expect(story.reading.now == noon)
        #expect(story.doubt == .fast)
        story.show(77, .zero)
        story.wait(.seconds(86_400))
        #expect(story.doubt == .fast, "neither codes nor time mend it")
        story.take(.answer(time: story.reading.now - .seconds(90), sent: story.boot))
        #expect(story.state == .synced)
    }

    @Test("a peer ends the doubt, too")
    func fastEndsByPeer() {
        var story = ClockStory.synced()
        showExpired(0..<20, &story)
        story.take(.peer(time: noon, uncertainty: .seconds(1), sent: story.boot))
        #expect(story.state == .synced)
    }

    @Test("codes from the future do not mend a doubted clock")
    func slowWhileDoubted() {
        var story = ClockStory.synced()
        showExpired(0..<20, &story)
        for ticket in 0..<9 as Range<UInt64> { story.show(ticket, .seconds(2 * 86_400)) }
        #expect(story.doubt == .fast)
    }

    @Test("one code in time between them starts the row again")
    func rowBroken() {
        for code in [VerdictCode.success, .duplicate, .wrongHall, .revoked] {
            var story = ClockStory.synced()
            showExpired(0..<19, &story)
            story.show(50, .seconds(-30), code)
            showExpired(19..<38, &story)
            #expect(story.state == .synced, "\(code)")
            story.showExpired(38, by: .seconds(61))
            #expect(story.doubt == .fast)
        }
    }

    @Test("one ticket's screenshot shown a hundred times is one ticket")
    func replayedExpired() {
        var story = ClockStory.synced()
        for _ in 0..<100 { showExpired(0..<19, &story) }
        #expect(story.state == .synced)
    }

    @Test("codes that are over for up to a minute neither count nor break the row")
    func justOver() {
        var story = ClockStory.synced()
        showExpired(0..<40, by: .seconds(60), &story)
        #expect(story.state == .synced)
        showExpired(40..<59, &story)
        story.showExpired(90, by: .seconds(30))
        story.showExpired(59, by: .seconds(61))
        #expect(story.doubt == .fast)
    }

    @Test("old codes of cancelled or replaced tickets are old for a reason of their own")
    func oldForAReason() {
        var story = ClockStory.synced()
        for ticket in 0..<40 as Range<UInt64> {
            story.show(ticket, .seconds(-600), ticket % 2 == 0 ? .revoked : .superseded)
            story.show(100 + ticket, .seconds(-600), .expired, .ticket)
        }
        #expect(story.state == .synced)
    }

    @Test("memory does not grow with what is shown")
    func bounded() {
        var story = ClockStory.synced()
        for ticket in 0..<10_000 as Range<UInt64> {
            story.showExpired(ticket, by: .seconds(61))
            story.show(ticket, .seconds(-600), .revoked)
            story.wait(.seconds(1))
        }
        #expect(String(describing: story.clock).utf8.count < 8192)
    }
}
