import AdmissionRules
import Foundation
import GRDB
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("The manifest: only what central signed comes into service")
struct ManifestTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        fixture.version = 5
        self.fixture = fixture
    }

    /// Offers a bad version 6 and expects that version 5 stays in service.
    private func refused(
        _ expected: ManifestRefusal,
        trustVersion: Int64 = 1,
        _ change: (inout ManifestFixture) -> Void
    ) async throws {
        let gate = try StoreGate(fixture, venue: venue)
        var bad = fixture
        bad.version = 6
        change(&bad)
        #expect(throws: expected) { try gate.offer(bad, trustVersion: trustVersion) }
        #expect(gate.shelf.current?.metadata.version == 5)
        #expect(try gate.journal.manifestVersion(of: venue.event) == 5)
        #expect(await gate.scan(venue.paperCode(venue.ticket(1))).decision.code == .success)
        #expect(!FileManager.default.fileExists(atPath: gate.shelf.downloadPath))
    }

    @Test("a newer version takes over while the gate runs")
    func newerVersion() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        #expect(await gate.scan(venue.paperCode(venue.ticket(1))).decision.code == .success)
        var next = fixture
        next.version = 6
        next.tickets = next.tickets.map { next.row($0.id, status: .revoked) }
        try gate.offer(next)
        let settled = await gate.scan(venue.paperCode(venue.ticket(2)))
        #expect(settled.decision.code == .revoked)
        #expect(settled.manifest == 6)
        let left = try FileManager.default.contentsOfDirectory(atPath: gate.data.manifests)
        #expect(left.filter { $0.hasSuffix(".sqlite") } == ["6.sqlite"])
        #expect(left.allSatisfy { $0.hasPrefix("6.sqlite") }, "with SQLite's own files beside it")
    }

    @Test("an older version is refused")
    func rollback() async throws {
        try await refused(.rollback(held: 5, offered: 4)) { $0.version = 4 }
    }

    @Test("the highest version is remembered even when the manifest files are gone")
    func rollbackAfterReplacement() async throws {
        let scratch = try ScratchFolder()
        try StoreGate(fixture, venue: venue, scratch: scratch).journal.close()
        try FileManager.default.removeItem(atPath: scratch.file("manifest"))
        let gate = try StoreGate(nil, venue: venue, scratch: scratch)
        var old = fixture
        old.version = 4
        #expect(throws: ManifestRefusal.rollback(held: 5, offered: 4)) { try gate.offer(old) }
        #expect(gate.shelf.current == nil)
        try gate.offer(fixture)
        #expect(gate.shelf.current?.metadata.version == 5)
    }

    @Test("another event's manifest is refused")
    func otherEvent() async throws {
        let other = try TestVenue(seed: 2).event
        try await refused(.otherEvent(other)) { $0.event = other }
    }

    @Test("a trigger, a view, an index, one more column or table: refused, whoever signed it")
    func extraSchema() async throws {
        let additions = [
            ("x", "CREATE TRIGGER x AFTER INSERT ON local BEGIN DELETE FROM ticket; END"),
            ("x", "CREATE VIEW x AS SELECT * FROM ticket"),
            ("x", "CREATE INDEX x ON ticket(class)"),
            ("ticket", "ALTER TABLE ticket ADD COLUMN extra TEXT"),
            ("x", "CREATE TABLE x(a)"),
            ("local", "DROP TABLE local"),
        ]
        for (name, sql) in additions {
            try await refused(.schemaText(name)) { $0.extraSQL = [sql] }
        }
    }

    @Test("a row more than was hashed is refused")
    func otherContent() async throws {
        try await refused(.content) {
            $0.extraSQL = ["UPDATE ticket SET status=1, class=9"]
        }
        try await refused(.rowCount(.ticket)) {
            $0.extraSQL = ["DELETE FROM ticket WHERE id IN (SELECT min(id) FROM ticket)"]
        }
    }

    @Test("a row that cannot be one is refused, even if it was signed so")
    func badRow() async throws {
        try await refused(.row(.ticket)) { $0.extraSQL = ["UPDATE ticket SET status=77"] }
        try await refused(.row(.access)) { $0.extraSQL = ["UPDATE access SET hall=70000"] }
    }

    @Test("a policy that this gate does not know is refused")
    func unknownPolicy() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        var bad = fixture
        bad.version = 6
        bad.extraSQL = ["UPDATE meta SET v='perhaps' WHERE k='unlisted'"]
        #expect(throws: ManifestRefusal.self) { try gate.offer(bad) }
        #expect(gate.shelf.current?.metadata.version == 5)
    }

    @Test("keys that only a later trust list names: sync that first")
    func trustTooOld() async throws {
        try await refused(.trustTooOld(needed: 9), trustVersion: 8) { $0.trustMin = 9 }
    }

    @Test("a file in WAL mode is refused before SQLite opens it")
    func walFile() async throws {
        try await refused(.schemaText("write-ahead log")) {
            $0.extraSQL = ["PRAGMA journal_mode=WAL"]
        }
    }

    @Test("truncated, longer or altered by one bit: refused, the old one stays")
    func damagedFile() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        var next = fixture
        next.version = 6
        let changes: [(String, (inout Data) -> Void)] = [
            ("truncated", { $0.removeLast(1) }), ("empty", { $0 = Data() }),
            ("longer", { $0.append(0) }), ("one bit", { $0[$0.count / 2] ^= 1 }),
            ("header", { $0[0] ^= 1 }),
        ]
        for (name, change) in changes {
            let signed = try next.write(to: gate.shelf.downloadPath)
            let url = URL(fileURLWithPath: gate.shelf.downloadPath)
            var bytes = try Data(contentsOf: url)
            change(&bytes)
            try bytes.write(to: url)
            #expect(throws: ManifestRefusal.self, "\(name)") {
                try gate.shelf.install(signed.envelope, trust: venue.trustList())
            }
            #expect(gate.shelf.current?.metadata.version == 5, "\(name)")
        }
        try gate.offer(next)
        #expect(gate.shelf.current?.metadata.version == 6)
    }

    @Test("metadata signed by a key of another role, or of another venue, is refused")
    func wrongSigner() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        var next = fixture
        next.version = 6
        let signed = try next.write(to: gate.shelf.downloadPath)
        for key in [venue.fresh, venue.live, try TestVenue(seed: 2).manifest] {
            let forged = Envelope(.manifest, payload: signed.metadata.payload, signedBy: [key])
            #expect(throws: ManifestRefusal.envelope(.badSignature)) {
                try gate.shelf.offered(forged, trust: venue.trustList())
            }
        }
        #expect(
            try gate.shelf.offered(signed.envelope, trust: venue.trustList())?.version == 6
        )
    }

    @Test("a stored file that was altered on disk is not taken into service again")
    func alteredOnDisk() async throws {
        let alterations = [
            "UPDATE ticket SET class=8 WHERE id=(SELECT max(id) FROM ticket)",
            "DELETE FROM code WHERE h=(SELECT max(h) FROM code)",
            "INSERT INTO class VALUES(9,'Balcony')", "CREATE VIEW v AS SELECT 1",
            "UPDATE local SET v=zeroblob(2056) WHERE k='state'", "DELETE FROM local",
        ]
        for sql in alterations {
            let scratch = try ScratchFolder()
            try StoreGate(fixture, venue: venue, scratch: scratch).journal.close()
            let file = try DatabaseQueue(path: scratch.file("manifest/5.sqlite"))
            try await file.write { try $0.execute(sql: sql) }
            try file.close()
            let gate = try StoreGate(nil, venue: venue, scratch: scratch)
            #expect(throws: ManifestRefusal.self, "\(sql)") {
                try gate.shelf.restore(trust: venue.trustList())
            }
            #expect(gate.shelf.current == nil)
            // The same version can be downloaded again, beside the bad file.
            try gate.offer(fixture)
            #expect(gate.shelf.current?.metadata.version == 5)
        }
    }

    @Test("the same version with other content is refused; the same file again is no news")
    func versionReused() async throws {
        let gate = try StoreGate(fixture, venue: venue)
        let path = gate.scratch.file("other.sqlite")
        var other = fixture
        other.tickets.removeLast()
        let signed = try other.write(to: path)
        #expect(throws: ManifestRefusal.versionReused(5)) {
            try gate.shelf.offered(signed.envelope, trust: venue.trustList())
        }
        let same = try fixture.write(to: gate.scratch.file("same.sqlite"))
        #expect(try gate.shelf.offered(same.envelope, trust: venue.trustList()) == nil)
    }
}
