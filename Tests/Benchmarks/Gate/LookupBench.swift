import AdmissionRules
import GateStore
import ManifestFormat
import TestSupport
import TicketModel
import TokenFormat

/// Looking up tickets and codes in a manifest of a million tickets.
enum LookupBench {
    private static let tickets = 1_000_000
    private static let lookups = 20_000

    static func run(_ table: inout Table) throws {
        let scratch = try ScratchFolder()
        let venue = try TestVenue()
        var fixture = ManifestFixture(venue)
        fixture.tickets.reserveCapacity(tickets)
        fixture.codes.reserveCapacity(tickets)
        fixture.addTickets(tickets)
        let data = GateData(scratch.file("gate"))
        try data.prepare()
        let journal = try Journal(path: data.journal)
        func newShelf() -> ManifestShelf {
            ManifestShelf(folder: data.manifests, event: venue.event, journal: journal)
        }
        let trust = venue.trustList()
        let signed = try fixture.write(to: newShelf().downloadPath)
        let verifying = try seconds { try newShelf().install(signed.envelope, trust: trust) }
        let shelf = newShelf()
        let restarting = try seconds { _ = try shelf.restore(trust: trust) }
        guard let file = shelf.current else { preconditionFailure("the manifest is in service") }
        var random = SeededRandom(seed: 1)
        let numbers = (0..<lookups).map { _ in Int.random(in: 0..<tickets, using: &random) }
        let codes = numbers.compactMap { venue.ownCode(venue.ticket($0)) }
        var found = 0
        let ticketTime = try seconds {
            for number in numbers where try file.ticket(venue.ticket(number)) != nil { found += 1 }
        }
        let naming = seconds { for number in numbers { _ = venue.ticket(number) } }
        let codeTime = try seconds {
            for code in codes {
                let name = BarcodeHash.hash(
                    of: Array(code.text.utf8),
                    event: venue.event,
                    key: venue.barcodeKey
                )
                let facts = try file.facts(for: .ownCode(code), barcodeNames: [name])
                if facts.ticket != nil { found += 1 }
            }
        }
        precondition(found == 2 * lookups, "every ticket and code is found")
        let count = Double(lookups)
        table.add("look-up by ticket of 1,000,000", Table.rate(count / (ticketTime - naming)))
        table.add("look-up by barcode, then ticket", Table.rate(count / codeTime))
        table.add(
            "verify a manifest of 1,000,000 tickets and codes, seal it",
            "\(Table.number(verifying, digits: 2)) s"
        )
        table.add("  every row again after a restart", "\(Table.number(restarting, digits: 2)) s")
        table.add(
            "manifest bytes per ticket with code",
            Table.number(Double(signed.metadata.fileBytes) / Double(tickets))
        )
    }
}
