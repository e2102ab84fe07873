import Foundation
import GateLogic
import Testing
import TicketModel

@Suite("The gate's clock, whatever happens to it")
struct ClockPropertyTests {
    /// Random numbers that are the same for the same seed (SplitMix64).
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return word ^ word >> 31
        }
    }

    /// Stories in one run, and steps in each.
    private static let stories: UInt64 = 200
    private static let steps = 400

    private static var seed: UInt64 {
        let given = ProcessInfo.processInfo.environment["STILE_SEED"].flatMap { UInt64($0) }
        return given ?? UInt64.random(in: .min ... .max)
    }

    private static func input(_ story: ClockStory, _ random: inout Random) -> GateClock.Input {
        let far: [Int64] = [0, 1, 5000, 11_000, 61_000, 125_000, 3_600_000, 200_000_000]
        let distance =
            (far.randomElement(using: &random) ?? 0) + Int64.random(in: 0...999, using: &random)
        let gap = Duration.milliseconds(Bool.random(using: &random) ? distance : -distance)
        let time = story.reading.now + gap
        let sent = story.boot - Int64.random(in: -2...40_000, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return .answer(time: time, sent: sent)
        case 1:
            let uncertainty = Duration.milliseconds(Int64.random(in: -1...20_000, using: &random))
            return .peer(time: time, uncertainty: uncertainty, sent: sent)
        case 2: return .proven(time)
        case 3: return .tick
        case 4: return .notKept
        default:
            let isExpired = time + .seconds(120) < story.reading.now
            return .token(
                GateClock.LiveToken(
                    ticket: TicketID(high: 0, low: UInt64.random(in: 0..<30, using: &random)),
                    start: time,
                    end: time + .seconds(60),
                    code: isExpired ? .expired : .success,
                    detail: isExpired ? .code : .none
                )
            )
        }
    }

    /// Whether only a sync may move time back.
    private static func isSync(_ input: GateClock.Input) -> Bool {
        switch input {
        case .answer, .peer: true
        case .proven, .token, .tick, .notKept: false
        }
    }

    /// The state that anchor, floor and time since boot call for (PROTOCOL 7).
    private static func state(_ clock: GateClock, at boot: Int64) -> ClockState {
        let reading = clock.reading(at: boot)
        guard reading.now >= reading.floor - .seconds(5) else { return .untrusted }
        switch clock.anchor.basis {
        case .guess, .doubted: return .untrusted
        case .shown: return reading.uncertainty <= .seconds(16) ? .holdover : .untrusted
        case .known: break
        }
        if reading.uncertainty <= .seconds(2) { return .synced }
        return reading.uncertainty <= .seconds(15) ? .holdover : .untrusted
    }

    @Test("the floor never falls, codes never set time back, the state is what both call for")
    func invariants() {
        let seed = Self.seed
        print("clock property seed: STILE_SEED=\(seed)")
        for number in 0..<Self.stories {
            var random = Random(state: seed &+ number)
            var story = ClockStory()
            var kept = story.clock.floor
            for step in 0..<Self.steps {
                story.boot += Int64.random(
                    in: 0...(1 << Int.random(in: 0...26, using: &random)),
                    using: &random
                )
                let before = (clock: story.clock, reading: story.reading)
                let input = Self.input(story, &random)
                let effects = story.take(input)
                let place = "seed \(seed), story \(number), step \(step): \(input)"
                let after = story.reading
                #expect(after.floor >= before.reading.floor, "\(place)")
                if !Self.isSync(input) { #expect(after.now >= before.reading.now, "\(place)") }
                #expect(after.state == Self.state(story.clock, at: story.boot), "\(place)")
                #expect((story.doubt == nil) == (after.state != .untrusted), "\(place)")
                #expect(after.uncertainty >= .milliseconds(500), "\(place)")
                if story.clock.anchor.offset != before.clock.anchor.offset {
                    #expect(!effects.steps.isEmpty, "a step without a record: \(place)")
                }
                kept = max(kept, effects.floors.max() ?? kept)
                #expect(after.floor - kept < .seconds(10), "a crash would forget: \(place)")
                #expect(effects.count <= 4, "\(place)")
            }
        }
    }

    @Test("a restart at any moment loses nothing that was asked to be kept")
    func restarts() {
        let seed = Self.seed
        print("clock restart seed: STILE_SEED=\(seed)")
        for number in 0..<Self.stories {
            var random = Random(state: seed &+ number)
            var story = ClockStory()
            var anchor: GateClock.Anchor?
            var floor = story.clock.floor
            for _ in 0..<50 {
                story.boot += Int64.random(in: 0...60_000, using: &random)
                for effect in story.take(Self.input(story, &random)) {
                    switch effect {
                    case .keep(let kept): anchor = kept
                    case .keepFloor(let kept): floor = kept
                    case .record, .refused: break
                    }
                }
                let again = GateClock(
                    boot: story.boot,
                    wall: ClockStory.noon,
                    anchor: anchor,
                    floor: floor
                )
                #expect(
                    anchor == nil || again.anchor == story.clock.anchor,
                    "seed \(seed), story \(number)"
                )
                #expect(story.clock.floor - again.floor < .seconds(10))
            }
        }
    }
}
