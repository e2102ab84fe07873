import AdmissionRules
package import GateLogic
import GateStore
import Logging
import Platform
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// One passage: takes the texts of its scanners, one decision each, and publishes what it says.
package actor LaneKeeper {
    private let settings: GateSettings.LaneSettings
    private let core: GateCore
    private let executor: LaneExecutor
    private var filter = RepeatFilter()
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
        filter.note(text, verdict, at: core.clock.boot)
        for waiting in underWay.removeValue(forKey: text) ?? [] { waiting.resume() }
        core.board.publish(verdict)
        return verdict
    }

    private func decide(_ text: [UInt8], scanner: String) async -> LaneVerdict {
        guard let trust = core.trust, let identity = core.identity else {
            return notEnrolled(scanner)
        }
        let situation = situation(identity)
        let code = ScannedCode(text)
        let proof = proof(of: code, trust)
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
        let situation = situation(nil)
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
            fault: StorageFault.notEnrolled.description,
            language: language
        )
    }

    private var language: StewardLanguage { settings.language ?? core.settings.language }

    private func situation(_ identity: GateIdentity?) -> LaneSituation {
        LaneSituation(
            event: core.settings.event,
            hall: settings.hall ?? identity?.hall ?? HallNumber(0),
            gate: identity?.gate ?? GateNumber(0),
            lane: settings.number,
            direction: settings.direction,
            clock: core.clock.reading(),
            isIsolated: core.isIsolated
        )
    }
}

extension TimeOfDay {
    fileprivate init(_ time: (hour: Int, minute: Int)) {
        self.init(hour: time.hour, minute: time.minute)
    }
}
