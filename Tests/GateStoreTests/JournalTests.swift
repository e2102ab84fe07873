import AdmissionRules
import EntryLogFormat
import GRDB
import GateStore
import ManifestFormat
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("The journal: what is committed stays")
struct JournalTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(3000)
        self.fixture = fixture
    }

    @Test("commits are synced to disk: WAL with synchronous=FULL")
    func durability() throws {
        let gate = try StoreGate(nil, venue: venue)
        let durability = try gate.journal.durability()
        #expect(durability.journalMode == "wal")
        #expect(durability.synchronous == 2)
    }

    @Test("after a restart uses are known, the log goes on where it stood")
    func reopening() async throws {
        let scratch = try ScratchFolder()
        let code = venue.paperCode(venue.ticket(1))
        do {
            let gate = try StoreGate(fixture, venue: venue, scratch: scratch)
            #expect(await gate.scan(code).decision.code == .success)
            #expect(await gate.scan(code).decision.code == .duplicate)
            try gate.journal.close()
        }
        let gate = try StoreGate(nil, venue: venue, scratch: scratch)
        #expect(try gate.shelf.restore(trust: venue.trustList())?.metadata.version == 1)
        let again = await gate.scan(code)
        #expect(again.decision.code == .duplicate)
        #expect(again.sequence == 2)
        let audit = try gate.journal.audit()
        #expect(audit.faults == [])
        #expect(audit.records == 3)
    }

    @Test("a full disk gives ERROR, admits nobody, and the gate goes on when there is room")
    func diskFull() async throws {
        let scratch = try ScratchFolder()
        let bytesMax: Int64 = 40 * 4096
        let gate = try StoreGate(
            fixture,
            venue: venue,
            scratch: scratch,
            journalBytesMax: bytesMax
        )
        var admitted = 0
        var failed: [Int] = []
        for number in 0..<400 {
            let settled = await gate.scan(venue.paperCode(venue.ticket(number)))
            if settled.decision.code == .success {
                admitted += 1
            } else {
                #expect(settled.decision.code == .error)
                #expect(settled.decision.detail == .storage)
                #expect(settled.sequence == nil)
                #expect(settled.fault == .diskFull)
                failed.append(number)
            }
        }
        #expect(admitted > 50)
        let unlucky = try #require(failed.first)
        #expect(gate.settlement.fault == .diskFull)
        let audit = try gate.journal.audit()
        #expect(audit.faults == [])
        #expect(audit.records == admitted)
        #expect(audit.admissions.count == admitted)
        try gate.journal.close()

        let roomy = try StoreGate(nil, venue: venue, scratch: scratch)
        _ = try roomy.shelf.restore(trust: venue.trustList())
        let later = await roomy.scan(venue.paperCode(venue.ticket(unlucky)))
        #expect(later.decision.code == .success)
        #expect(later.sequence == UInt64(admitted))
        #expect(try roomy.journal.audit().faults == [])
    }

    @Test("a journal of a later version of Stile is not touched")
    func newerSchema() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("journal.sqlite")
        try Journal(path: path).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            try database.execute(
                sql: "INSERT INTO grdb_migrations(identifier) VALUES('2 of the future')"
            )
        }
        try queue.close()
        #expect(throws: StorageFault.newerSchema) { try Journal(path: path) }
    }

    @Test("a file that is no database is refused")
    func notADatabase() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("journal.sqlite")
        try #require(ScratchFolder.write("this is no SQLite file, far from it", to: path))
        #expect(throws: StorageFault.damaged) { try Journal(path: path) }
    }

    @Test("a receipt counts up only, and tells what still waits")
    func receipts() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        for number in 0..<5 { _ = await gate.scan(venue.paperCode(venue.ticket(number))) }
        let log = LogName(device: venue.device, epoch: 1)
        for next in [UInt64(3), 1] {
            let link = try #require(try gate.journal.link(of: 1, sequence: next - 1))
            let receipt = Receipt(
                device: log.device,
                epoch: log.epoch,
                next: next,
                head: link.bytes,
                time: TestVenue.opening
            )
            try gate.journal.keep(receipt, envelope: venue.receiptEnvelope(receipt))
        }
        let state = try gate.journal.uploadState(of: 1)
        #expect(state.confirmed == 3)
        #expect(state.waiting == 2)
    }

    @Test("a note that is no scan continues the same log")
    func notes() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let clock = gate.pending([]).situation.clock
        #expect(try await gate.settlement.note(.start, clock: clock) == 0)
        #expect(await gate.scan(venue.paperCode(venue.ticket(1))).sequence == 1)
        #expect(try await gate.settlement.note(.stop, clock: clock) == 2)
        #expect(try gate.journal.audit().faults == [])
    }

    @Test("an altered record, an altered use and a missing record are found")
    func auditFindsFaults() async throws {
        let alterations = [
            "UPDATE record SET payload=zeroblob(10) WHERE position & 3 = 1",
            "UPDATE use SET entries=2",
            "DELETE FROM record WHERE position IN (SELECT min(position) + 1 FROM record)",
        ]
        for alteration in alterations {
            let gate = try StoreGate(fixture, venue: venue)
            for number in 0..<4 { _ = await gate.scan(venue.paperCode(venue.ticket(number))) }
            try gate.journal.close()
            let queue = try DatabaseQueue(path: gate.data.journal)
            try queue.inDatabase { database in
                try database.execute(sql: "BEGIN; \(alteration); COMMIT")
            }
            try queue.close()
            let journal = try Journal(path: gate.data.journal)
            #expect(try journal.audit().faults.isEmpty == false, "\(alteration)")
            try journal.close()
        }
    }
}
