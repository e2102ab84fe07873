import Encodings
import EntryLogFormat
import GateLogic
import GateStore
import Logging
import ManifestFormat
import Sodium
import TicketModel
import TrustFormat
import VenueAPI

/// The steps of syncing: asks central, verifies the answer, stores it, takes it into use.
struct SyncCalls: Sendable {
    let core: GateCore
    let client: CentralClient
    /// The pinned fingerprint of the root keys.
    let root: [UInt8]
    /// The download that was cut short, if one was.
    let partial = PartialDownload()

    func run(_ step: SyncPlan.Step, _ plan: SyncPlan) async throws -> SyncPlan.Input {
        switch step {
        case .enrol: try await enrol()
        case .time: try await time()
        case .trust: try await trust()
        case .secrets: try await secrets()
        case .metadata: try await metadata(after: plan.metadataAfter)
        case .manifest: try await manifest(after: plan.metadataAfter)
        }
    }

    private func enrol() async throws -> SyncPlan.Input {
        let sign = core.keys.sign
        let box = core.keys.box.publicKey
        let nonce = Sodium.randomBytes(16)
        let proof = sign.signature(
            over: GateAPI.Enrolment.message(
                sign: sign.publicKey.bytes,
                box: box.bytes,
                nonce: nonce
            )
        )
        let answer = try await client.enrol(
            GateAPI.Enrolment(
                sign: Base64.encodeURL(sign.publicKey.bytes),
                box: Base64.encodeURL(box.bytes),
                nonce: Base64.encodeURL(nonce),
                pop: Base64.encodeURL(proof.bytes)
            )
        )
        guard let trustEnvelope = answer.trust.envelope,
            let statementEnvelope = answer.statement.envelope,
            let receiptEnvelope = answer.receipt.envelope
        else { throw CentralError.badAnswer("an enrolment") }
        let trust = try believed { try TrustList(trustEnvelope, pinnedTo: root) }
        if let held = core.trust, trust.version < held.version {
            throw CentralError.notBelieved("trust list version \(trust.version) is old")
        }
        let statement = try believed {
            try DeviceStatement(
                statementEnvelope,
                by: trust.keys(for: .deviceCA, at: trust.issued)
            )
        }
        guard statement.sign == sign.publicKey, statement.box == box else {
            throw CentralError.notBelieved("the statement is for another device")
        }
        try store(trust, trustEnvelope)
        await core.use(trust)
        let receipt = try Self.receipt(receiptEnvelope, trust: trust)
        guard receipt.device == statement.device, receipt.epoch == statement.epoch else {
            throw CentralError.notBelieved("the receipt is for another log")
        }
        try core.enrol(statement, statementEnvelope, receipt, receiptEnvelope)
        core.logger.notice(
            "enrolled",
            metadata: ["device": "\(statement.device)", "epoch": "\(statement.epoch)"]
        )
        return .enrolled
    }

    private func time() async throws -> SyncPlan.Input {
        guard let trust = core.trust else { throw CentralError.notBelieved("no trust list yet") }
        let nonce = Sodium.randomBytes(FreshStatement.nonceLength)
        let sent = core.clock.boot
        let envelope = try await client.time(
            GateAPI.TimeRequest(nonce: Base64.encodeURL(nonce), event: core.settings.event.hex)
        )
        let fresh = try believed {
            let all = trust.keys.filter { $0.role == .fresh }.map(\.key)
            let claimed = try FreshStatement(envelope, by: all)
            return try FreshStatement(envelope, by: trust.keys(for: .fresh, at: claimed.time))
        }
        guard fresh.nonce == nonce else {
            throw CentralError.notBelieved("the answer is to another question")
        }
        await core.clock.handle(.answer(time: fresh.time, sent: sent))
        return .time(manifest: fresh.manifest, trust: fresh.trust)
    }

    private func trust() async throws -> SyncPlan.Input {
        guard var held = core.trust else { throw CentralError.notBelieved("no trust list yet") }
        // A change of roots is believed step by step, never past it.
        while let next = try await client.trust(after: held.version, wait: 0) {
            let version = held.version
            held = try await take(next, after: held)
            guard held.version > version else { break }
        }
        return .trust(version: held.version)
    }

    /// Waits for the list that follows `held` and takes it into use.
    ///
    /// - Returns: its version; `nil` if none came while central waited.
    func nextTrust(after held: TrustList) async throws -> Int64? {
        let next = try await client.trust(after: held.version, wait: GateAPI.waitSecondsMax)
        guard let next else { return nil }
        let version = try await take(next, after: held).version
        // A central that does not wait would be asked again at once, without end.
        guard version > held.version else {
            throw CentralError.notBelieved("trust list version \(version) is not later")
        }
        return version
    }

    private func take(_ envelope: Envelope, after held: TrustList) async throws -> TrustList {
        let trust = try believed { try TrustList(envelope, after: held) }
        // The other loop may have been faster, and further.
        if let newest = core.trust, newest.version >= trust.version { return newest }
        try store(trust, envelope)
        await core.use(trust)
        return trust
    }

    private func secrets() async throws -> SyncPlan.Input {
        let secrets = try await client.secrets(of: core.settings.event)
        let wallet = secrets.walletKey.flatMap { Base64.decodeURL($0) }
        guard let sealed = Base64.decodeURL(secrets.barcodeKey),
            (wallet == nil) == (secrets.walletKey == nil)
        else { throw CentralError.badAnswer("sealed secrets") }
        guard core.use(sealedBarcodeKey: sealed, wallet: wallet) else {
            throw CentralError.notBelieved("the secrets are not for this device")
        }
        try core.journal.setState(.secrets, sealed)
        if let wallet { try core.journal.setState(.walletSecret, wallet) }
        return .secrets
    }

    private func metadata(after: Int64) async throws -> SyncPlan.Input {
        guard
            let envelope = try await client.manifestMetadata(
                of: core.settings.event,
                after: after
            )
        else { return .nothingNewer }
        return try offer(envelope, after: after).input
    }

    func offer(
        _ envelope: Envelope,
        after: Int64
    ) throws -> (input: SyncPlan.Input, metadata: ManifestMetadata?) {
        guard let trust = core.trust else { throw CentralError.notBelieved("no trust list yet") }
        do throws(ManifestRefusal) {
            guard let metadata = try core.shelf.offered(envelope, trust: trust) else {
                // Asked for a later one and got the one in service: not what this call gives.
                return (.failed(.metadata, jitter: 1), nil)
            }
            return (.offered(version: metadata.version), metadata)
        } catch {
            switch error {
            case .trustTooOld(let needed): return (.trustNeeded(version: needed), nil)
            default:
                // Without believed metadata there is no version to step over: try again later.
                core.note(manifestFault: "\(error)")
                throw error
            }
        }
    }

    private func store(_ trust: TrustList, _ envelope: Envelope) throws(StorageFault) {
        try core.journal.setState(.trust, envelope.json)
        try core.journal.setState(.trustRoot, TrustList.rootHash(of: trust.roots))
    }

    /// A receipt, if a key believed it at its date.
    static func receipt(_ envelope: Envelope, trust: TrustList) throws(CentralError) -> Receipt {
        do throws(EnvelopeError) {
            let all = trust.keys.filter { $0.role == .receipt }.map(\.key)
            let claimed = try Receipt(envelope, by: all)
            return try Receipt(envelope, by: trust.keys(for: .receipt, at: claimed.time))
        } catch { throw .notBelieved("receipt: \(error)") }
    }

    private func believed<Value>(
        _ verify: () throws -> Value
    ) throws(CentralError) -> Value {
        do {
            return try verify()
        } catch { throw .notBelieved("\(error)") }
    }
}
