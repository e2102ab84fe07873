import AdmissionRules
import Foundation
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import TicketModel
import TokenFormat
import TrustFormat

/// One scan from its text to its durable verdict, for every form of code, and the memory of a gate,
/// with a manifest of a million tickets.
enum FormBench {
    private static let tickets = 1_000_000
    private static let scansPerForm = 400
    /// Tens of milliseconds each.
    private static let slowScans = 60
    private static let now = TestVenue.opening
    private static let slow = ImportRule(fold: .upper, isSlow: true)

    private struct Form {
        let name: String
        let codes: [[UInt8]]
        var imports: Set<ImportRule> = [.exact]
    }

    static func run(_ table: inout Table) async throws {
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        let forms = try forms(venue)
        let fixture = try fixture(venue)
        // The gate's own store, in this process.
        let data = GateData(scratch.file("gate"))
        try data.prepare()
        let journal = try Journal(path: data.journal)
        let shelf = ManifestShelf(folder: data.manifests, event: venue.event, journal: journal)
        let signed = try fixture.write(to: shelf.downloadPath)
        try shelf.install(signed.envelope, trust: venue.trustList())
        let settlement = Settlement(journal: journal, shelf: shelf)
        let identity = GateIdentity(
            device: venue.device,
            epoch: 1,
            key: venue.deviceSign,
            event: venue.event,
            hall: TestVenue.hall,
            gate: TestVenue.gate
        )
        try journal.open(identity.log, key: identity.key.publicKey)
        settlement.use(identity)
        settlement.use(EventSecrets(barcodeKey: venue.barcodeKey, walletKey: venue.walletKey))
        guard let manifest = shelf.current else { preconditionFailure("it was installed") }
        let trust = venue.trustList()
        for form in forms {
            var times: [Double] = []
            for text in form.codes {
                let start = ContinuousClock.now
                let code = ScannedCode(text)
                let facts = try manifest.proofFacts(for: code)
                let proof = Proof(
                    code,
                    trust: trust,
                    event: venue.event,
                    secrets: settlement.secrets,
                    facts: ProofFacts(holder: facts.holder, imports: form.imports)
                )
                let evidence = Evidence.of(text, code: code, sealedTo: trust.logBox)
                let settled = await settlement.settle(
                    PendingScan(proof, situation: situation(venue), evidence: evidence)
                )
                times.append(start.duration(to: .now) / .milliseconds(1))
                precondition(settled.decision.code == .success, "\(form.name) is admitted")
            }
            table.add(
                "text to durable verdict, \(form.name), p50 / p99",
                "\(Table.number(times.median, digits: 2)) / "
                    + "\(Table.number(times.percentile(0.99), digits: 2)) ms"
            )
        }
        try journal.close()
        try memory(&table, scratch, venue, fixture)
    }

    private static func situation(_ venue: TestVenue) -> LaneSituation {
        LaneSituation(
            event: venue.event,
            hall: TestVenue.hall,
            gate: TestVenue.gate,
            lane: LaneNumber(1),
            direction: .entry,
            clock: ClockReading(
                now: now,
                uncertainty: .milliseconds(500),
                state: .synced,
                floor: now,
                monotonic: 1000
            ),
            isIsolated: false
        )
    }

    /// The tickets of one form, spread over the whole manifest.
    private static func numbers(_ form: Int, count: Int = scansPerForm) -> [Int] {
        (0..<count).map { ($0 * 2477 + form * 100_003) % tickets }
    }

    private static func barcode(_ number: Int) -> [UInt8] { Array("MATCH7-\(number)-aBc".utf8) }

    private static func forms(_ venue: TestVenue) throws -> [Form] {
        func codes(_ form: Int, _ make: (TicketID) throws -> [UInt8]) rethrows -> [[UInt8]] {
            try numbers(form).map { try make(venue.ticket($0)) }
        }
        return [
            Form(name: "LIVE", codes: codes(0) { venue.liveCode($0, at: now) }),
            Form(
                name: "PREISSUED",
                codes: codes(1) { venue.liveCode($0, at: now, flags: .preissued) }
            ),
            Form(name: "PAPER", codes: codes(2) { venue.paperCode($0) }),
            Form(name: "wallet", codes: codes(3) { venue.walletCode($0, at: now) }),
            Form(name: "HOLDER", codes: try codes(4) { try venue.holderCode($0, at: now) }),
            Form(
                name: "HOLDER_FULL",
                codes: try codes(5) { try venue.holderFullCode($0, at: now) }
            ),
            Form(
                name: "own code",
                codes: codes(6) { venue.ownCode($0).map { Array($0.text.utf8) } ?? [] }
            ),
            Form(name: "imported", codes: numbers(7).map(barcode)),
            Form(
                name: "imported, slow hash",
                codes: numbers(8, count: slowScans).map(barcode),
                imports: [slow]
            ),
        ]
    }

    private static func fixture(_ venue: TestVenue) throws -> ManifestFixture {
        var fixture = ManifestFixture(venue)
        fixture.tickets.reserveCapacity(tickets)
        let bound = Set(numbers(4))
        for number in 0..<tickets {
            let ticket = venue.ticket(number)
            let holder =
                bound.contains(number) ? try venue.holder(of: ticket).publicKey : nil
            fixture.tickets.append(fixture.row(ticket, holder: holder))
        }
        for number in numbers(6) {
            if let code = fixture.code(of: venue.ticket(number)) { fixture.codes.append(code) }
        }
        for (form, count, rule) in [(7, scansPerForm, ImportRule.exact), (8, slowScans, slow)] {
            for number in numbers(form, count: count) {
                let text = String(decoding: barcode(number), as: UTF8.self)
                let code = fixture.code(imported: text, of: venue.ticket(number), rule: rule)
                if let code { fixture.codes.append(code) }
            }
        }
        return fixture
    }

    /// What a real gate keeps in memory of its own, beside the page cache, once it has scanned.
    private static func memory(
        _ table: inout Table,
        _ scratch: ScratchFolder,
        _ venue: TestVenue,
        _ fixture: ManifestFixture
    ) throws {
        let data = try scratch.folder("process")
        _ = try PreparedGate(folder: data, venue: venue, manifest: fixture)
        let port = try LineClient.freePort()
        let settings = TestSettings(data: data, event: venue.event, ports: [1: port])
        guard ScratchFolder.write(settings.yaml, to: scratch.file("gate.yaml")) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let gate = try GateProcess(settings: scratch.file("gate.yaml"), log: scratch.file("log"))
        let client = try LineClient(port: port, within: 60)
        for number in numbers(9) { _ = try client.scan(venue.paperCode(venue.ticket(number))) }
        let status = try String(
            contentsOfFile: "/proc/\(gate.processID)/status",
            encoding: .utf8
        )
        _ = gate.stop()
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let kilobytes = line.flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") }
        table.add(
            "memory of a gate beside the page cache, 1,000,000 tickets",
            "\(Table.number((kilobytes ?? .nan) / 1024, digits: 1)) MiB",
            target: "64 MiB"
        )
    }
}
