import CentralStore
import Database
import Encodings
import Foundation
import Platform
import Sodium
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("Backup and restore", .timeLimit(.minutes(2)), .serialized)
struct BackupTests {
    /// Records that central holds, by the sum of all receipts.
    private func held(_ house: House, _ directory: String) async throws -> Int {
        try await house.central(directory) { central in
            try await central.database.read { connection in
                var total = 0
                try connection.forEachRow("SELECT count(*) FROM log_record", []) {
                    total = Int(try $0.integer(0))
                }
                return total
            }
        }
    }

    private func manifest(_ house: House, _ directory: String) async throws -> Int64 {
        try await house.central(directory) { central in
            try await central.events.event(house.event).summary.manifestVersion
        }
    }

    private func untilHeld(_ count: Int, _ house: House, _ directory: String) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(30)
        var found = 0
        while ContinuousClock.now < deadline {
            found = try await held(house, directory)
            if found >= count { return found }
            try await Task.sleep(for: .milliseconds(200))
        }
        return found
    }

    @Test("central is put back from an old copy: the gate uploads what it lacks, nothing is lost")
    func oldCopy() async throws {
        let house = try await House(tickets: 30)
        try await house.open()
        let backup = house.scratch.file("evening.backup")
        let key = house.scratch.file("kept/master.key")
        _ = try house.scratch.folder("kept")
        try done(
            await stileCentral(
                "backup",
                "--data",
                house.data,
                "--out",
                backup,
                "--with-master-key",
                key
            )
        )
        #expect(try mode(backup) == 0o600 && mode(key) == 0o600)
        for number in 1..<20 {
            let code = try await house.central { try await house.code(number, from: $0) }
            #expect(try await house.scan(code) == "SUCCESS")
        }
        // START and twenty admissions, at least; then the machine dies.
        let before = try await untilHeld(21, house, house.data)
        #expect(before >= 21)
        let seen = try await manifest(house, house.data)
        try house.stopServer()

        let new = house.scratch.file("restored")
        let restored = try done(
            await stileCentral("restore", backup, "--data", new, "--master-key", key)
        )
        #expect(restored.output.contains("have jumped by"))
        #expect(try await held(house, new) < before)
        try house.startServer(new)
        // The next guest's record shows the gate that central lacks those before it.
        let code = try await house.central(new) { try await house.code(20, from: $0) }
        #expect(try await house.scan(code) == "SUCCESS")
        let after = try await untilHeld(before + 1, house, new)
        #expect(after >= before + 1)
        // Versions went on, and the gate takes the new ones: a guest who was let in stays known.
        let deadline = ContinuousClock.now + .seconds(20)
        while try await manifest(house, new) < seen + 1000, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
        }
        #expect(try await manifest(house, new) >= seen + 1000)
        let copied = try await house.central(new) { try await house.code(5, from: $0) }
        #expect(try await house.scan(copied) == "DUPLICATE")
        try house.close()
    }

    @Test("an altered backup, another master key and a folder in use are refused in words")
    func refusals() async throws {
        let scratch = try ScratchFolder()
        let data = scratch.file("central")
        try done(await stileCentral("init", "--data", data))
        let backup = scratch.file("b")
        try done(await stileCentral("backup", "--data", data, "--out", backup))
        let again = try await stileCentral("backup", "--data", data, "--out", backup)
        #expect(again.status == 65 && again.errors.contains("left alone"))
        let key = "\(data)/master.key"
        let used = try await stileCentral("restore", backup, "--data", data, "--master-key", key)
        #expect(used.status == 65 && used.errors.contains("not empty"))
        let bare = try await stileCentral("restore", backup, "--data", scratch.file("n"))
        #expect(bare.status == 77 && bare.errors.contains("--master-key"))

        let other = scratch.file("other.key")
        try #require(
            ScratchFolder.write(Base64.encodeURL(Sodium.randomBytes(32)), to: other)
        )
        let foreign = try await stileCentral(
            "restore",
            backup,
            "--data",
            scratch.file("n"),
            "--master-key",
            other
        )
        #expect(foreign.status == 65 && foreign.errors.contains("another master key"))

        var bytes = try AtomicFile.read(backup)
        bytes[bytes.count - 100] ^= 1
        try AtomicFile.write(bytes, to: backup, mode: 0o600)
        let altered = try await stileCentral(
            "restore",
            backup,
            "--data",
            scratch.file("n"),
            "--master-key",
            key
        )
        #expect(altered.status == 65 && altered.errors.contains("central.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: scratch.file("n")))
        try AtomicFile.write(Array(bytes.dropLast(50)), to: backup, mode: 0o600)
        let short = try await stileCentral(
            "restore",
            backup,
            "--data",
            scratch.file("n"),
            "--master-key",
            key
        )
        #expect(short.status == 65)
    }

    @Test("a backup holds no key in clear, and --exact gives back what was there")
    func exact() async throws {
        let house = try await House(tickets: 2)
        try await house.open()
        let backup = house.scratch.file("b")
        try done(await stileCentral("backup", "--data", house.data, "--out", backup))
        let secrets = try await house.central { central in
            let keys = try await central.keys.eventKeys(house.event, at: SystemClock.now())
            return [keys.live.seed, keys.paper.seed, keys.cred.seed, keys.barcodeKey]
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        for secret in secrets { #expect(bytes.range(of: Data(secret)) == nil) }
        let seen = try await manifest(house, house.data)
        try house.close()
        let key = "\(house.data)/master.key"
        let new = house.scratch.file("moved")
        try done(
            await stileCentral("restore", backup, "--data", new, "--master-key", key, "--exact")
        )
        #expect(try await manifest(house, new) == seen)
        try await house.central(new) { central in
            _ = try await central.manifests.latest(house.event)
            _ = try await house.code(1, from: central)
        }
    }
}
