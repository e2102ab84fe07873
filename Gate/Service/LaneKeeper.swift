import AdmissionRules
package import EntryLogFormat
package import GateLogic
package import GateStore
import Logging
import Platform
import Sodium
package import TicketModel
import TokenFormat
import TrustFormat

/// One passage: takes the texts of its scanners, one decision each, and publishes what it says.
package actor LaneKeeper {
    private let settings: GateSettings.LaneSettings
    private let core: GateCore
    private let executor: LaneExecutor
    private var filter = RepeatFilter()
    private var identityCheck = IdentityCheck()
    /// Texts that are being decided, with the scans of the same text that wait for the outcome.
    private var underWay: [[UInt8]: [CheckedContinuation<Void, Never>]] = [:]

    package init(_ settings: GateSettings.LaneSettings, core: GateCore) {
        self.settings = settings
        self.core = core
        executor = LaneExecutor(label: "lane \(settings.number)")
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Decides the text of one scan; returns once the record of an admission is durable.
    ///
    /// - Parameter scanner: which scanner read it.
    package func scan(_ text: [UInt8], scanner: String) async -> LaneVerdict {
        // Two scanners of one lane that read the same code at once: the second waits, and then
        // shows the first one's admission again instead of a duplicate.
        while underWay[text] != nil {
            await withCheckedContinuation { underWay[text]?.append($0) }
        }
        if let repeated = filter.repeated(text, at: core.clock.boot) {
            core.board.publish(repeated)
            return repeated
        }
        underWay[text] = []
        let verdict = await decide(text, scanner: scanner)
        filter.note(
            text,
            verdict,
            awaitsPassage: settings.hasPassageSensor,
            at: core.clock.boot
        )
        identityCheck.note(verdict.decision, at: core.clock.boot)
        for waiting in underWay.removeValue(forKey: text) ?? [] { waiting.resume() }
        core.board.publish(verdict)
        core.rehearse(verdict)
        return verdict
    }

    private func decide(_ text: [UInt8], scanner: String) async -> LaneVerdict {
        guard let trust = core.trust, let identity = core.identity else {
            return notEnrolled(scanner)
        }
        let code = ScannedCode(text)
        let proof = proof(of: code, trust)
        let situation = situation(identity, proof.credential)
        let scan = PendingScan(
            proof,
            situation: situation,
            evidence: Evidence.of(text, code: code, sealedTo: trust.logBox)
        )
        let settled = await core.settlement.settle(scan)
        core.clock.witness(proof.credential, settled.decision)
        return LaneVerdict(
            decision: settled.decision,
            situation: situation,
            sequence: settled.sequence,
            manifest: settled.manifest,
            scanner: scanner,
            fault: settled.fault?.description,
            language: language,
            earlierTime: settled.decision.earlier.map {
                TimeOfDay(SystemClock.timeOfDay(at: $0.time))
            }
        )
    }

    /// Staff have seen the document of the guest who was referred here last.
    ///
    /// - Returns: the ticket whose code is now to be shown again; `nil` if nobody waits.
    package func confirmIdentity() -> TicketID? { identityCheck.confirm(at: core.clock.boot) }

    /// The entry `sequence` is about to be taken back: its code must not look green by habit.
    package func forget(_ sequence: UInt64) { filter.forget(sequence) }

    /// Takes the turnstile's report of how the admission `sequence` ended.
    package func report(
        _ result: EntryRecord.PassageResult,
        of sequence: UInt64
    ) async throws(ActionFault) -> ActionRecord {
        switch result {
        case .passed: filter.passed(sequence)
        case .abandoned: filter.forget(sequence)
        case .unauthorised, .freeFlow: throw .refused(.noSuchEntry)
        }
        return try await core.settlement.act(
            .correct(sequence: sequence, .passage(result), reason: ""),
            clock: core.clock.reading()
        )
    }

    /// Takes the turnstile's report that somebody passed whom nobody admitted.
    package func reportStray(isFreeFlow: Bool) async throws(ActionFault) -> ActionRecord {
        try await core.settlement.act(
            .stray(hall: hall, lane: settings.number, isFreeFlow: isFreeFlow),
            clock: core.clock.reading()
        )
    }

    /// A supervisor lets somebody in here.
    package func force(
        _ ticket: TicketID?,
        reason: String
    ) async throws(ActionFault) -> ActionRecord {
        try await core.settlement.act(
            .force(hall: hall, lane: settings.number, ticket: ticket, reason: reason),
            clock: core.clock.reading()
        )
    }

    private var hall: HallNumber { settings.hall ?? core.identity?.hall ?? HallNumber(0) }

    /// Checks what the code carries, beside the other lanes: nothing is locked here.
    private func proof(of code: ScannedCode, _ trust: TrustList) -> Proof {
        do throws(StorageFault) {
            return Proof(
                code,
                trust: trust,
                event: core.settings.event,
                secrets: core.settlement.secrets,
                facts: try core.shelf.current?.proofFacts(for: code) ?? .none
            )
        } catch {
            core.logger.error("manifest cannot be read", metadata: ["error": "\(error)"])
            return .failed
        }
    }

    /// A gate that has never synced has no log to write to and no list to look at: nobody gets in.
    private func notEnrolled(_ scanner: String) -> LaneVerdict {
        let situation = situation(nil, nil)
        let decision = AdmissionRules.decide(
            .unproven(Refusal(.manifestExpired), claim: nil),
            facts: Facts(manifest: nil),
            situation: situation
        )
        return LaneVerdict(
            decision: decision,
            situation: situation,
            sequence: nil,
            manifest: 0,
            scanner: scanner,
            fault: core.logFault ?? StorageFault.notEnrolled.description,
            language: language
        )
    }

    private var language: StewardLanguage { settings.language ?? core.settings.language }

    private func situation(
        _ identity: GateIdentity?,
        _ credential: Credential?
    ) -> LaneSituation {
        LaneSituation(
            event: core.settings.event,
            hall: hall,
            gate: identity?.gate ?? GateNumber(0),
            lane: settings.number,
            direction: settings.direction,
            clock: core.clock.reading(),
            isIsolated: core.isIsolated,
            isIdentityConfirmed: identityCheck.isConfirmed(
                credential?.claimedTicket,
                at: core.clock.boot
            )
        )
    }
}

extension TimeOfDay {
    fileprivate init(_ time: (hour: Int, minute: Int)) {
        self.init(hour: time.hour, minute: time.minute)
    }
}
