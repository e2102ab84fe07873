import EntryLogFormat
import ManifestFormat
import TicketModel
import TokenFormat

/// Decides one scan from facts already fetched: equal arguments, equal decisions (PROTOCOL 8.2).
///
/// The caller keeps the rest of the contract: rule 1 (a repeated text at the same lane) before it
/// asks, rule 17 (record and use in one durable transaction) before anything opens.
package func decide(
    _ credential: Credential,
    facts: Facts,
    situation: LaneSituation
) -> Decision {
    let examination = Examination(credential: credential, facts: facts, situation: situation)
    let rules = situation.direction == .exit ? Rule.forExit : Rule.allCases
    var refusal: Refusal?
    for rule in rules {
        refusal = examination.refusal(by: rule)
        if refusal != nil { break }
    }
    let accessClass = facts.ticket?.accessClass ?? credential.tokenFields?.accessClass
    let verdict = refusal ?? granted(facts, situation, accessClass: accessClass)
    return Decision(
        code: verdict.code,
        detail: verdict.detail,
        direction: situation.direction,
        ticket: credential.claimedTicket ?? facts.code?.ticket,
        generation: examination.shownGeneration,
        form: credential.form,
        accessClass: accessClass,
        flags: flags(
            examination,
            isAdmission: verdict.code == .success && situation.direction == .entry
        ),
        earlier: verdict.code == .duplicate ? facts.uses.last : nil,
        halls: verdict.code == .wrongHall ? Array(Set(facts.access.map(\.hall))).sorted() : []
    )
}

/// What a scan gets that no rule refused.
private func granted(
    _ facts: Facts,
    _ situation: LaneSituation,
    accessClass: ClassNumber?
) -> Refusal {
    if accessClass == .specimen { return Refusal(.specimen) }
    if situation.direction == .exit, facts.uses.inside <= 0 { return Refusal(.notInside) }
    return Refusal(.success)
}

private func flags(_ examination: Examination, isAdmission: Bool) -> Set<EntryRecord.Flag> {
    var flags: Set<EntryRecord.Flag> = []
    let clock = examination.situation.clock
    if examination.showsSlowClock { flags.insert(.clockSlow) }
    if let manifest = examination.facts.manifest, clock.now >= manifest.staleAfter {
        flags.insert(.staleManifest)
    }
    if examination.situation.isIsolated { flags.insert(.isolated) }
    if isAdmission {
        if clock.state == .untrusted { flags.insert(.clockUntrusted) }
        if examination.isAdmittedProvisionally { flags.insert(.provisional) }
    }
    return flags
}
