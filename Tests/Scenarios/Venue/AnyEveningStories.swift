import AdmissionRules
import FormatVectors
import GateLogic
import Reconciliation
import Testing
import TicketModel

@Suite("Any evening")
struct AnyEveningStories {
    private let names = ["north", "south", "east"]

    @Test("whatever links and power do: no gate admits twice, and reconciliation finds the rest")
    func anyEvening() throws {
        var random = SeededRandom(for: "any evening")
        for _ in 0..<12 {
            var venue = try VenueScenario(gates: names)
            let guests = try (0..<12).map { _ in try venue.issue() }
            var admitted: [String: [TicketID]] = [:]
            for _ in 0..<120 {
                try step(&venue, guests, &admitted, &random)
            }
            let conflicts = try venue.restoreLinks()
            check(venue, admitted, conflicts)
        }
    }

    private func step(
        _ venue: inout VenueScenario,
        _ guests: [VenueScenario.Guest],
        _ admitted: inout [String: [TicketID]],
        _ random: inout SeededRandom
    ) throws {
        venue.advance(by: .milliseconds(Int.random(in: 0...20_000, using: &random)))
        let name = names[Int.random(in: 0..<names.count, using: &random)]
        let guest = guests[Int.random(in: 0..<guests.count, using: &random)]
        switch Int.random(in: 0..<20, using: &random) {
        case 0: try venue.cutLink(to: name)
        case 1: _ = try venue.restoreLinks()
        case 2: try venue.scan(guest, at: name, losing: .beforeCommit)
        case 3:
            let before = venue.gates[name]?.journal.use(of: guest.id).entries ?? 0
            try venue.scan(guest, at: name, losing: .afterCommit)
            if before == 0 { admitted[name, default: []].append(guest.id) }
        case 4 where admitted[name]?.contains(guest.id) == true:
            do {
                try venue.undo(guest, at: name)
                admitted[name]?.removeAll { $0 == guest.id }
            } catch EntryCorrection.Refusal.tooLate {}
        default:
            if try venue.scan(guest, at: name) == .success {
                admitted[name, default: []].append(guest.id)
            }
        }
    }

    private func check(
        _ venue: VenueScenario,
        _ admitted: [String: [TicketID]],
        _ conflicts: [TicketID]
    ) {
        for (name, tickets) in admitted {
            #expect(Set(tickets).count == tickets.count, "\(name) admitted a ticket twice")
        }
        let all = admitted.values.flatMap(\.self)
        let report = venue.report
        #expect(report.total.admitted == all.count)
        #expect(report.attended == Set(all).count)
        #expect(conflicts.count == all.count - Set(all).count)
        #expect(report.conflicts.allSatisfy { $0.primary.gate != $0.later.gate })
        #expect(report.logs.allSatisfy { $0.gaps.isEmpty && $0.fork == nil })
        #expect(report.total.disputed == 0 && report.silentDevices.isEmpty)
    }
}
