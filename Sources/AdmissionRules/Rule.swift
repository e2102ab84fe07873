import ManifestFormat
import TicketModel
import TokenFormat

/// The rules of PROTOCOL 8.2 that can refuse a scan.
///
/// Their order here is their precedence, and is declared nowhere else: the first that applies gives
/// the verdict.
enum Rule: CaseIterable {
    case manifestInForce
    case codeProven
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
    static let forExit: [Rule] = [.codeProven, .barcodeListed, .ticketListed]
}

/// One scan on its way through the rules.
struct Examination {
    let credential: Credential
    let facts: Facts
    let situation: LaneSituation

    private var clock: ClockReading { situation.clock }
    private var isClockTrusted: Bool { clock.state != .untrusted }
    /// True time is surely not before this.
    private var surelyPassed: Timestamp { isClockTrusted ? clock.now : clock.floor }

    /// The refusal that `rule` pronounces; `nil` if it has nothing against the scan.
    func refusal(by rule: Rule) -> Refusal? {
        switch rule {
        case .manifestInForce: manifestInForce()
        case .codeProven: codeProven()
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
        return nil
    }

    private func method() -> Refusal? {
        guard let ticket = facts.ticket, let method = credential.method else { return nil }
        return ticket.methods.isSuperset(of: method) ? nil : Refusal(.methodNotAllowed)
    }

    /// A LIVE token that central signed at its start, so that its start is a proven time.
    private var isRotating: Bool {
        guard let token = credential.tokenFields else { return false }
        return token.type == .live && !token.flags.contains(.preissued)
    }

    /// Whether the token says that true time is later than this gate believes.
    var showsSlowClock: Bool {
        guard let token = credential.tokenFields, isRotating, isClockTrusted else { return false }
        return clock.now < token.startTime - (CodeWindow.early + clock.uncertainty)
    }

    private func codeTime() -> Refusal? {
        guard let token = credential.tokenFields, token.type == .live else { return nil }
        guard isClockTrusted else { return codeTimeUntrusted(token) }
        if clock.now < token.startTime - (CodeWindow.early + clock.uncertainty), !isRotating {
            return Refusal(.notYetValid, .code)
        }
        if clock.now > token.endTime + CodeWindow.late + clock.uncertainty {
            return Refusal(.expired, .code)
        }
        return nil
    }

    private func codeTimeUntrusted(_ token: TokenFields) -> Refusal? {
        if token.startTime < clock.floor - CodeWindow.behindFloor {
            return Refusal(.expired, .code)
        }
        if !isRotating, token.startTime > clock.floor + CodeWindow.aheadOfFloor {
            return Refusal(.notYetValid, .code)
        }
        return facts.manifest?.policy.untrustedClock == .refer ? Refusal(.clockUntrusted) : nil
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

/// The tolerances of PROTOCOL 7 and 11 around a timed code.
enum CodeWindow {
    static let early = Duration.seconds(10)
    static let late = Duration.seconds(15)
    static let behindFloor = Duration.seconds(90)
    static let aheadOfFloor = Duration.seconds(12 * 3600)
}
