import AdmissionRules
import EntryLogFormat
import GateLogic
import TicketModel

// MARK: - What happens at the doors
extension VenueScenario {
    func gate(_ name: String) throws -> GateSimulation {
        guard let gate = gates[name] else { throw ScenarioError.noSuchGate(name) }
        return gate
    }

    /// A guest shows the phone.
    mutating func scan(
        _ guest: Guest,
        at name: String,
        direction: Direction = .entry
    ) throws -> VerdictCode {
        try scan(text: try code(of: guest), at: name, direction: direction)
    }

    mutating func scan(
        text: String,
        at name: String,
        direction: Direction = .entry
    ) throws -> VerdictCode {
        try decision(text: text, at: name, direction: direction).code
    }

    /// The verdict with all that stands behind it.
    mutating func decision(
        text: String,
        at name: String,
        direction: Direction = .entry
    ) throws -> Decision {
        let now = now
        let verdict = try at(name) { try $0.scan(text, direction: direction, at: now) }
        guard let verdict else { throw ScenarioError.nobodyWasTold }
        return verdict.decision
    }

    mutating func decision(_ guest: Guest, at name: String) throws -> Decision {
        try decision(text: try code(of: guest), at: name)
    }

    /// A guest shows the phone, and the power goes before the lane could open.
    mutating func scan(
        _ guest: Guest,
        at name: String,
        losing power: GateSimulation.PowerLoss
    ) throws {
        let text = try code(of: guest)
        let now = now
        let told = try at(name) { try $0.scan(text, direction: .entry, at: now, losing: power) }
        guard told == nil else { throw ScenarioError.nobodyWasTold }
    }

    /// Holds a code under the scanner: the lane may show the admission it has just given again.
    mutating func present(_ text: String, at name: String) throws -> LaneVerdict {
        let now = now
        let verdict = try at(name) { try $0.present(text, direction: .entry, at: now) }
        guard let verdict else { throw ScenarioError.nobodyWasTold }
        return verdict
    }

    /// The turnstile says how the guest's latest entry ended.
    mutating func passage(
        of guest: Guest,
        at name: String,
        _ result: EntryRecord.PassageResult
    ) throws {
        try correct(guest, at: name, .passage(result))
    }

    /// A supervisor takes the guest's latest entry at this gate back.
    mutating func undo(_ guest: Guest, at name: String) throws {
        try correct(guest, at: name, .undo)
    }

    private mutating func correct(
        _ guest: Guest,
        at name: String,
        _ correction: EntryCorrection
    ) throws {
        guard let sequence = try gate(name).admission(of: guest.id) else {
            throw EntryCorrection.Refusal.noSuchEntry
        }
        let now = now
        try at(name) { try $0.correct(sequence, correction, at: now) }
    }

    /// A supervisor lets somebody in: at the guest's ticket's expense, or without any ticket.
    mutating func force(_ guest: Guest?, at name: String) throws {
        let now = now
        let body = EntryRecord.Body.force(reason: "word of a supervisor", ticket: guest?.id)
        try at(name) { _ = try $0.write(body, at: now) }
    }

    /// Staff have seen the document of the guest who was referred last.
    @discardableResult
    mutating func confirmIdentity(at name: String) throws -> TicketID? {
        let now = now
        return try at(name) { $0.confirmIdentity(at: now) }
    }

    mutating func setClock(of name: String, error: Duration, uncertainty: Duration) throws {
        try at(name) {
            $0.clockError = error
            $0.uncertainty = uncertainty
        }
    }
}
