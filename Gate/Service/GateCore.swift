import AdmissionRules
import Encodings
import EntryLogFormat
import GateLogic
package import GateStore
package import Logging
import ManifestFormat
import Platform
import Sodium
import Synchronization
import TicketModel
package import TrustFormat

/// What the parts of a running gate share: its stores, its keys, whom it believes, its clock.
package final class GateCore: Sendable {
    /// Silence of central after which a gate counts as isolated.
    package static let isolatedAfter = Duration.seconds(60)

    package let settings: GateSettings
    package let journal: Journal
    package let shelf: ManifestShelf
    package let settlement: Settlement
    package let clock: ClockKeeper
    package let board: VerdictBoard
    package let logger: Logger
    let state: Mutex<State>

    struct State {
        var keys: DeviceKeys
        var trust: TrustList?
        var identity: GateIdentity?
        var lastContact: Int64?
        var manifestKnown: Int64 = 0
        var syncFault: String?
        var manifestFault: String?
        var uploadFault: String?
        /// Why the log cannot go on; until the gate has enrolled again.
        var logFault: String?
        /// Central contradicts this gate's log, without a signature so far.
        var isLogDoubted = false
        /// When a log was ended last, milliseconds since boot.
        var logEnded: Int64?
        /// While staff show specimens; a restart ends it without a report.
        var rehearsal: Rehearsal?
    }

    /// Opens the gate's data folder, making it where there is none, and takes up what it holds.
    package init(settings: GateSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        let data = GateData(settings.data)
        try data.prepare()
        state = Mutex(State(keys: try DeviceKeys.load(data.deviceKey)))
        journal = try Journal(path: data.journal)
        shelf = ManifestShelf(folder: data.manifests, event: settings.event, journal: journal)
        settlement = Settlement(journal: journal, shelf: shelf)
        settlement.use(
            sensorLanes: Set(settings.lanes.filter(\.hasPassageSensor).map(\.number))
        )
        board = VerdictBoard()
        clock = try ClockKeeper(
            journal: journal,
            settlement: settlement,
            bootID: ClockKeeper.currentBootID(),
            sinceBoot: { SystemClock.sinceBoot() },
            wall: SystemClock.now(),
            logger: logger
        )
    }

    /// This device's keys; new ones once its log was lost.
    package var keys: DeviceKeys { state.withLock { $0.keys } }
    package var trust: TrustList? { state.withLock { $0.trust } }
    package var identity: GateIdentity? { state.withLock { $0.identity } }
    /// The newest manifest version that central has spoken of.
    package var manifestKnown: Int64 { state.withLock { $0.manifestKnown } }
    /// Why the latest attempt to sync failed; `nil` after one that did not.
    package var syncFault: String? { state.withLock { $0.syncFault } }
    /// Why the newest manifest on offer was refused; `nil` once a later one is in service.
    package var manifestFault: String? { state.withLock { $0.manifestFault } }
    /// Why records are not uploaded; `nil` if they are.
    package var uploadFault: String? { state.withLock { $0.uploadFault } }

    package func note(syncFault: String?) { state.withLock { $0.syncFault = syncFault } }
    package func note(manifestFault: String?) {
        state.withLock { $0.manifestFault = manifestFault }
    }
    package func note(uploadFault: String?) { state.withLock { $0.uploadFault = uploadFault } }
    package func note(manifestKnown: Int64) {
        state.withLock { $0.manifestKnown = max($0.manifestKnown, manifestKnown) }
    }

    /// Central has just answered.
    package func noteContact() {
        let boot = clock.boot
        state.withLock { $0.lastContact = boot }
    }

    /// Whether central has been silent for so long that policy may ask for a supervisor.
    package var isIsolated: Bool {
        let boot = clock.boot
        guard let last = state.withLock({ $0.lastContact }) else { return true }
        return boot - last > Self.isolatedAfter.milliseconds
    }

    /// Believes a verified trust list from now on.
    package func use(_ trust: TrustList) async {
        state.withLock { state in
            // Two loops ask for lists; a lower version never comes back.
            if trust.version >= state.trust?.version ?? 0 { state.trust = trust }
        }
        await clock.prove(trust.issued)
    }

    /// Takes on what a verified device statement says this gate is.
    package func use(_ statement: DeviceStatement) throws(StorageFault) {
        guard let hall = statement.halls.first else { throw .badValue("halls") }
        let identity = GateIdentity(
            device: statement.device,
            epoch: statement.epoch,
            key: keys.sign,
            event: settings.event,
            hall: hall,
            gate: statement.gate
        )
        try journal.open(identity.log, key: keys.sign.publicKey)
        settlement.use(identity)
        state.withLock {
            $0.identity = identity
            $0.logFault = nil
        }
    }

    /// Takes on the event's keys for static codes and for wallet codes, sealed to this device.
    ///
    /// - Parameter wallet: `nil` where the event has no wallet codes.
    /// - Returns: `false` if one was not sealed to this device or is no key; then none is used.
    package func use(sealedBarcodeKey: [UInt8], wallet: [UInt8]?) -> Bool {
        guard let barcodeKey = opened(sealedBarcodeKey) else { return false }
        var secrets = EventSecrets(barcodeKey: barcodeKey)
        if let wallet {
            guard let walletKey = opened(wallet) else { return false }
            secrets.walletKey = walletKey
        }
        settlement.use(secrets)
        shelf.use(barcodeKey: barcodeKey)
        return true
    }

    private func opened(_ sealed: [UInt8]) -> [UInt8]? {
        guard let key = keys.box.open(sealed), key.count == EventSecrets.keyLength else {
            return nil
        }
        return key
    }

    /// Takes up what was stored: all of it is verified again, and none of it is needed to start.
    package func restore() async {
        guard let trust = restoredTrust() else { return }
        await use(trust)
        do {
            if let statement = try restoredStatement(trust),
                try mayGoOn(statement, trust: trust)
            {
                try use(statement)
            }
            if let sealed = try journal.state(.secrets),
                !use(sealedBarcodeKey: sealed, wallet: try journal.state(.walletSecret))
            {
                logger.error("stored secrets are not for this device")
            }
        } catch {
            logger.error("stored identity not usable", metadata: ["error": "\(error)"])
        }
        do throws(ManifestRefusal) {
            if let manifest = try shelf.restore(trust: trust) {
                await clock.prove(manifest.metadata.created)
                note(manifestKnown: manifest.metadata.version)
            }
        } catch {
            logger.error("stored manifest refused", metadata: ["error": "\(error)"])
        }
    }

    private func restoredTrust() -> TrustList? {
        do {
            guard let stored = try journal.state(.trust) else { return nil }
            // After a change of roots the settings still name the first ones; which roots replaced
            // them was proven then, and noted.
            let root = try journal.state(.trustRoot) ?? settings.central?.root
            guard let root else {
                logger.error("settings do not pin the root keys (central.root)")
                return nil
            }
            return try TrustList(try Envelope(json: stored), pinnedTo: root)
        } catch {
            logger.error("stored trust list not believed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func restoredStatement(_ trust: TrustList) throws -> DeviceStatement? {
        guard let stored = try journal.state(.statement) else { return nil }
        let statement = try DeviceStatement(
            try Envelope(json: stored),
            by: trust.keys(for: .deviceCA, at: trust.issued)
        )
        guard statement.sign == keys.sign.publicKey else {
            logger.warning("the device key is new: the gate must enrol again")
            return nil
        }
        return statement
    }
}
