import AdmissionRules
import Encodings
import EntryLogFormat
import GateLogic
import GateStore
import Logging
import ManifestFormat
import Sodium
import Synchronization
import TicketModel
package import TrustFormat

/// Starts and ends rehearsals, and signs what they have shown (PROTOCOL 5.6).
package struct RehearsalDesk: Sendable {
    private let core: GateCore

    package init(core: GateCore) {
        self.core = core
    }

    /// From now on what lanes say to specimens is remembered.
    package func start() throws(SupervisorDesk.Refusal) -> Rehearsal {
        guard core.identity != nil else { throw .notEnrolled }
        let rehearsal = Rehearsal(
            event: core.settings.event,
            at: core.clock.reading().now,
            boot: core.clock.boot
        )
        let isStarted = core.state.withLock { state in
            guard state.rehearsal == nil else { return false }
            state.rehearsal = rehearsal
            return true
        }
        guard isStarted else { throw .rehearsalRuns }
        core.logger.notice("rehearsal started")
        return rehearsal
    }

    /// Ends the rehearsal that runs, and keeps its report.
    ///
    /// One whose report could not be kept goes on.
    package func end() throws(SupervisorDesk.Refusal) -> Envelope {
        let identity = try identity()
        guard let rehearsal = core.state.withLock({ $0.rehearsal.take() }) else {
            throw .noRehearsal
        }
        let report = report(rehearsal, identity)
        let envelope = report.signed(by: identity.key)
        do throws(StorageFault) {
            try core.journal.setState(.readiness, envelope.json)
        } catch {
            core.state.withLock { $0.rehearsal = $0.rehearsal ?? rehearsal }
            throw .storage(error)
        }
        core.logger.notice(
            "rehearsal ended",
            metadata: [
                "ready": "\(report.isReady)",
                "reasons": .array(report.reasons.map { .string($0) }),
            ]
        )
        return envelope
    }

    /// Ends a rehearsal that has lasted too long.
    ///
    /// - Parameter boot: now, milliseconds since boot.
    package func endOverdue(at boot: Int64) {
        guard core.rehearsal?.isOver(at: boot) == true else { return }
        do throws(SupervisorDesk.Refusal) {
            _ = try end()
        } catch {
            core.logger.error("rehearsal not ended", metadata: ["error": "\(error)"])
        }
    }

    /// The report as of now while a rehearsal runs, else the one that was kept last; a gate that
    /// never had a rehearsal says so in a new one.
    package func readiness() throws(SupervisorDesk.Refusal) -> Envelope {
        let identity = try identity()
        let rehearsal = core.rehearsal
        if rehearsal == nil, let kept = try kept(identity) { return kept }
        return report(rehearsal, identity).signed(by: identity.key)
    }

    private func identity() throws(SupervisorDesk.Refusal) -> GateIdentity {
        guard let identity = core.identity else { throw .notEnrolled }
        return identity
    }

    private func kept(_ identity: GateIdentity) throws(SupervisorDesk.Refusal) -> Envelope? {
        let stored: [UInt8]?
        do throws(StorageFault) {
            stored = try core.journal.state(.readiness)
        } catch { throw .storage(error) }
        guard let stored else { return nil }
        do throws(EnvelopeError) {
            let envelope = try Envelope(json: stored)
            let report = try ReadinessReport(
                envelope,
                log: identity.log,
                key: identity.key.publicKey
            )
            return report.event == identity.event ? envelope : nil
        } catch {
            // Of an epoch before this one, or damaged: not what this gate says of itself now.
            core.logger.warning("stored report not believed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func report(_ rehearsal: Rehearsal?, _ identity: GateIdentity) -> ReadinessReport {
        let readiness = Readiness(core)
        var reasons = readiness.missing
        let findings = Specimen.allCases.map { specimen in
            let name = specimen.rawValue
            let shown = rehearsal?.shown(specimen) ?? []
            if shown.isEmpty { reasons.append("the specimen '\(name)' was not shown") }
            for showing in shown where showing.verdict != showing.expected {
                reasons.append(
                    "the specimen '\(name)' gets \(showing.verdict.name) at lane \(showing.lane), "
                        + "not \(showing.expected.name)"
                )
            }
            return ReadinessReport.Finding(
                kind: name,
                expected: specimen.expected,
                loaded: readiness.specimens.loaded(specimen),
                shown: shown
            )
        }
        return ReadinessReport(
            log: identity.log,
            event: identity.event,
            clock: core.clock.reading(),
            manifest: core.shelf.current?.metadata.version ?? 0,
            trust: core.trust?.version ?? 0,
            software: core.settings.software,
            reasons: reasons,
            specimens: findings
        )
    }
}

extension GateCore {
    /// The rehearsal that runs; `nil` if none does.
    package var rehearsal: Rehearsal? { state.withLock { $0.rehearsal } }

    /// Tells a rehearsal, if one runs, what a lane has said.
    func rehearse(_ verdict: LaneVerdict) {
        guard verdict.decision.rehearsed != nil else { return }
        let halls = Set(shelf.current?.access(of: .specimen).map(\.hall) ?? [])
        state.withLock { $0.rehearsal?.note(verdict, halls: halls) }
    }
}

extension SpecimenReport {
    /// The verdict that a specimen had when the manifest was loaded; `nil` if it was not checked.
    fileprivate func loaded(_ specimen: Specimen) -> VerdictCode? {
        switch outcomes[specimen] {
        case .right: specimen.expected
        case .wrong(let verdict): verdict
        case .unchecked, nil: nil
        }
    }
}

extension Rehearsal {
    /// For the status page: since when, and the lanes at which each specimen was shown.
    var json: JSONValue {
        .object([
            .init("since", .integer(started.milliseconds)),
            .init("ends", .integer((started + Self.lasting).milliseconds)),
            .init(
                "shown",
                .object(
                    Specimen.allCases.map { specimen in
                        let lanes = shown(specimen).map { Int64($0.lane.number) }
                        return .init(specimen.rawValue, .array(lanes.map { .integer($0) }))
                    }
                )
            ),
        ])
    }
}
