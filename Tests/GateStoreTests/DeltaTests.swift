import AdmissionRules
import Foundation
import GateStore
import ManifestFormat
import Synchronization
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("Deltas: the manifest in service grows while scans go on")
struct DeltaTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        fixture.addSpecimens()
        fixture.version = 5
        self.fixture = fixture
    }

    private func file(_ fixture: ManifestFixture) throws -> ManifestFixture.Signed {
        let scratch = try ScratchFolder()
        return try fixture.write(to: scratch.file("file.sqlite"))
    }

    /// The next version, in which the first tickets are revoked.
    private func revoking(_ count: Int, after old: ManifestFixture) -> ManifestFixture {
        var next = old
        next.version += 1
        for index in 0..<count {
            next.tickets[index] = next.row(next.tickets[index].id, status: .revoked)
        }
        return next
    }

    @Test("a ticket revoked in central is refused as soon as the delta is in, and after a restart")
    func revoked() async throws {
        let scratch = try ScratchFolder()
        let gate = try StoreGate(fixture, venue: venue, scratch: scratch)
        let next = revoking(3, after: fixture)
        let delta = next.delta(from: fixture, file: try file(fixture))
        #expect(delta.changes.count == 3)
        try gate.shelf.apply(delta, trust: venue.trustList())
        let settled = await gate.scan(venue.paperCode(fixture.tickets[0].id))
        #expect(settled.decision.code == .revoked && settled.manifest == 6)
        #expect(await gate.scan(venue.paperCode(venue.ticket(9))).decision.code == .success)
        #expect(try gate.journal.manifestVersion(of: venue.event) == 6)
        try gate.journal.close()
        let later = try StoreGate(nil, venue: venue, scratch: scratch)
        let restored = try #require(try later.shelf.restore(trust: venue.trustList()))
        #expect(restored.metadata.version == 6)
        let again = await later.scan(venue.paperCode(fixture.tickets[1].id))
        #expect(again.decision.code == .revoked)
    }

    @Test("class, windows, policy and name change with a delta like everything else")
    func smallTables() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        var next = fixture
        next.version = 6
        next.policy.unlisted = .refuse
        next.access = next.access.map { row in
            AccessRow(
                accessClass: row.accessClass,
                hall: row.accessClass == .specimen ? row.hall : HallNumber(4),
                gate: .any,
                notBefore: nil,
                expires: nil
            )
        }
        try gate.shelf.apply(
            next.delta(from: fixture, file: try file(fixture)),
            trust: venue.trustList()
        )
        #expect(gate.shelf.current?.facts.policy.unlisted == .refuse)
        #expect(await gate.scan(venue.paperCode(venue.ticket(1))).decision.code == .wrongHall)
    }

    @Test("any sequence of deltas, with restarts in between, equals the full file, row by row")
    func sequence() async throws {
        var random = SeededRandom(for: "gate deltas")
        let scratch = try ScratchFolder()
        var gate = try StoreGate(fixture, venue: venue, scratch: scratch)
        let file = try file(fixture)
        var held = fixture
        var made = 0
        for _ in 0..<40 {
            var next = held
            next.version += 1
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let statuses: [TicketStatus] = [.valid, .unpaid, .revoked, .blocked]
                let guests = next.tickets.indices.filter {
                    next.tickets[$0].accessClass != .specimen
                }
                switch (guests.randomElement(using: &random), Int.random(in: 0..<4, using: &random))
                {
                case (let index?, 0):
                    let gone = next.tickets.remove(at: index).id
                    next.codes.removeAll { $0.ticket == gone }
                case (let index?, 1), (let index?, 2):
                    next.tickets[index] = next.row(
                        next.tickets[index].id,
                        status: statuses.randomElement(using: &random) ?? .valid,
                        generation: UInt8.random(in: 0...3, using: &random)
                    )
                default:
                    made += 1
                    let ticket = venue.ticket(1000 + made)
                    next.tickets.append(next.row(ticket))
                    if let code = next.code(of: ticket) { next.codes.append(code) }
                }
            }
            try gate.shelf.apply(next.delta(from: held, file: file), trust: venue.trustList())
            held = next
            guard random.next() % 8 == 0 else { continue }
            try gate.journal.close()
            gate = try StoreGate(nil, venue: venue, scratch: scratch)
            // Reads every row again and compares with what was signed.
            #expect(
                try gate.shelf.restore(trust: venue.trustList())?.metadata.version == held.version
            )
        }
        let current = try #require(gate.shelf.current)
        for row in held.tickets { #expect(try current.ticket(row.id) == row) }
        let gone = fixture.tickets.filter { old in !held.tickets.contains { $0.id == old.id } }
        for row in gone { #expect(try current.ticket(row.id) == nil) }
    }

    @Test("a delta that does not give what was signed changes nothing, and the next good one works")
    func bad() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let next = revoking(3, after: fixture)
        let good = next.delta(from: fixture, file: try file(fixture))
        let more = next.code(of: venue.ticket(99)).map { ManifestChange.put($0.row) }
        let other = fixture.row(fixture.tickets[5].id, status: .blocked).row
        let cases: [(ManifestRefusal, [ManifestChange])] = [
            (.content, Array(good.changes.dropLast())), (.content, []),
            (.content, good.changes + [.put(other)]),
            (.rowCount(.code), good.changes + [try #require(more)]),
            (.rowCount(.ticket), good.changes + [.delete(other.primaryKey)]),
        ]
        for (refusal, changes) in cases {
            #expect(throws: refusal) {
                try gate.shelf.apply(
                    ManifestDelta(changes: changes, envelope: good.envelope),
                    trust: venue.trustList()
                )
            }
            #expect(gate.shelf.current?.metadata.version == 5)
            #expect(try gate.journal.manifestVersion(of: venue.event) == 5)
            let row = try gate.shelf.current?.ticket(fixture.tickets[0].id)
            #expect(row?.status == .valid)
        }
        let forged = Envelope(
            .manifest,
            payload: next.signed(over: try file(fixture)).metadata.payload,
            signedBy: [venue.live]
        )
        #expect(throws: ManifestRefusal.envelope(.badSignature)) {
            try gate.shelf.apply(
                ManifestDelta(changes: good.changes, envelope: forged),
                trust: venue.trustList()
            )
        }
        try gate.shelf.apply(good, trust: venue.trustList())
        #expect(gate.shelf.current?.metadata.version == 6)
        var older = fixture
        older.version = 4
        #expect(throws: ManifestRefusal.rollback(held: 6, offered: 4)) {
            try gate.shelf.apply(
                older.delta(from: next, file: try file(older)),
                trust: venue.trustList()
            )
        }
    }

    @Test("changes that were applied already do no harm; without a manifest there is nothing to do")
    func repeated() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let next = revoking(2, after: fixture)
        let good = next.delta(from: fixture, file: try file(fixture))
        try gate.shelf.apply(good, trust: venue.trustList())
        try gate.shelf.apply(good, trust: venue.trustList())
        #expect(gate.shelf.current?.metadata.version == 6)
        let empty = try StoreGate(nil, venue: venue)
        #expect(throws: ManifestRefusal.nothingHeld) {
            try empty.shelf.apply(good, trust: venue.trustList())
        }
    }

    @Test("an older file and the delta that leads on from it make the newest version")
    func fileAndDelta() async throws {
        let gate = try StoreGate(nil, venue: venue)
        let signed = try fixture.write(to: gate.shelf.downloadPath)
        let next = revoking(3, after: fixture)
        let newest = next.signed(over: signed)
        #expect(newest.metadata.fileVersion == 5 && newest.metadata.version == 6)
        #expect(throws: ManifestRefusal.wrongDelta) {
            try gate.shelf.install(newest.envelope, trust: venue.trustList())
        }
        _ = try fixture.write(to: gate.shelf.downloadPath)
        let delta = next.delta(from: fixture, file: signed)
        #expect(throws: ManifestRefusal.content) {
            let short = ManifestDelta(
                changes: Array(delta.changes.dropLast()),
                envelope: delta.envelope
            )
            try gate.shelf.install(newest.envelope, delta: short, trust: venue.trustList())
        }
        #expect(gate.shelf.current == nil)
        _ = try fixture.write(to: gate.shelf.downloadPath)
        try gate.shelf.install(newest.envelope, delta: delta, trust: venue.trustList())
        #expect(gate.shelf.current?.metadata.version == 6)
        let settled = await gate.scan(venue.paperCode(fixture.tickets[0].id))
        #expect(settled.decision.code == .revoked)
    }

    @Test("a scan sees the version before a delta or the one after it, never half of one")
    func neverHalf() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let file = try file(fixture)
        let pair = (fixture.tickets[0].id, fixture.tickets[1].id)
        let shelf = gate.shelf
        let (fixture, venue) = (fixture, venue)
        let reads = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled, let manifest = shelf.current {
                        let one = try manifest.ticket(pair.0)
                        await Task.yield()
                        let two = try manifest.ticket(pair.1)
                        #expect(one?.generation == two?.generation)
                        let number = Int64(one?.generation.number ?? 0)
                        #expect(number == manifest.facts.version - 5)
                        reads.raise()
                    }
                }
            }
            var held = fixture
            for number in 1...200 where number <= 60 || reads.count < 50 {
                var next = held
                next.version += 1
                for index in 0..<2 {
                    next.tickets[index] = next.row(
                        next.tickets[index].id,
                        generation: UInt8(number)
                    )
                }
                try shelf.apply(next.delta(from: held, file: file), trust: venue.trustList())
                held = next
                await Task.yield()
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(reads.count >= 50, "scans went on meanwhile")
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var count: Int { value.withLock { $0 } }
        func raise() { value.withLock { $0 += 1 } }
    }

    /// What the process that is killed finds in its folder.
    private struct Errand: Codable, Sendable {
        let folder: String
        let microseconds: UInt32
    }

    private static func fixture() throws -> (TestVenue, ManifestFixture) {
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(60)
        fixture.version = 5
        return (venue, fixture)
    }

    /// The fixture as it is in a later version: every ticket's generation is the version's.
    private static func later(_ fixture: ManifestFixture, _ version: Int64) -> ManifestFixture {
        var later = fixture
        later.version = version
        later.tickets = later.tickets.map {
            later.row($0.id, generation: UInt8(version % 200))
        }
        return later
    }

    /// Applies delta after delta until the thread beside it ends the process.
    private static func runUntilKilled(_ errand: Errand) throws {
        let (venue, fixture) = try fixture()
        let gate = try StoreGate(nil, venue: venue, scratch: ScratchFolder(at: errand.folder))
        guard let held = try gate.shelf.restore(trust: venue.trustList()) else { return }
        let version = held.metadata.version
        let file = try fixture.write(to: errand.folder + "/base-\(version)-\(getpid()).sqlite")
        let deltas = (1...20).map { step in
            later(fixture, version + step).delta(
                from: later(fixture, version + step - 1),
                file: file
            )
        }
        Thread.detachNewThread {
            usleep(errand.microseconds)
            kill(getpid(), SIGKILL)
        }
        for delta in deltas { try gate.shelf.apply(delta, trust: venue.trustList()) }
        // Done before its time: waits for the end.
        sleep(60)
    }

    @Test("killed at any instant, a gate comes back with a whole version", .timeLimit(.minutes(3)))
    func killed() async throws {
        let (venue, fixture) = try Self.fixture()
        let scratch = try ScratchFolder()
        try StoreGate(fixture, venue: venue, scratch: scratch).journal.close()
        var random = SeededRandom(for: "killed gate")
        var last = fixture.version
        for _ in 0..<8 {
            let errand = Errand(
                folder: scratch.path,
                microseconds: UInt32.random(in: 1_000...300_000, using: &random)
            )
            await #expect(processExitsWith: .signal(SIGKILL)) { [errand = errand as Errand] in
                try DeltaTests.runUntilKilled(errand)
            }
            let gate = try StoreGate(nil, venue: venue, scratch: scratch)
            // Reads every row, and compares with what was signed.
            let manifest = try #require(try gate.shelf.restore(trust: venue.trustList()))
            let version = manifest.metadata.version
            #expect(version >= last)
            let generation = version == 5 ? 0 : UInt8(version % 200)
            let row = try manifest.ticket(venue.ticket(7))
            #expect(row?.generation.number == generation)
            last = version
            try gate.journal.close()
        }
        #expect(last > fixture.version, "some deltas were applied")
    }
}
