import Database
import Encodings
import Sodium
package import TicketModel
import TrustFormat
package import VenueAPI

extension DeviceRepository {
    /// A device statement is good for this long.
    static let statementLife = Duration.seconds(400 * 86_400)

    /// Binds a device's keys; the same keys again change nothing, others start the next epoch.
    ///
    /// - Throws: `.invalid`; `.badProof`; `.deviceKeyTaken`; `.deviceRevoked`;
    ///   `.notFound(.device)`.
    package func enrol(
        _ name: DeviceName,
        _ enrolment: GateAPI.Enrolment,
        at now: Timestamp
    ) async throws(StoreError) -> GateAPI.Enrolled {
        let (sign, box) = try Self.proven(enrolment)
        let keys = keys
        let enrolled = try await database.transaction { connection in
            let device = try Self.device(name, connection)
            guard device.revoked == nil else { throw StoreError.deviceRevoked }
            let epoch = try Self.bind(sign, box, to: device, at: now, connection)
            let statement = DeviceStatement(
                device: name,
                epoch: epoch,
                sign: sign,
                box: box,
                halls: [device.hall],
                gate: device.gate,
                notBefore: now,
                expires: now + Self.statementLife
            )
            let log = LogHead(name, epoch: epoch)
            let receipt = try log.receipt(at: now, connection)
            return (statement: statement, receipt: receipt)
        }
        let signers = try await keys.signers(at: now)
        let trust = try await keys.trust(at: now)
        let trustEnvelope: Envelope
        do { trustEnvelope = try Envelope(json: trust.envelope) } catch {
            throw .database(.corrupt("the stored trust list cannot be read"))
        }
        return GateAPI.Enrolled(
            statement: EnvelopeBody(
                Envelope(.device, payload: enrolled.statement.payload, signedBy: [signers.deviceCA])
            ),
            trust: EnvelopeBody(trustEnvelope),
            receipt: EnvelopeBody(
                Envelope(.receipt, payload: enrolled.receipt.payload, signedBy: [signers.receipt])
            )
        )
    }

    private static func proven(
        _ enrolment: GateAPI.Enrolment
    ) throws(StoreError) -> (PublicKey, BoxPublicKey) {
        var checker = Checker()
        let sign = Base64.decodeURL(enrolment.sign).flatMap { PublicKey(bytes: $0) }
        let box = Base64.decodeURL(enrolment.box).flatMap { BoxPublicKey(bytes: $0) }
        let nonce = Base64.decodeURL(enrolment.nonce)
        let proof = Base64.decodeURL(enrolment.pop).flatMap { Signature(bytes: $0) }
        checker.require(sign != nil, "/sign", "must be an Ed25519 public key in base64url")
        checker.require(box != nil, "/box", "must be an X25519 public key in base64url")
        checker.require(nonce?.count == 16, "/nonce", "must be 16 bytes in base64url")
        checker.require(proof != nil, "/pop", "must be an Ed25519 signature in base64url")
        try checker.finish()
        guard let sign, let box, let nonce, let proof else { throw .badProof }
        let message = GateAPI.Enrolment.message(sign: sign.bytes, box: box.bytes, nonce: nonce)
        guard sign.isValid(proof, over: message) else { throw .badProof }
        return (sign, box)
    }

    private static func bind(
        _ sign: PublicKey,
        _ box: BoxPublicKey,
        to device: StoredDevice,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> UInt32 {
        if let epoch = device.epoch, let held = try deviceKeys(device.name, epoch, connection),
            held.sign == sign, held.box == box
        {
            return epoch
        }
        let epoch = device.epoch.map { $0 + 1 } ?? 0
        let added = try connection.run(
            """
            INSERT INTO device_key(device, epoch, sign, box, enrolled) VALUES(?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                .text(device.name.text), .number(epoch), .blob(sign.bytes), .blob(box.bytes),
                .time(now),
            ]
        )
        guard added == 1 else { throw StoreError.deviceKeyTaken }
        try connection.run(
            "UPDATE device SET epoch = ? WHERE name = ?",
            [.number(epoch), .text(device.name.text)]
        )
        return epoch
    }
}
