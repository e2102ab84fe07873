import GateLogic
import Testing
import TicketModel

@Suite("Waiting after failures")
struct BackoffTests {
    @Test("waits double up to the cap, half of each step is left to chance")
    func doubling() {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(10))
        #expect(
            (0..<6).map { _ in backoff.wait(jitter: 1) }
                == [1, 2, 4, 8, 10, 10].map { .seconds($0) }
        )
        #expect(backoff.wait(jitter: 0) == .seconds(5))
        for _ in 0..<100 { _ = backoff.wait(jitter: 0.5) }
        #expect(backoff.wait(jitter: 1) == .seconds(10))
        backoff.reset()
        #expect(backoff.wait(jitter: 1) == .seconds(1))
    }

    @Test("a jitter out of range does no harm")
    func jitter() {
        var backoff = Backoff(base: .seconds(2), cap: .seconds(2))
        #expect(backoff.wait(jitter: -9) == .seconds(1))
        #expect(backoff.wait(jitter: 99) == .seconds(2))
    }
}

@Suite("What to ask central next")
struct SyncPlanTests {
    private func plan() -> SyncPlan {
        SyncPlan(isEnrolled: true, manifestHeld: 4, trustHeld: 1)
    }

    @Test("a new gate enrols, then learns the time, the keys, the secrets, then waits for tickets")
    func firstSteps() {
        var plan = SyncPlan(isEnrolled: false, manifestHeld: 0, trustHeld: 0)
        #expect(plan.next(at: 0) == .run(.enrol))
        plan.handle(.enrolled, at: 0)
        #expect(plan.next(at: 0) == .run(.time))
        plan.handle(.time(manifest: 1, trust: 1), at: 0)
        #expect(plan.next(at: 0) == .run(.trust))
        plan.handle(.trust(version: 1), at: 0)
        #expect(plan.next(at: 0) == .run(.secrets))
        plan.handle(.secrets, at: 0)
        #expect(plan.next(at: 0) == .run(.metadata))
        plan.handle(.offered(version: 1), at: 0)
        #expect(plan.next(at: 0) == .run(.manifest))
        plan.handle(.manifest(version: 1), at: 0)
        #expect(plan.next(at: 0) == .run(.metadata))
        #expect(plan.metadataAfter == 1)
        #expect(plan.next(at: SyncPlan.timeEvery.milliseconds) == .run(.time))
    }

    @Test("a step that fails waits alone; the others go on")
    func failureOfOneStep() {
        var plan = plan()
        plan.handle(.failed(.time, jitter: 1), at: 0)
        #expect(plan.next(at: 0) == .run(.trust))
        plan.handle(.failed(.trust, jitter: 1), at: 0)
        plan.handle(.failed(.secrets, jitter: 1), at: 0)
        plan.handle(.failed(.metadata, jitter: 1), at: 0)
        #expect(plan.next(at: 0) == .wait(until: 1000))
        #expect(plan.next(at: 1000) == .run(.time))
        plan.handle(.failed(.time, jitter: 1), at: 1000)
        #expect(plan.next(at: 1000) == .run(.trust))
        #expect(plan.failures == 2)
    }

    @Test("a refused version is stepped over, and not asked for in a circle")
    func refusedVersion() {
        var plan = plan()
        settle(&plan)
        plan.handle(.offered(version: 5), at: 0)
        #expect(plan.next(at: 0) == .run(.manifest))
        plan.handle(.refused(version: 5), at: 0)
        #expect(plan.next(at: 0) == .run(.metadata))
        #expect(plan.metadataAfter == 5)
        #expect(plan.manifestHeld == 4)
        plan.handle(.offered(version: 6), at: 0)
        #expect(plan.next(at: 0) == .run(.manifest))
    }

    @Test("a manifest that needs newer keys brings the trust list first")
    func trustFirst() {
        var plan = plan()
        settle(&plan)
        plan.handle(.offered(version: 5), at: 0)
        plan.handle(.trustNeeded(version: 2), at: 0)
        #expect(plan.next(at: 0) == .run(.trust))
        plan.handle(.trust(version: 2), at: 0)
        #expect(plan.next(at: 0) == .wait(until: 1000))
        #expect(plan.next(at: 1000) == .run(.metadata))
    }

    @Test("a newer trust list that central speaks of is fetched at once")
    func trustSpokenOf() {
        var plan = plan()
        settle(&plan)
        plan.handle(.time(manifest: 9, trust: 3), at: 0)
        #expect(plan.next(at: 0) == .run(.trust))
        #expect(plan.manifestKnown == 9)
    }

    private func settle(_ plan: inout SyncPlan) {
        plan.handle(.time(manifest: 4, trust: 1), at: 0)
        plan.handle(.trust(version: 1), at: 0)
        plan.handle(.secrets, at: 0)
    }
}

@Suite("Which records to send next")
struct UploadCursorTests {
    @Test("batches go out until central has everything")
    func progress() {
        var cursor = UploadCursor(confirmed: 0)
        #expect(cursor.action(written: 0, at: 0) == .idle)
        #expect(cursor.action(written: 700, at: 0) == .send(from: 0))
        cursor.handle(.receipt(next: 500), written: 700, at: 0)
        #expect(cursor.action(written: 700, at: 0) == .send(from: 500))
        cursor.handle(.receipt(next: 700), written: 700, at: 0)
        #expect(cursor.action(written: 700, at: 0) == .idle)
    }

    @Test("a gap at central rewinds to what it misses")
    func gap() {
        var cursor = UploadCursor(confirmed: 500)
        cursor.handle(.gap(expected: 120), written: 700, at: 0)
        #expect(cursor.action(written: 700, at: 0) == .send(from: 120))
    }

    @Test("an answer without progress is no reason to hurry")
    func noProgress() {
        var cursor = UploadCursor(confirmed: 10)
        cursor.handle(.receipt(next: 10), written: 20, at: 0)
        #expect(cursor.action(written: 20, at: 0) == .wait(until: 1000))
        cursor.handle(.gap(expected: 10), written: 20, at: 1000)
        #expect(cursor.action(written: 20, at: 1000) == .wait(until: 3000))
        #expect(cursor.failures == 2)
    }

    @Test("a fork stops the upload for good")
    func fork() {
        var cursor = UploadCursor(confirmed: 10)
        cursor.handle(.fork(at: 12), written: 20, at: 0)
        cursor.handle(.receipt(next: 20), written: 20, at: 0)
        #expect(cursor.action(written: 20, at: 99_999) == .halted(.fork(at: 12)))
    }

    @Test("central holding more than is here means that records were lost here")
    func lostRecords() {
        var cursor = UploadCursor(confirmed: 5)
        let halt = UploadCursor.Halt.lostRecords(central: 30, here: 20)
        cursor.handle(.gap(expected: 30), written: 20, at: 0)
        #expect(cursor.action(written: 20, at: 0) == .halted(halt))
        #expect(UploadCursor(confirmed: 30).action(written: 20, at: 0) == .halted(halt))
    }

    @Test("a gate that has nothing new asks now and then whether central still has all of it")
    func probe() {
        var cursor = UploadCursor(confirmed: 20, probeAt: 1000)
        #expect(cursor.action(written: 20, at: 999) == .idle)
        #expect(cursor.action(written: 20, at: 1000) == .send(from: 19))
        cursor.handle(.receipt(next: 20), written: 20, at: 1000)
        #expect(cursor.action(written: 20, at: 1001) == .idle)
        let later = 1000 + UploadCursor.probeEvery.milliseconds
        #expect(cursor.action(written: 20, at: later) == .send(from: 19))
        // Central was put back from a copy that ends before record 7.
        cursor.handle(.gap(expected: 7), written: 20, at: later)
        #expect(cursor.action(written: 20, at: later) == .send(from: 7))
        cursor.handle(.receipt(next: 20), written: 20, at: later)
        #expect(cursor.action(written: 20, at: later + 1) == .idle)
        #expect(UploadCursor(confirmed: 0, probeAt: 0).action(written: 0, at: 5) == .idle)
    }
}
