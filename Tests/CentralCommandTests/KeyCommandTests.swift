import CentralStore
import Encodings
import Foundation
import Glibc
import Platform
import Sodium
import TestSupport
import Testing
import TicketModel
import TrustFormat

@Suite("stile-central keys", .timeLimit(.minutes(2)), .serialized)
struct KeyCommandTests {
    /// Makes `count` root key files with one passphrase.
    private func roots(
        _ count: Int,
        in scratch: ScratchFolder
    ) async throws -> (files: [String], publics: String, passphrase: String) {
        let passphrase = scratch.file("passphrase")
        try #require(ScratchFolder.write("correct horse battery staple\n", to: passphrase))
        for _ in 0..<count {
            try done(
                await stileCentral(
                    "keys",
                    "root",
                    "create",
                    "--out",
                    scratch.file("roots"),
                    "--passphrase-file",
                    passphrase
                )
            )
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("roots"))
        let paths = names.sorted().map { scratch.file("roots/\($0)") }
        return (
            paths.filter { $0.hasSuffix(".key") },
            paths.filter { $0.hasSuffix(".pub") }.joined(separator: ","),
            passphrase
        )
    }

    @Test("two of three owners sign the first list offline; only then can a gate enrol")
    func ceremony() async throws {
        let scratch = try ScratchFolder()
        let data = scratch.file("central")
        let (files, publics, passphrase) = try await roots(3, in: scratch)
        #expect(try files.allSatisfy { try mode($0) == 0o600 })
        try done(
            await stileCentral(
                "init",
                "--data",
                data,
                "--root",
                publics,
                "--threshold",
                "2",
                "--json"
            )
        )
        let proposal = scratch.file("trust.proposal")
        let proposed = try done(
            await stileCentral("keys", "trust", "propose", "--data", data, "--out", proposal)
        )
        #expect(proposed.output.contains("receipt key"))
        let early = try await stileCentral("keys", "trust", "install", "--data", data, proposal)
        #expect(early.status == 65 && early.errors.contains("not enough root keys"))
        for file in [files[0], files[2]] {
            let signed = try done(
                await stileCentral(
                    "keys",
                    "trust",
                    "sign",
                    "--root",
                    file,
                    "--passphrase-file",
                    passphrase,
                    "--yes",
                    proposal
                )
            )
            #expect(signed.output.contains("manifest key"))
        }
        try done(await stileCentral("keys", "trust", "install", "--data", data, proposal))
        let list = try done(await stileCentral("keys", "list", "--data", data, "--json")).json
        #expect(list["trust"]?["version"] == .integer(1))
        #expect(list["trust"]?["root"]?.string == "offline")
        #expect(list["trust"]?["pending"] == .array([]))
        let twice = try await stileCentral("keys", "trust", "install", "--data", data, proposal)
        #expect(twice.status == 65 && twice.errors.contains("2 comes next"))
    }

    @Test("a wrong passphrase, an unasked signature and a foreign file change nothing")
    func refusals() async throws {
        let scratch = try ScratchFolder()
        let data = scratch.file("central")
        let (files, publics, passphrase) = try await roots(1, in: scratch)
        try done(await stileCentral("init", "--data", data, "--root", publics))
        let proposal = scratch.file("p")
        try done(
            await stileCentral("keys", "trust", "propose", "--data", data, "--out", proposal)
        )
        let before = try AtomicFile.read(proposal)
        let wrong = scratch.file("wrong")
        try #require(ScratchFolder.write("incorrect horse\n", to: wrong))
        let denied = try await stileCentral(
            "keys",
            "trust",
            "sign",
            "--root",
            files[0],
            "--passphrase-file",
            wrong,
            "--yes",
            proposal
        )
        #expect(denied.status == 77 && denied.errors.contains("passphrase does not open"))
        let unasked = try await stileCentral(
            "keys",
            "trust",
            "sign",
            "--root",
            files[0],
            "--passphrase-file",
            passphrase,
            proposal
        )
        #expect(unasked.status != 0)
        let foreign = try await stileCentral("keys", "trust", "show", passphrase)
        #expect(foreign.status == 65)
        #expect(try AtomicFile.read(proposal) == before)
        let bad = try await stileCentral("init", "--data", scratch.file("x"), "--root", "nonsense")
        #expect(bad.status == 65 && bad.errors.contains("nonsense"))
    }

    @Test("the master key is changed: the old one opens nothing any more")
    func rewrap() async throws {
        let scratch = try ScratchFolder()
        let data = scratch.file("central")
        try done(await stileCentral("init", "--data", data))
        let old = try AtomicFile.read("\(data)/master.key")
        let new = scratch.file("new.key")
        let server = try CentralProcess(
            data: data,
            port: try LineClient.freePort(),
            log: scratch.file("log")
        )
        #expect(
            try await eventually(within: 20) {
                FileManager.default.fileExists(atPath: "\(data)/lock")
            }
        )
        try await Task.sleep(for: .milliseconds(500))
        let busy = try await stileCentral(
            "keys",
            "rewrap",
            "--data",
            data,
            "--new-master-key",
            new
        )
        #expect(busy.status == 69 && busy.errors.contains("in use"))
        #expect(server.stop() == 0)
        try done(
            await stileCentral("keys", "rewrap", "--data", data, "--new-master-key", new)
        )
        #expect(try mode(new) == 0o600)
        #expect(try AtomicFile.read("\(data)/master.key") == AtomicFile.read(new))
        try done(await stileCentral("keys", "list", "--data", data))
        let denied = try await stileCentral(
            "keys",
            "list",
            "--data",
            data,
            environment: ["STILE_MASTER_KEY": String(decoding: old, as: UTF8.self)]
        )
        #expect(denied.status == 77 && denied.errors.contains("STILE_MASTER_KEY"))
        // A crash before the file was exchanged: everything is sealed anew, the old key lies there.
        try AtomicFile.write(AtomicFile.read(new), to: "\(data)/master.key.next", mode: 0o600)
        try AtomicFile.write(old, to: "\(data)/master.key", mode: 0o600)
        try done(await stileCentral("keys", "list", "--data", data))
        #expect(try AtomicFile.read("\(data)/master.key") == AtomicFile.read(new))
    }
}
