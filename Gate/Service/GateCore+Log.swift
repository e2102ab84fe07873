import EntryLogFormat
import GateLogic
import GateStore
import Logging
import Platform
import Sodium
import Synchronization
import TicketModel
import TrustFormat

/// The gate's log and what central has confirmed of it (PROTOCOL 9.3).
extension GateCore {
    private static let receiptBytesMax = 8192
    /// How soon another log may be ended: a central that errs for good must not use up epochs.
    package static let endEvery = Duration.seconds(600)

    /// Why nobody is admitted until the gate has enrolled again; `nil` while its log is sound.
    package var logFault: String? { state.withLock { $0.logFault } }

    /// Keeps a believed receipt, in the journal and beside it.
    func keep(_ receipt: Receipt, _ envelope: Envelope) throws(StorageFault) {
        try journal.keep(receipt, envelope: envelope)
        do throws(FileError) {
            let path = GateData(settings.data).receipt
            try AtomicFile.write(envelope.json, to: path, mode: 0o600)
        } catch {
            logger.error("receipt not copied", metadata: ["error": "\(error)"])
        }
    }

    /// Central has answered, unsigned, what a sound log cannot get: its receipt will tell.
    func doubtLog() { state.withLock { $0.isLogDoubted = true } }

    /// Whether the gate has to ask for a receipt by enrolling once more; asked once.
    func takeDoubt() -> Bool {
        state.withLock { state in
            defer { state.isLogDoubted = false }
            return state.isLogDoubted
        }
    }

    /// Takes on what an enrolment brought, unless this gate's log does not extend the receipt.
    ///
    /// - Throws: `CentralError.logLost` if it does not: the next attempt has new keys, and so the
    ///   next epoch.
    func enrol(
        _ statement: DeviceStatement,
        _ statementEnvelope: Envelope,
        _ receipt: Receipt,
        _ receiptEnvelope: Envelope
    ) throws {
        let log = LogName(device: statement.device, epoch: statement.epoch)
        // The log may have been ended, and the keys renewed, while central answered.
        let isEnded = try journal.closedEpochs().contains { $0.epoch == log.epoch }
        guard statement.sign == keys.sign.publicKey, !isEnded else { throw CentralError.logLost }
        let integrity = try journal.integrity(
            of: log.epoch,
            next: receipt.next,
            head: receipt.head
        )
        guard integrity == .sound else {
            try end(log, integrity)
            throw CentralError.logLost
        }
        try journal.setState(.statement, statementEnvelope.json)
        try use(statement)
        try keep(receipt, receiptEnvelope)
    }

    /// Whether the log that a stored statement names may be continued.
    func mayGoOn(_ statement: DeviceStatement, trust: TrustList) throws -> Bool {
        let log = LogName(device: statement.device, epoch: statement.epoch)
        if try journal.closedEpochs().contains(where: { $0.epoch == log.epoch }) {
            // The power went between closing the log and making new keys.
            try renewKeys()
            return false
        }
        var integrity = LogIntegrity.sound
        if let held = try journal.confirmed(of: log.epoch) {
            integrity = try journal.integrity(of: log.epoch, next: held.next, head: held.head)
        }
        if integrity == .sound, let copy = copiedReceipt(trust), copy.device == log.device,
            copy.epoch == log.epoch
        {
            integrity = try journal.integrity(of: log.epoch, next: copy.next, head: copy.head)
        }
        guard integrity != .sound else { return true }
        try end(log, integrity)
        return false
    }

    private func copiedReceipt(_ trust: TrustList) -> Receipt? {
        let path = GateData(settings.data).receipt
        // Without a copy there is nothing to compare with: the first start, or an older version's.
        guard let bytes = try? AtomicFile.read(path, bytesMax: Self.receiptBytesMax) else {
            return nil
        }
        do {
            return try SyncCalls.receipt(try Envelope(json: bytes), trust: trust)
        } catch {
            logger.error("copy of the receipt not believed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Ends a log that does not extend what central has signed for.
    ///
    /// Records under numbers that central holds already would make this device a liar, so nothing
    /// more is written into that log, nor uploaded from it. If it is the present one, nobody is
    /// admitted until the gate has enrolled for the next epoch.
    ///
    /// - Returns: `false` if a log was ended within ``endEvery``: then this one stays as it is.
    @discardableResult
    func end(_ log: LogName, _ integrity: LogIntegrity) throws -> Bool {
        let boot = clock.boot
        let isTooSoon = state.withLock { state in
            if let last = state.logEnded, boot - last < Self.endEvery.milliseconds { return true }
            state.logEnded = boot
            return false
        }
        guard !isTooSoon else { return false }
        let reason: String
        switch integrity {
        case .sound: return false
        case .shorter(let confirmed, let here):
            reason = "central has confirmed \(confirmed) records, here are \(here)"
        case .other(let sequence): reason = "central has another record \(sequence)"
        }
        logger.critical(
            "LOG ENDED: this gate's journal was lost or put back from a copy",
            metadata: ["log": "\(log.device)/\(log.epoch)", "reason": "\(reason)"]
        )
        let isPresent = identity.map { $0.log == log } ?? true
        if isPresent {
            settlement.retire()
            state.withLock { $0.logFault = "log \(log.epoch): \(reason)" }
        }
        // Last, because it starts the next enrolment, which must find the new keys.
        defer { if isPresent { state.withLock { $0.identity = nil } } }
        try journal.close(
            log,
            key: keys.sign.publicKey,
            reason: reason,
            forgetting: isPresent ? [.statement, .secrets, .walletSecret] : []
        )
        if isPresent { try renewKeys() }
        return true
    }

    /// Other keys are what makes central start the next epoch.
    private func renewKeys() throws {
        let keys = try DeviceKeys.make(GateData(settings.data).deviceKey)
        state.withLock {
            $0.keys = keys
            $0.logFault = $0.logFault ?? "the log before was ended"
        }
    }
}
