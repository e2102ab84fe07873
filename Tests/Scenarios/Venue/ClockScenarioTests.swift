import AdmissionRules
import EntryLogFormat
import FormatVectors
import GateLogic
import ManifestFormat
import Testing
import TicketModel
import TokenFormat

@Suite("A door and its clock")
struct ClockScenarioTests {
    private static let day = Duration.seconds(86_400)

    // MARK: Boot without time

    @Test("booted without time it admits what was proven to be recent, and says that it guessed")
    func bootWithoutTime() throws {
        var door = ClockDoor()
        let first = try door.scan(1)
        #expect(door.reading.state == .untrusted)
        #expect(first.code == .success)
        #expect(first.flags.contains(.clockUntrusted))
        let floor = door.reading.floor
        #expect(floor == door.trueTime, "the code has proven its own start")
        let atTheEdge = try door.code(of: 2, at: floor - .seconds(90))
        #expect(try door.scan(atTheEdge).code == .success)
        let tooOld = try door.scan(try door.code(of: 3, at: floor - .seconds(91)))
        #expect(tooOld.code == .expired)
        #expect(tooOld.detail == .code)
    }

    @Test("booted without time, a code made ahead is good for twelve hours from what is proven")
    func preissuedWithoutTime() throws {
        var door = ClockDoor()
        try door.scan(1)
        let floor = door.reading.floor
        let code = { (start: Timestamp) in try door.code(of: 2, at: start, flags: .preissued) }
        let texts = try [-91, -90, 43_200, 43_201].map { try code(floor + .seconds($0)) }
        let verdicts = try texts.map { try door.scan($0) }
        #expect(verdicts.map(\.code) == [.expired, .success, .success, .notYetValid])
        #expect(verdicts[3].detail == .code)
        #expect(verdicts[1].flags.contains(.clockUntrusted))
        #expect(door.reading.floor == floor)
    }

    @Test("where policy refers, a timed code waits for the supervisor; paper does not")
    func refer() throws {
        var door = ClockDoor(untrusted: .refer)
        #expect(try door.scan(1).code == .clockUntrusted)
        let preissued = try door.code(of: 2, at: door.trueTime, flags: .preissued)
        #expect(try door.scan(preissued).code == .clockUntrusted)
        let old = try door.code(of: 3, at: door.trueTime - .seconds(91))
        #expect(try door.scan(old).code == .expired, "known to be old is not a matter of doubt")
        let paper = try door.code(of: 4, at: door.trueTime - .seconds(999), .paper)
        #expect(try door.scan(paper).code == .success)
        door.sync()
        #expect(try door.scan(1).code == .success)
    }

    @Test("one answer of central, and the door judges time by itself")
    func synced() throws {
        var door = ClockDoor()
        door.sync()
        #expect(door.reading.state == .synced)
        let late = Duration.milliseconds(60_000 + 15_000 + 508)
        let code = try door.code(of: 1, at: door.trueTime)
        door.wait(late)
        #expect(try door.scan(code).code == .success, "to the last millisecond")
        door.wait(.milliseconds(1))
        let verdict = try door.scan(code)
        #expect(verdict.code == .expired)
        #expect(verdict.detail == .code)
    }

    @Test("a code made ahead is too early until ten seconds and the doubt before its start")
    func early() throws {
        var door = ClockDoor()
        door.sync()
        let code = try door.code(of: 1, at: door.trueTime + .seconds(60), flags: .preissued)
        door.wait(.milliseconds(49_400))
        #expect(try door.scan(code).code == .notYetValid)
        door.wait(.milliseconds(100))
        #expect(try door.scan(code).code == .success)
    }

    // MARK: Holdover

    @Test("alone for hours the door grows generous with time, and after two days it asks")
    func holdover() throws {
        var door = ClockDoor(untrusted: .refer)
        door.sync()
        door.wait(.seconds(20 * 3600))
        #expect(door.reading.state == .holdover)
        #expect(door.reading.uncertainty == .milliseconds(7700))
        let code = try door.code(of: 1, at: door.trueTime)
        door.wait(.seconds(60 + 15 + 7))
        #expect(try door.scan(code).code == .success)
        door.wait(.seconds(2))
        #expect(try door.scan(code).code == .expired)
        door.wait(.seconds(28 * 3600))
        #expect(door.doubt == .unsure)
        #expect(try door.scan(1).code == .clockUntrusted)
    }

    // MARK: Slow

    @Test("a frozen machine learns from three guests how late it is")
    func slow() throws {
        var door = ClockDoor()
        door.sync()
        door.wait(.seconds(600))
        door.freeze(.seconds(300))
        let first = try door.scan(1)
        #expect(first.code == .success)
        #expect(first.flags.contains(.clockSlow))
        let ahead = try door.code(of: 9, at: door.trueTime, flags: .preissued)
        #expect(try door.scan(2).code == .success)
        door.wait(.seconds(2))
        #expect(door.error == .seconds(-300), "two guests are not enough")
        #expect(try door.scan(3).code == .success)
        #expect(door.causes == [.central, .rollback, .slow])
        #expect(door.error == .zero)
        #expect(door.reading.state == .holdover)
        #expect(door.reading.uncertainty == .seconds(15))
        #expect(try door.scan(ahead).code == .success)
        let screenshot = try door.code(of: 4, at: door.trueTime - .seconds(120))
        #expect(try door.scan(screenshot).code == .expired)
        door.wait(.seconds(60))
        door.sync()
        #expect(door.reading.state == .synced)
    }

    @Test("guests' codes are up to a minute old: the median is behind the floor, which says so")
    func slowByOldCodes() throws {
        var door = ClockDoor()
        door.sync()
        door.freeze(.seconds(300))
        for (guest, age) in [55, 30, 5].enumerated() {
            try door.scan(try door.code(of: guest, at: door.trueTime - .seconds(age)))
        }
        #expect(door.error == .seconds(-30))
        #expect(door.doubt == .rollback)
        door.wait(.seconds(25))
        #expect(door.reading.state == .holdover)
    }

    @Test("at a busy door the freshest codes bring a frozen machine within seconds of the truth")
    func slowAtABusyDoor() throws {
        var door = ClockDoor()
        door.sync()
        door.freeze(.seconds(300))
        for guest in 0..<120 {
            door.wait(.seconds(2))
            let age = Duration.seconds(guest * 23 % 60)
            let code = try door.code(of: guest, at: door.trueTime - age)
            #expect(try door.scan(code).code == .success)
        }
        #expect(door.error >= .seconds(-5))
        #expect(door.error <= .zero, "never beyond what is proven")
        #expect(door.reading.state == .holdover)
    }

    @Test("a forger's code from the future proves nothing, nor do codes made ahead or on paper")
    func nothingProven() throws {
        var door = ClockDoor()
        door.sync()
        let before = (clock: door.clock, effects: door.effects)
        let future = door.trueTime + .seconds(3600)
        for guest in 0..<30 {
            let forged = try door.code(of: guest, at: future, key: "forger")
            #expect(try door.scan(forged).code == .badSignature)
            let altered = String(try door.code(of: guest, at: future).dropLast(3)) + "AAA"
            #expect(try door.scan(altered).code != .success)
            try door.scan(try door.code(of: guest, at: future, flags: .preissued))
            try door.scan(try door.code(of: guest, at: future, .paper))
            try door.scan(
                try door.code(of: guest, at: door.trueTime - .seconds(900), flags: .preissued)
            )
        }
        #expect(door.clock == before.clock)
        #expect(door.effects == before.effects)
    }

    @Test("one guest who shows a code from the future all evening does not set the clock")
    func replay() throws {
        var door = ClockDoor()
        door.sync()
        let code = try door.code(of: 1, at: door.trueTime + .seconds(60))
        for _ in 0..<20 { try door.scan(code) }
        #expect(door.error == .zero)
        #expect(door.doubt == .rollback, "but that this minute has come is proven")
    }

    // MARK: Fast

    @Test("a fast clock refuses everybody, until twenty guests have shown that it is wrong")
    func fast() throws {
        var door = ClockDoor()
        door.sync()
        try door.scan(0)
        door.race(.seconds(600))
        for guest in 1...20 {
            #expect(try door.scan(guest).code == .expired)
            door.wait(.seconds(2))
        }
        #expect(door.doubt == .fast)
        #expect(door.causes == [.central, .fast])
        #expect(door.error == .seconds(600), "codes never set a clock back")
        let next = try door.scan(21)
        #expect(next.code == .success)
        #expect(next.flags.contains(.clockUntrusted))
        let screenshot = try door.code(of: 22, at: door.trueTime - .seconds(120))
        #expect(try door.scan(screenshot).code == .expired)
        door.restart(reboots: false, wall: door.trueTime)
        #expect(door.doubt == .fast, "a restart does not make it right")
        door.sync()
        #expect(door.reading.state == .synced)
        #expect(door.error == .zero)
    }

    @Test("a group with twenty screenshots does not shake a good clock while guests come in")
    func screenshots() throws {
        var door = ClockDoor()
        door.sync()
        let shots = try (0..<40).map { try door.code(of: $0, at: door.trueTime) }
        door.wait(.seconds(600))
        for (number, shot) in shots.enumerated() {
            #expect(try door.scan(shot).code == .expired)
            if number % 15 == 14 { #expect(try door.scan(100 + number).code == .success) }
        }
        #expect(door.reading.state == .synced)
    }

    // MARK: Rollback

    @Test("power off, and the machine's own clock is back in 1970: what was proven still holds")
    func bootIn1970() throws {
        var door = ClockDoor()
        door.sync()
        door.wait(.seconds(3600))
        try door.scan(1)
        let proven = door.reading.floor
        let yesterday = try door.code(of: 2, at: door.trueTime - Self.day)
        door.restart(reboots: true, wall: Timestamp(seconds: 0))
        #expect(door.reading.floor == proven)
        #expect(door.reading.now == proven)
        #expect(door.doubt == .neverSet)
        #expect(door.causes.last == .rollback)
        #expect(try door.scan(yesterday).code == .expired)
        #expect(try door.scan(3).code == .success)
    }

    @Test("a crash takes back no more than ten seconds of what codes have proven")
    func crash() throws {
        var door = ClockDoor()
        door.sync()
        for guest in 0..<50 {
            door.wait(.seconds(7))
            try door.scan(guest)
        }
        let proven = door.reading.floor
        door.restart(reboots: true, wall: Timestamp(seconds: 0))
        #expect(proven - door.reading.floor < .seconds(10))
    }

    @Test("a time before what is proven is not trusted, whoever moved it")
    func rollback() throws {
        var door = ClockDoor(untrusted: .refer)
        door.sync()
        door.freeze(.seconds(9))
        try door.scan(1)
        #expect(door.doubt == .rollback)
        #expect(door.causes.last == .rollback)
        #expect(try door.scan(2).code == .clockUntrusted)
        door.sync()
        #expect(door.error == .zero)
        #expect(try door.scan(2).code == .success)
    }

    @Test("a restart of the program keeps the time; a restart of the machine does not")
    func restarts() throws {
        var door = ClockDoor()
        door.sync()
        door.wait(.seconds(3600))
        door.restart(reboots: false, wall: Timestamp(seconds: 0))
        #expect(door.reading.state == .synced)
        #expect(door.error == .zero)
        door.restart(reboots: true, wall: door.trueTime)
        #expect(door.doubt == .neverSet)
    }

    @Test("an exit proves its time, too, and is never blocked by it")
    func exits() throws {
        var door = ClockDoor()
        door.sync()
        door.freeze(.seconds(300))
        for guest in 0..<3 {
            let code = try door.code(of: guest, at: door.trueTime)
            #expect(try door.scan(code, direction: .exit).opensLane)
        }
        #expect(door.causes.last == .slow)
        #expect(door.error == .zero)
    }
}
