import AdmissionRules
import EntryLogFormat
import Foundation
import GateLogic
import GateService
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("A gate whose log was lost", .timeLimit(.minutes(1)))
struct LogLossTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(20)
        self.fixture = fixture
    }

    private func code(_ number: Int) -> [UInt8] { venue.paperCode(venue.ticket(number)) }

    /// Admits `numbers` at a gate that central hears, and closes it.
    private func evening(
        _ numbers: Range<Int>,
        at scratch: ScratchFolder,
        _ url: String
    ) async throws {
        let gate = try await ServiceGate(venue, prepared: nil, url: url, scratch: scratch)
        try await gate.syncing {
            for number in numbers {
                #expect(await gate.scan(code(number)).decision.code == .success)
            }
            try await expectEventually { try gate.waiting() == 0 }
        }
        try gate.core.journal.close()
    }

    /// Lets a gate with a lost log sync until it may admit again, and checks the next epoch.
    private func expectNextEpoch(
        _ scratch: ScratchFolder,
        _ central: FakeCentral,
        _ url: String
    ) async throws {
        let gate = try await ServiceGate(venue, prepared: nil, url: url, scratch: scratch)
        try await gate.syncing {
            try await expectEventually { gate.core.identity?.epoch == 2 }
            try await expectEventually { gate.core.shelf.current != nil }
            #expect(gate.core.logFault == nil)
            #expect(await gate.scan(code(10)).decision.code == .success)
            try await expectEventually {
                try gate.core.journal.uploadState(of: 2).waiting == 0
            }
        }
        #expect(try gate.core.journal.closedEpochs().map(\.epoch) == [1])
        #expect(central.records.allSatisfy { $0.record.epoch == 2 })
        #expect(try gate.core.journal.audit().faults == [])
        #expect(gate.core.keys.sign.publicKey != venue.deviceSign.publicKey)
        try gate.core.journal.close()
        // The next start finds everything in order.
        let again = try await ServiceGate(venue, prepared: nil, url: url, scratch: scratch)
        #expect(again.core.identity?.epoch == 2 && again.core.logFault == nil)
        try await again.client.shutdown()
    }

    /// Copies a journal with the files beside it over another one.
    private func move(_ scratch: ScratchFolder, from: String, to: String) throws {
        let files = FileManager.default
        for suffix in ["", "-wal", "-shm"] {
            let (source, target) = (scratch.file(from + suffix), scratch.file(to + suffix))
            if files.fileExists(atPath: target) { try files.removeItem(atPath: target) }
            if files.fileExists(atPath: source) {
                try files.copyItem(atPath: source, toPath: target)
            }
        }
    }

    @Test("a journal put back from an old copy is noticed at the start, without central")
    func restored() async throws {
        let central = try FakeCentral(venue)
        try central.offer(fixture)
        try await central.serving { [venue, fixture] url in
            let scratch = try ScratchFolder()
            _ = try PreparedGate(folder: scratch.path, venue: venue, manifest: fixture)
            try await evening(0..<3, at: scratch, url)
            try move(scratch, from: "journal.sqlite", to: "copy.sqlite")
            try await evening(3..<6, at: scratch, url)
            try move(scratch, from: "copy.sqlite", to: "journal.sqlite")

            let alone = try await ServiceGate(
                venue,
                prepared: nil,
                url: "http://127.0.0.1:1",
                scratch: scratch
            )
            #expect(alone.core.identity == nil)
            #expect(alone.core.logFault?.contains("confirmed") == true)
            // A used ticket would get in again here: nobody does, until central has been heard.
            let verdict = await alone.scan(code(4))
            #expect(verdict.decision.code == .manifestExpired)
            #expect(verdict.fault?.contains("confirmed") == true)
            try await alone.client.shutdown()
            try alone.core.journal.close()
            try await expectNextEpoch(scratch, central, url)
        }
    }

    @Test("a gate that lost its whole journal, but not its keys, starts the next epoch")
    func lost() async throws {
        let central = try FakeCentral(venue)
        try central.offer(fixture)
        try await central.serving { [venue, fixture] url in
            let scratch = try ScratchFolder()
            _ = try PreparedGate(folder: scratch.path, venue: venue, manifest: fixture)
            try await evening(0..<3, at: scratch, url)
            for suffix in ["", "-wal", "-shm"] {
                // The files beside the journal are gone already if it was closed.
                try? FileManager.default.removeItem(
                    atPath: GateData(scratch.path).journal + suffix
                )
            }
            try await expectNextEpoch(scratch, central, url)
        }
    }

    @Test("central has signed for another record: that log ends, the next one begins, once")
    func contradicted() async throws {
        let central = try FakeCentral(venue)
        try central.offer(fixture)
        central.tell { $0.upload = .foreignHead }
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                #expect(await gate.scan(code(0)).decision.code == .success)
                try await expectEventually { gate.core.identity?.epoch == 2 }
                // What was used before the log ended stays used.
                #expect(await gate.scan(code(1)).decision.code == .success)
                let second = LaneKeeper(
                    .init(number: LaneNumber(2), direction: .entry),
                    core: gate.core
                )
                #expect(await second.scan(code(0), scanner: "test").decision.code == .duplicate)
                try await expectEventually {
                    try gate.core.journal.uploadState(of: 2).waiting == 0
                }
                // A central that goes on erring uses up no further epoch.
                central.tell { $0.upload = .foreignHead }
                #expect(await gate.scan(code(2)).decision.code == .success)
                try await expectEventually { gate.core.uploadFault?.contains("fork") == true }
                #expect(gate.core.identity?.epoch == 2)
            }
            #expect(try gate.core.journal.audit().faults == [])
        }
    }
}
