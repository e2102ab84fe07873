import Encodings
import Foundation
import ManifestFormat
import Sodium
import TestSupport
import TicketModel
import TokenFormat

/// One scan from its text to its durable verdict, at a real `stile-gate` with a manifest of a
/// million tickets, through the socket of a scanner; and the memory that takes.
enum ScanBench {
    private static let tickets = 1_000_000
    /// Scans of each form; a slow barcode hash takes a hundred times as long as all else.
    private static let scans = 1000
    private static let slowScans = 40
    /// What a gate may hold beside the system's page cache.
    private static let memoryMiB = 64.0

    private enum Form: String, CaseIterable {
        case live = "LIVE"
        case preissued = "LIVE out of a pack"
        case paper = "PAPER"
        case holder = "HOLDER"
        case holderFull = "HOLDER_FULL"
        case wallet
        case ownCode = "own code"
        case imported = "imported barcode"
        case slow = "imported barcode, slow hash"

        var scans: Int { self == .slow ? ScanBench.slowScans : ScanBench.scans }
    }

    static func run(_ table: inout Table) throws {
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        let data = scratch.file("gate")
        _ = try PreparedGate(folder: data, venue: venue, manifest: manifest(venue))
        let settings = TestSettings(
            data: data,
            event: venue.event,
            ports: [1: try LineClient.freePort()]
        )
        let path = scratch.file("gate.yaml")
        try Data(settings.yaml.utf8).write(to: URL(fileURLWithPath: path))
        let gate = try GateProcess(settings: path, log: scratch.file("gate.log"))
        guard let port = settings.ports[1] else { return }
        let scanner = try LineClient(port: port, within: 60)
        for form in Form.allCases {
            let codes = try numbers(of: form).map { try code(form, $0, venue) }
            var times: [Double] = []
            for code in codes {
                let start = ContinuousClock.now
                let verdict = try scanner.scan(code)
                times.append(start.duration(to: .now) / .milliseconds(1))
                precondition(verdict["verdict"]?.string == "SUCCESS", "\(form): \(verdict)")
            }
            table.add(
                "scan to durable verdict, \(form.rawValue), p50 / p99",
                "\(Table.number(times.median, digits: 2)) / "
                    + "\(Table.number(times.percentile(0.99), digits: 2)) ms"
            )
        }
        let memory = try gate.anonymousMiB()
        table.add(
            "memory of that gate beyond the page cache",
            "\(Table.number(memory, digits: 1)) MiB",
            ratio: memory / memoryMiB,
            target: "under 1.00 of 64 MiB"
        )
        precondition(gate.stop() == 0, "the gate stops in order")
    }

    /// Tickets that are shown in one form only.
    private static func numbers(of form: Form) -> Range<Int> {
        let index = Form.allCases.firstIndex(of: form) ?? 0
        return index * scans..<index * scans + form.scans
    }

    private static func manifest(_ venue: TestVenue) throws -> ManifestFixture {
        let slow = ImportRule(fold: .upper, isSlow: true)
        var fixture = ManifestFixture(venue)
        fixture.policy.imports = [.exact, slow]
        fixture.tickets.reserveCapacity(tickets)
        fixture.codes.reserveCapacity(tickets)
        fixture.addTickets(tickets)
        for number in numbers(of: .holder) {
            let ticket = venue.ticket(number)
            let holder = try venue.holder(of: ticket).publicKey
            fixture.tickets[number] = fixture.row(ticket, holder: holder)
        }
        for (form, rule) in [(Form.imported, ImportRule.exact), (.slow, slow)] {
            fixture.codes += numbers(of: form).compactMap { number in
                fixture.code(
                    imported: barcode(number),
                    of: venue.ticket(number),
                    rule: rule
                )
            }
        }
        return fixture
    }

    private static func barcode(_ number: Int) -> String { "FOREIGN\(100_000_000 + number)" }

    private static func code(_ form: Form, _ number: Int, _ venue: TestVenue) throws -> [UInt8] {
        let ticket = venue.ticket(number)
        let now = TestVenue.opening
        switch form {
        case .live: return venue.liveCode(ticket, at: now)
        case .preissued: return venue.liveCode(ticket, at: now, flags: .preissued)
        case .paper: return venue.paperCode(ticket)
        case .holder: return try venue.holderCode(ticket, at: now)
        case .holderFull: return try venue.holderFullCode(ticket, at: now)
        case .wallet: return venue.walletCode(ticket, at: now)
        case .ownCode: return Array((venue.ownCode(ticket)?.text ?? "").utf8)
        case .imported, .slow: return Array(barcode(number).utf8)
        }
    }
}
