package import AdmissionRules
package import TicketModel

/// The different things that a lane tells its steward: what each language has one text for.
package enum StewardMessage: CaseIterable, Hashable, Sendable {
    case ready
    case welcome, goodbye
    /// An exit whose code proves nothing: nobody is kept in.
    case exitUnchecked
    /// An exit of a ticket that was not inside.
    case notInside
    case duplicate, duplicateNoPassage, duplicatePassed, duplicateElsewhere
    case wrongHall, noHall, wrongGate, wrongEvent
    case unpaid, notFound, revoked, blocked, superseded, methodNotAllowed
    case codeExpired, ticketOver, codeTooEarly, ticketTooEarly, clockUntrusted
    case badSignature, unknownKey, wrongRole, wrongPassword
    case malformed, unsupported, showLongCode
    case manifestExpired
    case refer, checkIdentity, isolated, unlisted
    case fault, storageFault
    case specimen

    /// What is told about a decision.
    package init(_ decision: Decision) {
        let message = Self(decision.code, decision.detail, decision.direction)
        switch message {
        // Without the earlier admission, or a hall to go to, there is less to say.
        case .duplicateNoPassage, .duplicatePassed, .duplicateElsewhere:
            self = decision.earlier == nil ? .duplicate : message
        case .wrongHall: self = decision.halls.isEmpty ? .noHall : message
        case .ready, .welcome, .goodbye, .exitUnchecked, .notInside, .duplicate, .noHall,
            .wrongGate, .wrongEvent, .unpaid, .notFound, .revoked, .blocked, .superseded,
            .methodNotAllowed, .codeExpired, .ticketOver, .codeTooEarly, .ticketTooEarly,
            .clockUntrusted, .badSignature, .unknownKey, .wrongRole, .wrongPassword, .malformed,
            .unsupported, .showLongCode, .manifestExpired, .refer, .checkIdentity, .isolated,
            .unlisted, .fault, .storageFault, .specimen:
            self = message
        }
    }

    /// What is told about a verdict; a detail that does not belong to it says nothing more.
    package init(_ code: VerdictCode, _ detail: VerdictDetail, _ direction: Direction) {
        switch (direction, code) {
        case (.exit, .success): self = .goodbye
        case (.exit, .notInside), (.entry, .notInside): self = .notInside
        case (.exit, .error), (.entry, .error):
            self = detail == .storage ? .storageFault : .fault
        case (.exit, _): self = .exitUnchecked
        case (.entry, .success): self = .welcome
        case (.entry, .duplicate): self = Self.duplicate(detail)
        case (.entry, .wrongHall): self = .wrongHall
        case (.entry, .unpaid): self = .unpaid
        case (.entry, .notFound): self = .notFound
        case (.entry, .expired): self = detail == .ticket ? .ticketOver : .codeExpired
        case (.entry, .notYetValid): self = detail == .ticket ? .ticketTooEarly : .codeTooEarly
        case (.entry, .badSignature): self = Self.badSignature(detail)
        case (.entry, .revoked): self = .revoked
        case (.entry, .blocked): self = .blocked
        case (.entry, .wrongEvent): self = .wrongEvent
        case (.entry, .wrongGate): self = .wrongGate
        case (.entry, .malformed): self = .malformed
        case (.entry, .clockUntrusted): self = .clockUntrusted
        case (.entry, .superseded): self = .superseded
        case (.entry, .methodNotAllowed): self = .methodNotAllowed
        case (.entry, .showLongCode): self = .showLongCode
        case (.entry, .manifestExpired): self = .manifestExpired
        case (.entry, .unsupported): self = .unsupported
        case (.entry, .refer): self = Self.refer(detail)
        case (.entry, .specimen): self = .specimen
        }
    }

    private static func duplicate(_ detail: VerdictDetail) -> Self {
        switch detail {
        case .sameLaneNoPassage: .duplicateNoPassage
        case .sameLanePassed: .duplicatePassed
        case .otherGate: .duplicateElsewhere
        case .none, .code, .ticket, .unknownKey, .wrongRole, .signature, .totp, .checkID,
            .isolated, .unlisted, .storage:
            .duplicate
        }
    }

    private static func badSignature(_ detail: VerdictDetail) -> Self {
        switch detail {
        case .unknownKey: .unknownKey
        case .wrongRole: .wrongRole
        case .totp: .wrongPassword
        case .none, .code, .ticket, .signature, .sameLaneNoPassage, .sameLanePassed, .otherGate,
            .checkID, .isolated, .unlisted, .storage:
            .badSignature
        }
    }

    private static func refer(_ detail: VerdictDetail) -> Self {
        switch detail {
        case .checkID: .checkIdentity
        case .isolated: .isolated
        case .unlisted: .unlisted
        case .none, .code, .ticket, .unknownKey, .wrongRole, .signature, .totp, .otherGate,
            .sameLaneNoPassage, .sameLanePassed, .storage:
            .refer
        }
    }
}
