import GateLogic
import Testing
import TicketModel

@Suite("The gate's clock")
struct ClockTests {
    /// Central time when the gate has been up for 1000 s.
    private let noon = Timestamp(seconds: 1_800_000_000)
    private let boot: Int64 = 1_000_000

    private func clock(wall: Timestamp? = nil, floor: Timestamp? = nil) -> GateClock {
        GateClock(
            boot: boot,
            wall: wall ?? noon,
            anchor: nil,
            floor: floor ?? Timestamp(milliseconds: 0)
        )
    }

    @Test("after boot the system clock is only a guess")
    func untrustedAfterBoot() {
        let reading = clock().reading(at: boot)
        #expect(reading.state == .untrusted)
        #expect(reading.now == noon)
        #expect(reading.uncertainty == .seconds(24 * 3600))
    }

    @Test("central's answer sets it, as surely as half the round trip and a half second allow")
    func answer() {
        var clock = clock(wall: noon - .seconds(3600))
        let effects = clock.handle(.answer(time: noon, sent: boot), at: boot + 200)
        let reading = clock.reading(at: boot + 200)
        #expect(reading.state == .synced)
        #expect(reading.now == noon + .milliseconds(100))
        #expect(reading.uncertainty == .milliseconds(600))
        #expect(reading.floor == noon)
        let old = noon.milliseconds - 3_600_000 - boot
        let new = noon.milliseconds + 100 - boot - 200
        #expect(
            effects == [.record(oldOffset: old, newOffset: new), .keep(clock.anchor)]
        )
    }

    @Test(
        "alone it grows less sure: synced, holdover after hours, untrusted after a day and a half"
    )
    func drift() {
        var clock = clock()
        _ = clock.handle(.answer(time: noon, sent: boot), at: boot)
        let hour: Int64 = 3_600_000
        #expect(clock.reading(at: boot + hour).uncertainty == .milliseconds(860))
        #expect(clock.reading(at: boot + 4 * hour).state == .synced)
        #expect(clock.reading(at: boot + 5 * hour).state == .holdover)
        #expect(clock.reading(at: boot + 40 * hour).state == .holdover)
        #expect(clock.reading(at: boot + 41 * hour).state == .untrusted)
    }

    @Test("a time before what is proven means it was set back: untrusted, and noted once")
    func floor() {
        var clock = clock()
        _ = clock.handle(.answer(time: noon, sent: boot), at: boot)
        #expect(clock.handle(.proven(noon + .seconds(5)), at: boot).isEmpty)
        #expect(clock.reading(at: boot).state == .synced)
        let effects = clock.handle(.proven(noon + .seconds(6)), at: boot)
        let offset = clock.anchor.offset
        #expect(effects == [.record(oldOffset: offset, newOffset: offset)])
        #expect(clock.reading(at: boot).state == .untrusted)
        #expect(clock.reading(at: boot).floor == noon + .seconds(6))
        #expect(clock.handle(.proven(noon + .seconds(7)), at: boot).isEmpty)
        #expect(
            clock.reading(at: boot + 3000).state == .synced,
            "time has passed the floor's slack"
        )
    }

    @Test("what is proven never goes back")
    func floorRisesOnly() {
        var clock = clock(floor: noon)
        #expect(clock.handle(.proven(noon - .seconds(1)), at: boot).isEmpty)
        #expect(clock.floor == noon)
    }

    @Test("a restart of the program within one boot keeps the time and its growing doubt")
    func restart() {
        var before = clock()
        _ = before.handle(.answer(time: noon, sent: boot), at: boot)
        let after = GateClock(
            boot: boot + 3_600_000,
            wall: noon - .seconds(999),
            anchor: before.anchor,
            floor: before.floor
        )
        let reading = after.reading(at: boot + 3_600_000)
        #expect(reading.state == .synced)
        #expect(reading.now == noon + .seconds(3600))
        #expect(reading.uncertainty == .milliseconds(860))
    }

    @Test("an anchor from later than now is of another boot, and not believed")
    func anchorOfAnotherBoot() {
        let anchor = GateClock.Anchor(offset: 5, uncertainty: .zero, at: boot + 1)
        let clock = GateClock(boot: boot, wall: noon, anchor: anchor, floor: noon)
        #expect(clock.reading(at: boot).state == .untrusted)
        #expect(clock.reading(at: boot).now == noon)
    }
}
