import ManifestFormat
import Sodium
import TicketModel
import TokenFormat

/// The rules of PROTOCOL 8.2 that can refuse a scan.
///
/// Their order here is their precedence, and is declared nowhere else: the first that applies gives
/// the verdict.
enum Rule: CaseIterable {
    case manifestInForce
    case codeProven
    case holderBound
    case barcodeListed
    case ticketListed
    case ticketStatus
    case generation
    case method
    case codeTime
    case ticketTime
    case hall
    case gate
    case identity
    case isolation
    case uses

    /// The rules that are asked about an exit; whatever they say, the lane opens.
    static let forExit: [Rule] = [.codeProven, .holderBound, .barcodeListed, .ticketListed]
}

/// One scan on its way through the rules.
struct Examination {
    let credential: Credential
    let facts: Facts
    let situation: LaneSituation

    var clock: ClockReading { situation.clock }
    var isClockTrusted: Bool { clock.state != .untrusted }
    /// True time is surely not before this.
    private var surelyPassed: Timestamp { isClockTrusted ? clock.now : clock.floor }

    /// The refusal that `rule` pronounces; `nil` if it has nothing against the scan.
    func refusal(by rule: Rule) -> Refusal? {
        switch rule {
        case .manifestInForce: manifestInForce()
        case .codeProven: codeProven()
        case .holderBound: holderBound()
        case .barcodeListed: barcodeListed()
        case .ticketListed: ticketListed()
        case .ticketStatus: ticketStatus()
        case .generation: generation()
        case .method: method()
        case .codeTime: codeTime()
        case .ticketTime: ticketTime()
        case .hall: hall()
        case .gate: gate()
        case .identity: identity()
        case .isolation: isolation()
        case .uses: uses()
        }
    }

    private func manifestInForce() -> Refusal? {
        guard let manifest = facts.manifest, surelyPassed < manifest.expires else {
            return Refusal(.manifestExpired)
        }
        return nil
    }

    private func codeProven() -> Refusal? {
        guard case .unproven(let refusal, _) = credential else { return nil }
        return refusal
    }

    /// The row may have changed since the proof was checked against it.
    private func holderBound() -> Refusal? {
        guard let token = credential.provenToken, token.form == .holder else { return nil }
        return facts.ticket?.holder == token.holder?.bytes ? nil : Refusal(.showLongCode)
    }

    private func barcodeListed() -> Refusal? {
        switch credential {
        case .token, .unproven: return nil
        case .ownCode, .imported: break
        }
        guard let code = facts.code else { return Refusal(.notFound) }
        switch code.status {
        case .valid: return nil
        case .revoked: return Refusal(.revoked)
        case .blocked: return Refusal(.blocked)
        case .unpaid: return Refusal(.unpaid)
        case .spare: return Refusal(.notFound)
        }
    }

    /// Whether a token without a row may go on, on its signature alone.
    private var isProvisional: Bool {
        guard facts.ticket == nil, let token = credential.tokenFields else { return false }
        return token.accessClass != .unstated && facts.manifest?.policy.unlisted == .accept
    }

    private func ticketListed() -> Refusal? {
        guard facts.ticket == nil, !isProvisional else { return nil }
        if let token = credential.tokenFields, token.accessClass != .unstated,
            facts.manifest?.policy.unlisted == .refer
        {
            return Refusal(.refer, .unlisted)
        }
        return Refusal(.notFound)
    }

    private func ticketStatus() -> Refusal? {
        switch facts.ticket?.status {
        case .valid, nil: nil
        case .revoked: Refusal(.revoked)
        case .blocked: Refusal(.blocked)
        case .unpaid: Refusal(.unpaid)
        case .spare: Refusal(.notFound)
        }
    }

    var shownGeneration: Generation? {
        credential.tokenFields?.generation ?? facts.code?.generation
    }

    private func generation() -> Refusal? {
        guard let shown = shownGeneration else { return nil }
        if let ticket = facts.ticket, shown < ticket.generation { return Refusal(.superseded) }
        if let seen = facts.generationSeen, shown < seen { return Refusal(.superseded) }
        return isOfAnotherPhone ? Refusal(.superseded) : nil
    }

    /// A credential of the row's generation for another key than the row's: a binding that was
    /// replaced without a new generation.
    private var isOfAnotherPhone: Bool {
        guard let token = credential.provenToken, token.form == .holderFull,
            let ticket = facts.ticket, let bound = ticket.holder
        else { return false }
        return token.fields.generation == ticket.generation && token.holder?.bytes != bound
    }

    private func method() -> Refusal? {
        guard let ticket = facts.ticket, let method = credential.method else { return nil }
        return ticket.methods.isSuperset(of: method) ? nil : Refusal(.methodNotAllowed)
    }

    private func ticketTime() -> Refusal? {
        guard let ticket = facts.ticket else { return nil }
        // A gate that does not know the time cannot say "too early"; "too late" it can prove.
        if isClockTrusted, let start = ticket.notBefore, clock.now < start {
            return Refusal(.notYetValid, .ticket)
        }
        if let end = ticket.expires, surelyPassed >= end { return Refusal(.expired, .ticket) }
        return nil
    }

    private func hall() -> Refusal? {
        facts.access.contains { $0.hall == situation.hall } ? nil : Refusal(.wrongHall)
    }

    private func gate() -> Refusal? {
        let isOpen = facts.access.contains { row in
            guard row.hall == situation.hall else { return false }
            guard row.gate == .any || row.gate == situation.gate else { return false }
            if isClockTrusted, let start = row.notBefore, clock.now < start { return false }
            if let end = row.expires, surelyPassed >= end { return false }
            return true
        }
        return isOpen ? nil : Refusal(.wrongGate)
    }

    private func identity() -> Refusal? {
        guard let token = credential.tokenFields, token.flags.contains(.checkID),
            !situation.isIdentityConfirmed
        else { return nil }
        return Refusal(.refer, .checkID)
    }

    private func isolation() -> Refusal? {
        guard situation.isIsolated, let policy = facts.manifest?.policy.isolated else { return nil }
        switch policy {
        case .open: return nil
        case .refer: return Refusal(.refer, .isolated)
        case .home:
            return facts.ticket?.home == situation.gate ? nil : Refusal(.refer, .isolated)
        }
    }

    private func uses() -> Refusal? {
        let usesMax = Int(facts.ticket?.usesMax ?? 1)
        let used = facts.ticket?.reentry == true ? facts.uses.inside : facts.uses.entries
        guard used >= usesMax else { return nil }
        guard let last = facts.uses.last, last.gate == situation.gate, last.lane == situation.lane
        else { return Refusal(.duplicate, .otherGate) }
        switch last.passage {
        case .open: return Refusal(.duplicate, .sameLaneNoPassage)
        case .passed: return Refusal(.duplicate, .sameLanePassed)
        }
    }

    var isAdmittedProvisionally: Bool { isProvisional }
}
