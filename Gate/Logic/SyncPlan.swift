import TicketModel

/// What the gate fetches from central next, and when.
///
/// One step fails without holding up the others: each has its own due time and back-off.
package struct SyncPlan: Hashable, Sendable {
    package static let timeEvery = Duration.seconds(60)
    package static let trustEvery = Duration.seconds(300)
    package static let secretsEvery = Duration.seconds(3600)
    package static let firstWait = Duration.seconds(1)
    package static let longestWait = Duration.seconds(60)

    package enum Step: CaseIterable, Hashable, Sendable {
        case enrol, time, trust, secrets
        /// Download the version that was offered.
        case manifest
        /// Ask for newer metadata; central answers late when there is none.
        case metadata
    }

    package enum Action: Hashable, Sendable {
        case run(Step)
        /// Nothing is due before this time since boot.
        case wait(until: Int64)
    }

    package enum Input: Hashable, Sendable {
        case enrolled
        /// The gate has to enrol once more: its log was lost, or is in doubt.
        case disowned
        /// What central says is newest.
        case time(manifest: Int64, trust: Int64)
        case trust(version: Int64)
        case secrets
        /// Metadata of a version that may be downloaded.
        case offered(version: Int64)
        /// The wait for newer metadata ended without any.
        case nothingNewer
        case manifest(version: Int64)
        /// The offered version will not do; ask for later ones only.
        case refused(version: Int64)
        /// The offered version needs a later trust list first.
        case trustNeeded(version: Int64)
        case failed(Step, jitter: Double)
    }

    package private(set) var isEnrolled: Bool
    package private(set) var manifestHeld: Int64
    /// The newest manifest version that central has spoken of: higher than held means "behind".
    package private(set) var manifestKnown: Int64 = 0
    private var manifestOffered: Int64 = 0
    private var manifestRefused: Int64 = 0
    private var trustHeld: Int64
    private var trustWanted: Int64 = 0
    private var due: [Step: Int64] = [:]
    private var backoffs: [Step: Backoff] = [:]

    package init(isEnrolled: Bool, manifestHeld: Int64, trustHeld: Int64) {
        self.isEnrolled = isEnrolled
        self.manifestHeld = manifestHeld
        self.trustHeld = trustHeld
    }

    /// The version after which newer metadata is asked for.
    package var metadataAfter: Int64 { max(manifestHeld, manifestRefused) }

    /// Failures in a row of the step that fails most.
    package var failures: Int { backoffs.values.map(\.failures).max() ?? 0 }

    package func next(at boot: Int64) -> Action {
        guard isEnrolled else {
            let due = due[.enrol] ?? .min
            return due <= boot ? .run(.enrol) : .wait(until: due)
        }
        var earliest = Int64.max
        for step in Step.allCases where isWanted(step) {
            let due = due[step] ?? .min
            if due <= boot { return .run(step) }
            earliest = min(earliest, due)
        }
        return .wait(until: earliest)
    }

    private func isWanted(_ step: Step) -> Bool {
        switch step {
        case .enrol: false
        case .time, .trust, .secrets: true
        case .manifest: manifestOffered > manifestHeld && manifestOffered > manifestRefused
        case .metadata: manifestOffered <= manifestHeld || manifestOffered <= manifestRefused
        }
    }

    package mutating func handle(_ input: Input, at boot: Int64) {
        switch input {
        case .enrolled:
            isEnrolled = true
            succeed(.enrol, nextAt: boot)
        case .disowned: isEnrolled = false
        case .time(let manifest, let trust):
            manifestKnown = max(manifestKnown, manifest)
            wantTrust(trust, at: boot)
            succeed(.time, nextAt: boot + Self.timeEvery.milliseconds)
        case .trust(let version):
            trustHeld = version
            succeed(.trust, nextAt: boot + Self.trustEvery.milliseconds)
        case .secrets: succeed(.secrets, nextAt: boot + Self.secretsEvery.milliseconds)
        case .offered(let version):
            manifestOffered = version
            manifestKnown = max(manifestKnown, version)
            succeed(.metadata, nextAt: boot)
        case .nothingNewer: succeed(.metadata, nextAt: boot)
        case .manifest(let version):
            manifestHeld = version
            manifestKnown = max(manifestKnown, version)
            succeed(.manifest, nextAt: boot)
        case .refused(let version):
            manifestRefused = max(manifestRefused, version)
            manifestOffered = 0
        case .trustNeeded(let version):
            manifestOffered = 0
            wantTrust(version, at: boot)
            // Asked again once the trust list had time to come.
            due[.metadata] = boot + Self.firstWait.milliseconds
        case .failed(let step, let jitter):
            var backoff =
                backoffs[step] ?? Backoff(base: Self.firstWait, cap: Self.longestWait)
            due[step] = boot + backoff.wait(jitter: jitter).milliseconds
            backoffs[step] = backoff
            // What was offered may be gone by the time central answers again.
            if step == .manifest { manifestOffered = 0 }
        }
    }

    private mutating func wantTrust(_ version: Int64, at boot: Int64) {
        guard version > trustHeld, version > trustWanted else { return }
        trustWanted = version
        due[.trust] = boot
    }

    private mutating func succeed(_ step: Step, nextAt due: Int64) {
        backoffs[step] = nil
        self.due[step] = due
    }
}
