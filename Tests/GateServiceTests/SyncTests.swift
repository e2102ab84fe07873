import AdmissionRules
import EntryLogFormat
import GateLogic
import GateService
import GateStore
import ManifestFormat
import Sodium
import Synchronization
import TestSupport
import Testing
import TicketModel
import TokenFormat
import TrustFormat
import VenueAPI

@Suite("A gate and its central", .timeLimit(.minutes(2)), .serialized)
struct SyncTests {
    let venue: TestVenue
    let fixture: ManifestFixture

    init() throws {
        venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(50)
        fixture.version = 5
        self.fixture = fixture
    }

    private func code(_ number: Int) -> [UInt8] { venue.paperCode(venue.ticket(number)) }

    @Test("a new gate enrols, syncs, admits, and central gets every record")
    func wholeWay() async throws {
        let central = try FakeCentral(venue)
        try central.offer(fixture)
        try await central.serving { [venue] url in
            let gate = try await ServiceGate(venue, prepared: nil, url: url)
            let before = await gate.scan(code(0))
            #expect(before.decision.code == .manifestExpired)
            #expect(before.sequence == nil)
            try await gate.syncing {
                try await expectEventually { gate.core.shelf.current != nil }
                #expect(gate.core.identity?.device == venue.device)
                #expect(gate.core.clock.reading().state == .synced)
                #expect(await gate.scan(code(0)).decision.code == .success)
                try await expectEventually { gate.core.settlement.hasBarcodeKey }
                let own = try #require(venue.ownCode(venue.ticket(1)))
                #expect(await gate.scan(Array(own.text.utf8)).decision.code == .success)
                try await expectEventually {
                    central.records.contains { $0.record.kind == "MODE" }
                }
                try await expectEventually { try gate.waiting() == 0 }
            }
            let kinds = central.records.map(\.record.kind)
            #expect(kinds.filter { $0 == "SCAN" }.count == 2)
            #expect(kinds.contains("SYNC"))
            #expect(try gate.core.journal.audit().faults == [])
            let keys = Set(central.script.withLock { $0.keys })
            #expect(keys == ["Bearer test-key"])
        }
    }

    @Test("what was enrolled and synced is there again after a restart without central")
    func restart() async throws {
        let central = try FakeCentral(venue)
        try central.offer(fixture)
        let scratch = try ScratchFolder()
        try DeviceKeys(sign: venue.deviceSign, box: venue.deviceBox)
            .store(GateData(scratch.path).deviceKey)
        try await central.serving { [venue] url in
            let gate = try await ServiceGate(venue, prepared: nil, url: url, scratch: scratch)
            try await gate.syncing {
                try await expectEventually { gate.core.settlement.hasBarcodeKey }
                try await expectEventually { gate.core.shelf.current != nil }
                #expect(await gate.scan(code(7)).decision.code == .success)
            }
            try gate.core.journal.close()
        }
        let gate = try await ServiceGate(venue, prepared: nil, scratch: scratch)
        #expect(gate.core.clock.reading().state == .synced, "the boot is the same")
        #expect(await gate.scan(code(7)).decision.code == .duplicate)
        let own = try #require(venue.ownCode(venue.ticket(8)))
        #expect(await gate.scan(Array(own.text.utf8)).decision.code == .success)
        try await gate.client.shutdown()
    }

    @Test(
        "central down, failing or talking garbage: the gate goes on, says so, and recovers",
        arguments: [FakeCentral.Mood.serverError, .garbage]
    )
    func misbehaving(mood: FakeCentral.Mood) async throws {
        let central = try FakeCentral(venue)
        central.tell { $0.mood = mood }
        var newer = fixture
        newer.version = 6
        try central.offer(newer)
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                try await expectEventually { gate.core.syncFault != nil }
                let verdict = await gate.scan(code(1))
                #expect(verdict.decision.code == .success)
                #expect(verdict.decision.flags.contains(.isolated))
                #expect(gate.core.shelf.current?.metadata.version == 5)
                central.tell { $0.mood = .well }
                try await expectEventually(within: 30) {
                    try gate.core.shelf.current?.metadata.version == 6 && gate.waiting() == 0
                }
            }
        }
    }

    @Test("a central that takes requests and never answers holds up no scan")
    func silentCentral() async throws {
        let central = try FakeCentral(venue)
        central.tell { $0.mood = .silent }
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                try await expectEventually { central.requests(GateAPI.time) > 0 }
                for number in 0..<50 {
                    #expect(await gate.scan(code(number)).decision.code == .success)
                }
                #expect(gate.core.syncFault == nil, "all scans were done while it still waited")
            }
        }
    }

    @Test("after a gap answer the gate sends again from what central misses")
    func gap() async throws {
        let central = try FakeCentral(venue)
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                for number in 0..<3 { _ = await gate.scan(code(number)) }
                try await expectEventually { try gate.waiting() == 0 }
                let held = central.records.count
                // Central has lost its last records, as after a restored backup.
                central.tell { script in
                    script.records.removeLast(2)
                    script.upload = .gap(UInt64(script.records.count))
                }
                _ = await gate.scan(code(3))
                try await expectEventually { central.records.count > held }
            }
            #expect(
                central.records.map(\.record.sequence)
                    == (0..<central.records.count).map {
                        UInt64($0)
                    }
            )
        }
    }

    @Test("a fork that nobody signed stops the upload and is told; the gate goes on admitting")
    func fork() async throws {
        let central = try FakeCentral(venue)
        central.tell { $0.upload = .fork }
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                #expect(await gate.scan(code(0)).decision.code == .success)
                try await expectEventually { gate.core.uploadFault?.contains("fork") == true }
                let uploads = central.script.withLock { $0.uploads }
                for number in 1..<20 {
                    #expect(await gate.scan(code(number)).decision.code == .success)
                }
                try await Task.sleep(for: UploadLoop.lookEvery * 2)
                #expect(central.script.withLock { $0.uploads } == uploads)
            }
            #expect(try gate.core.journal.uploadState(of: 1).confirmed == 0)
        }
    }

    @Test("a receipt that the receipt key did not sign confirms nothing")
    func forgedReceipt() async throws {
        let central = try FakeCentral(venue)
        central.tell { $0.upload = .badReceipt }
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                _ = await gate.scan(code(0))
                try await expectEventually { gate.core.uploadFault != nil }
                #expect(try gate.waiting() > 0)
                central.tell { $0.upload = .well }
                try await expectEventually(within: 20) { try gate.waiting() == 0 }
            }
        }
    }

    @Test("an older manifest is refused even if central offers it")
    func rollback() async throws {
        let central = try FakeCentral(venue)
        var older = fixture
        older.version = 4
        try central.offer(older)
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                try await expectEventually {
                    gate.core.manifestFault?.contains("held already") == true
                }
                #expect(gate.core.shelf.current?.metadata.version == 5)
                #expect(await gate.scan(code(2)).decision.code == .success)
            }
        }
    }

    @Test("a manifest altered on its way is refused; the next sound one is taken")
    func alteredManifest() async throws {
        let central = try FakeCentral(venue)
        var newer = fixture
        newer.version = 6
        try central.offer(newer) { $0[$0.count / 2] ^= 1 }
        try await central.serving { [venue, fixture, newer] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                try await expectEventually { central.requests("manifest") > 0 }
                try await expectEventually {
                    gate.core.manifestFault == "version 6: file hash differs"
                }
                #expect(gate.core.shelf.current?.metadata.version == 5)
                #expect(await gate.scan(code(3)).decision.code == .success)
                try central.offer(newer)
                try await expectEventually(within: 30) {
                    gate.core.shelf.current?.metadata.version == 6
                }
            }
        }
    }

    @Test("a central with other root keys than the pinned ones enrols nobody")
    func otherRoot() async throws {
        let central = try FakeCentral(venue)
        let pinned = try TestVenue(seed: 2).rootHash
        try await central.serving { [venue] url in
            let gate = try await ServiceGate(venue, prepared: nil, url: url, root: pinned)
            try await gate.syncing {
                try await expectEventually {
                    gate.core.syncFault?.contains("not believed") == true
                }
                #expect(gate.core.identity == nil)
                #expect(gate.core.trust == nil)
            }
        }
    }

    @Test("an answer to another nonce does not set the clock")
    func otherNonce() async throws {
        let central = try FakeCentral(venue)
        central.tell { $0.isNonceKept = false }
        try await central.serving { [venue, fixture] url in
            let gate = try await ServiceGate(venue, prepared: fixture, url: url)
            try await gate.syncing {
                try await expectEventually { central.requests(GateAPI.time) > 0 }
                try await expectEventually { central.requests(GateAPI.trust) > 0 }
                #expect(gate.core.clock.reading().state == .untrusted)
            }
        }
    }
}
