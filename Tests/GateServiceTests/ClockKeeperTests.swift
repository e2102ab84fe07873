import EntryLogFormat
import GateLogic
import GateService
import GateStore
import TestSupport
import Testing
import TicketModel

@Suite("The keeper of the clock", .timeLimit(.minutes(1)))
struct ClockKeeperTests {
    private let noon = Timestamp(seconds: 1_800_000_000)

    @Test("what central said outlives the program, but not the boot; what it proved outlives both")
    func restarts() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon - .seconds(50))
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        bench.counter.advance(by: 3_600_000)
        let again = try bench.keeper(wall: Timestamp(seconds: 0))
        #expect(again.reading() == keeper.reading())
        #expect(again.reading().state == .synced)
        let rebooted = try bench.keeper(bootID: "boot 2", wall: Timestamp(seconds: 0))
        #expect(rebooted.reading().state == .untrusted)
        #expect(rebooted.reading().floor == noon)
    }

    @Test("a SYNC record names both offsets and is dated by the clock just after the step")
    func record() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon - .seconds(50))
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let step = try #require(try bench.steps().first)
        #expect(step.new - step.old == 50_000)
        #expect(step.record.time == noon)
        #expect(step.record.clock == .synced)
        #expect(step.record.monotonic == bench.counter.now)
    }

    @Test("a proof that matters is in the file without anybody waiting for the next tick")
    func storedBehindTheScan() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        let runner = Task { await keeper.run() }
        let stored = { try bench.keeper(wall: noon).reading().floor }
        await keeper.prove(noon)
        try await expectEventually { try stored() == noon }
        await keeper.handle(.proven(noon + .seconds(9)))
        #expect(try stored() == noon)
        await keeper.tick()
        // The tick may find the store at work already, which then stores this as well.
        try await expectEventually { try stored() == noon + .seconds(9) }
        runner.cancel()
        await runner.value
    }

    @Test("what is proven while the gate starts is recorded once its log is open")
    func provenAtStart() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let restarted = try bench.keeper(wall: noon)
        await restarted.prove(noon + .seconds(60))
        #expect(restarted.reading().state == .untrusted)
        #expect(try bench.steps().count == 1)
        await restarted.tick()
        let steps = try bench.steps()
        #expect(steps.count == 2)
        #expect(steps.last.map { $0.old == $0.new } == true)
        #expect(steps.last?.record.clock == .untrusted)
    }

    @Test("a clock found to be fast is still doubted by the next program")
    func doubted() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        for ticket in 0..<20 as Range<UInt64> {
            let token = GateClock.LiveToken(
                ticket: TicketID(high: 0, low: ticket),
                start: noon - .seconds(600),
                end: noon - .seconds(540),
                code: .expired,
                detail: .code
            )
            await keeper.handle(.token(token))
        }
        let next = try bench.keeper(wall: noon)
        #expect(next.snapshot().clock.anchor.basis == .doubted)
        #expect(next.reading().state == .untrusted)
        #expect(try bench.steps().count == 2)
    }

    @Test("an anchor that was damaged, or written by an older program, is not believed")
    func damagedAnchor() async throws {
        let bench = try ClockBench()
        for text in [
            "", "{}", "[1]", #"{"boot":"boot 1","offset":5,"u":1,"at":1}"#,
            #"{"boot":"boot 1","offset":5,"u":-1,"at":1,"basis":"known"}"#,
            #"{"boot":"boot 1","offset":9223372036854775807,"u":1,"at":1,"basis":"known"}"#,
        ] {
            try bench.journal.setState(.clockAnchor, Array(text.utf8))
            #expect(try bench.keeper(wall: noon).reading().now == noon, "\(text)")
        }
        try bench.journal.setState(.clockFloor, [1, 2, 3])
        #expect(try bench.keeper(wall: noon).reading().state == .untrusted)
    }
}

@Suite("The keeper of the clock, interrupted", .serialized, .timeLimit(.minutes(1)))
struct ClockInterruptionTests {
    private let noon = Timestamp(seconds: 1_800_000_000)

    @Test("a step in the middle of a reading comes before it or after it, never half")
    func stepWhileReading() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        let before = keeper.reading()
        let later = noon + .seconds(60)
        bench.whileReading.arm {
            bench.counter.advance(by: 5)
            await keeper.handle(.answer(time: later, sent: bench.counter.now))
        }
        // It is held up, which no thread of the pool must be: the step needs one.
        let during = try await offPool { keeper.reading() }
        #expect(during == before)
        try await expectEventually { keeper.reading().now == later }
    }

    @Test("a step while another one is being recorded is recorded after it")
    func stepWhileRecording() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        let later = noon + .seconds(60)
        bench.whileLogging.arm {
            bench.counter.advance(by: 5)
            await keeper.handle(.answer(time: later, sent: bench.counter.now))
        }
        await keeper.handle(.answer(time: noon, sent: bench.counter.now))
        try await expectEventually { try bench.steps().count == 2 }
        let steps = try bench.steps()
        #expect(steps[0].new == steps[1].old)
        #expect(steps[0].record.monotonic < steps[1].record.monotonic)
        await keeper.tick()
        #expect(try bench.keeper(wall: noon).reading() == keeper.reading())
    }

    @Test("many answers at once: the records tell every step, in order, by the clock after it")
    func manyAtOnce() async throws {
        let bench = try ClockBench()
        let keeper = try bench.keeper(wall: noon)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<25 {
                        bench.counter.advance(by: 1)
                        let time = keeper.reading().now + .seconds(30)
                        await keeper.handle(.answer(time: time, sent: bench.counter.now))
                    }
                }
            }
        }
        await keeper.tick()
        let steps = try bench.steps()
        #expect(steps.count > 25)
        for (before, after) in zip(steps, steps.dropFirst()) {
            #expect(before.new == after.old)
            #expect(before.record.monotonic <= after.record.monotonic)
        }
        for step in steps {
            #expect(step.record.time.milliseconds - step.record.monotonic == step.new)
        }
        let stored = try bench.keeper(wall: noon).snapshot().clock.anchor.offset
        #expect(stored == steps.last?.new)
    }
}
