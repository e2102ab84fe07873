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
    let judged = refusal ?? granted(facts, situation)
    // Rehearsal tickets are never admitted, whatever they would have been told. What proves nothing
    // is no specimen, whatever it names.
    let isRehearsal = credential.method != nil && accessClass == .specimen
    let verdict = isRehearsal ? Refusal(.specimen, judged.detail) : judged
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
        earlier: judged.code == .duplicate ? facts.uses.last : nil,
        earlierAge: judged.code == .duplicate
            ? facts.uses.last.map { situation.clock.now - $0.time } : nil,
        halls: judged.code == .wrongHall ? Array(Set(facts.access.map(\.hall))).sorted() : [],
        rehearsed: isRehearsal ? judged : nil
    )
}

/// What a scan gets that no rule refused.
private func granted(_ facts: Facts, _ situation: LaneSituation) -> Refusal {
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
