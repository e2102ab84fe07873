import Barcodes
import Encodings
import Foundation
import GateStore
import ManifestFormat
import Platform
import Sodium
import TestSupport
import Testing
import TicketModel
import TokenFormat
import TrustFormat

/// What one run of the program gave.
struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String

    var lines: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONReader.read(Array($0.utf8)) } }
    }
}

/// Runs `stile-gate` to its end.
func stileGate(_ arguments: String...) async throws -> Outcome {
    try await stileGate(arguments)
}

func stileGate(_ arguments: [String]) async throws -> Outcome {
    let scratch = try ScratchFolder()
    return try await offPool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try GateProcess.program())
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let files = ["out", "err"].map { scratch.file($0) }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: files[0])
        process.standardError = FileHandle(forWritingAtPath: files[1])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: files[0], encoding: .utf8),
            errors: try String(contentsOfFile: files[1], encoding: .utf8)
        )
    }
}

@Suite("Settings files", .timeLimit(.minutes(1)))
struct SettingsTests {
    private static let examples = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Firmware-Config/examples").path

    @Test("every example of a gate's settings can be used")
    func examples() async throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.examples)
            .filter { $0.hasPrefix("gate") && $0.hasSuffix(".yaml") }
        try #require(!files.isEmpty)
        for file in files {
            let outcome = try await stileGate("check-config", "\(Self.examples)/\(file)")
            #expect(outcome.status == 0, "\(file): \(outcome.errors)")
        }
    }

    private static let sound = """
        data: /tmp/x
        event: 01909f2e8c4b7a6d9e0f1a2b3c4d5e6f
        lanes: [1]
        lane-1:
          tcp: 127.0.0.1:9101

        """

    @Test(
        "a setting that is wrong, missing or unknown is named",
        arguments: [
            ("data: /tmp/x", "", "'data' is missing"),
            ("data: /tmp/x", "data: /tmp/x\ndatta: /tmp/y", "unknown setting 'datta'"),
            ("data: /tmp/x", "data: [1, 2]", "'data' must be a single value"),
            ("lanes: [1]", "lanes: 1", "'lanes' must be a list"),
            ("lanes: [1]", "lanes: [1, 1]", "'lanes' must be a list of up to"),
            ("lanes: [1]", "lanes: [2]", "unknown setting 'lane-1.tcp'"),
            ("127.0.0.1:9101", "0.0.0.0:9101", "'lane-1.tcp' must be a loopback address"),
            ("127.0.0.1:9101", "nowhere", "'lane-1.tcp' must be an address"),
            ("event: 01909f", "event: 01909g", "'event' must be 32 hex digits"),
            ("lanes: [1]", "lanes: [1]\ncentral: {url: ftp://x}", "'central.url' must be http"),
            ("lanes: [1]", "lanes: [1]\ncentral: {url: http://x}", "'central.root' is missing"),
            ("lanes: [1]", "lanes: [1]\nstatus: {listen: 0.0.0.0:1}", "status.allow-remote"),
            ("lanes: [1]", "lanes: [1", "is not YAML"),
            ("lanes: [1]", "lanes: [1]\nlanguage: de", "'language' must be en or hr"),
            ("lane-1:", "lane-1:\n  language: HR", "'lane-1.language' must be en or hr"),
        ]
    )
    func faults(old: String, new: String, expected: String) async throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("gate.yaml")
        let text = Self.sound.replacingOccurrences(of: old, with: new)
        try #require(ScratchFolder.write(text, to: file))
        let outcome = try await stileGate("check-config", file)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }
}

@Suite("stile-gate decode", .timeLimit(.minutes(1)))
struct DecodeTests {
    @Test("each code gives a line; a file without a code or that is no image gives status 1")
    func decoding() async throws {
        let scratch = try ScratchFolder()
        let text = String(
            decoding: try TestVenue().paperCode(TicketID(high: 1, low: 2)),
            as: UTF8.self
        )
        let good = scratch.file("good.png")
        try AtomicFile.write(try QRCode(text, .paper).png(), to: good, mode: 0o600)
        let found = try await stileGate("decode", "--json", good)
        #expect(found.status == 0)
        #expect(try found.lines.first?["text"]?.string == text)
        #expect(try found.lines.first?["type"]?.string == "qr")
        let plain = try await stileGate("decode", good)
        #expect(plain.output.hasPrefix("\(good)\tqr\t\(text)\t"))

        let bad = scratch.file("bad.png")
        try #require(ScratchFolder.write("no image", to: bad))
        let mixed = try await stileGate("decode", "--json", bad, good, scratch.file("missing.png"))
        #expect(mixed.status == 1)
        #expect(try mixed.lines.map { $0["text"]?.string } == [nil, text, nil])
    }
}

@Suite("stile-gate verify", .timeLimit(.minutes(1)))
struct VerifyTests {
    @Test("codes are judged as at a gate, by the given time and place, and nothing is written")
    func verdicts() async throws {
        let venue = try TestVenue()
        let scratch = try ScratchFolder()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(3)
        fixture.tickets.append(fixture.row(venue.ticket(9), status: .revoked))
        let signed = try fixture.write(to: scratch.file("m.sqlite"))
        try AtomicFile.write(signed.envelope.json, to: scratch.file("m.json"), mode: 0o600)
        try AtomicFile.write(
            venue.trustEnvelope().json,
            to: scratch.file("trust.json"),
            mode: 0o600
        )
        try AtomicFile.write(venue.barcodeKey, to: scratch.file("key"), mode: 0o600)
        let before = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
        let live = venue.liveCode(venue.ticket(0), at: TestVenue.opening)
        let own = try #require(venue.ownCode(venue.ticket(1)))
        let codes = [
            String(decoding: live, as: UTF8.self), own.grouped,
            String(decoding: venue.paperCode(venue.ticket(9)), as: UTF8.self), "4006381333931",
        ]
        let options = [
            "verify", "--manifest", scratch.file("m.sqlite"), "--metadata", scratch.file("m.json"),
            "--trust", scratch.file("trust.json"), "--root", Hex.encode(venue.rootHash),
            "--barcode-key", scratch.file("key"), "--hall", "3", "--gate", "12",
        ]
        let now = ["--at", String(TestVenue.opening.milliseconds + 5000)]
        let outcome = try await stileGate(options + now + codes)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try outcome.lines.map { $0["verdict"]?.string }
                == ["SUCCESS", "SUCCESS", "REVOKED", "NOT_FOUND"]
        )
        let later = try await stileGate(options + ["--at", "2025-10-09T09:00:00Z"] + codes)
        #expect(try later.lines.first?["verdict"]?.string == "EXPIRED")
        let elsewhere = try await stileGate(options + now + ["--hall", "4"] + codes)
        #expect(try elsewhere.lines.first?["verdict"]?.string == "WRONG_HALL")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == before
        )
    }

    @Test("phones' and wallets' codes are judged too, a pass only with the wallet key")
    func phones() async throws {
        let venue = try TestVenue()
        let scratch = try ScratchFolder()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(1)
        let bound = venue.ticket(5)
        fixture.tickets.append(
            fixture.row(bound, holder: try venue.holder(of: bound).publicKey)
        )
        _ = try fixture.write(to: scratch.file("m.sqlite"))
        try AtomicFile.write(
            venue.trustEnvelope().json,
            to: scratch.file("trust.json"),
            mode: 0o600
        )
        let key = Base64.encodeURL(venue.walletKey) + "\n"
        try AtomicFile.write(Array(key.utf8), to: scratch.file("wallet"), mode: 0o600)
        let now = TestVenue.opening
        let codes = [
            try venue.holderCode(bound, at: now), try venue.holderFullCode(bound, at: now),
            try venue.holderCode(venue.ticket(0), at: now), venue.walletCode(bound, at: now),
        ].map { String(decoding: $0, as: UTF8.self) }
        let options = [
            "verify", "--manifest", scratch.file("m.sqlite"), "--trust", scratch.file("trust.json"),
            "--hall", "3", "--gate", "12", "--at", String(now.milliseconds),
        ]
        let without = try await stileGate(options + codes)
        #expect(
            try without.lines.map { $0["verdict"]?.string }
                == ["SUCCESS", "SUCCESS", "SHOW_LONG_CODE", "METHOD_NOT_ALLOWED"]
        )
        let with = try await stileGate(options + ["--wallet-key", scratch.file("wallet")] + codes)
        #expect(try with.lines.last?["verdict"]?.string == "SUCCESS")
        #expect(try with.lines.last?["form"] == .integer(5))
    }

    @Test("metadata of another key, or of another file, is refused in words")
    func notBelieved() async throws {
        let venue = try TestVenue()
        let scratch = try ScratchFolder()
        let signed = try ManifestFixture(venue).write(to: scratch.file("m.sqlite"))
        let forged = Envelope(
            .manifest,
            payload: signed.metadata.payload,
            signedBy: [venue.live]
        )
        try AtomicFile.write(forged.json, to: scratch.file("m.json"), mode: 0o600)
        try AtomicFile.write(
            venue.trustEnvelope().json,
            to: scratch.file("trust.json"),
            mode: 0o600
        )
        let outcome = try await stileGate(
            "verify",
            "--manifest",
            scratch.file("m.sqlite"),
            "--metadata",
            scratch.file("m.json"),
            "--trust",
            scratch.file("trust.json"),
            "X"
        )
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains("badSignature"))
        #expect(outcome.output.isEmpty)
    }
}

@Suite("stile-gate run", .timeLimit(.minutes(1)))
struct RunTests {
    @Test("it prints one line per verdict, and closes its log with STOP when told to end")
    func running() async throws {
        let venue = try TestVenue()
        let scratch = try ScratchFolder()
        var fixture = ManifestFixture(venue)
        fixture.addTickets(3)
        let data = try scratch.folder("data")
        _ = try PreparedGate(folder: data, venue: venue, manifest: fixture)
        let port = try LineClient.freePort()
        let settings = TestSettings(data: data, event: venue.event, ports: [1: port])
        try #require(ScratchFolder.write(settings.yaml, to: scratch.file("gate.yaml")))
        let paths = (
            settings: scratch.file("gate.yaml"), log: scratch.file("log"), out: scratch.file("out")
        )
        let status = try await offPool {
            let gate = try GateProcess(
                settings: paths.settings,
                log: paths.log,
                output: paths.out
            )
            let client = try LineClient(port: port, within: 10)
            for number in [0, 1, 1, 99] {
                _ = try client.scan(venue.paperCode(venue.ticket(number)))
            }
            return gate.stop()
        }
        #expect(status == 0)
        let output = try String(contentsOfFile: paths.out, encoding: .utf8)
        let lines = try output.split(separator: "\n").map { try JSONReader.read(Array($0.utf8)) }
        #expect(
            lines.map { $0["verdict"]?.string } == ["SUCCESS", "SUCCESS", "SUCCESS", "NOT_FOUND"]
        )
        #expect(lines.map { $0["repeated"] } == [false, false, true, false].map { .bool($0) })
        let journal = try Journal(path: GateData(data).journal)
        let audit = try journal.audit()
        #expect(audit.faults == [])
        // START, MODE (it hears nobody), three scans (the repeat has no record), STOP.
        #expect(audit.records == 6)
    }

    @Test("settings that are wrong end it with words, not with a trace")
    func wrongSettings() async throws {
        let outcome = try await stileGate("run", "--config", "no-such-file.yaml")
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains("no-such-file.yaml: cannot be read"))
    }
}
