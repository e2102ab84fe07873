package import Sodium
package import TicketModel
package import TokenFormat
package import TrustFormat

/// An event with all its keys, the same in every run: what central would be, without its server.
package struct TestVenue: Sendable {
    package let event: EventID
    package let root: SigningKey
    package let live: SigningKey
    package let paper: SigningKey
    package let manifest: SigningKey
    package let fresh: SigningKey
    package let deviceCA: SigningKey
    package let receipt: SigningKey
    package let logBox: BoxKey
    package let deviceSign: SigningKey
    package let deviceBox: BoxKey
    package let barcodeKey: [UInt8]
    package let cred: SigningKey
    package let walletKey: [UInt8]
    package let device: DeviceName

    /// The instant at which the stories of the tests begin: 2025-10-09T08:53:20Z, in
    /// the past of every clock that runs the tests.
    package static let opening = Timestamp(seconds: 1_760_000_000)
    package static let hall = HallNumber(3)
    package static let gate = GateNumber(12)
    package static let accessClass = ClassNumber(7)
    /// Twenty years: tests must not run out of it.
    package static let lifetime = Duration.seconds(20 * 365 * 24 * 3600)

    package enum Failure: Error {
        case badSeed
    }

    /// - Parameter seed: venues of different seeds have different keys and events.
    package init(seed: UInt8 = 1) throws {
        func bytes(_ number: UInt8) -> [UInt8] {
            Hash.b2(32, Array("test venue".utf8), [seed, number])
        }
        func key(_ number: UInt8) throws -> SigningKey {
            guard let key = SigningKey(seed: bytes(number)) else { throw Failure.badSeed }
            return key
        }
        func box(_ number: UInt8) throws -> BoxKey {
            guard let key = BoxKey(seed: bytes(number)) else { throw Failure.badSeed }
            return key
        }
        guard let event = EventID(bytes: bytes(0).prefix(16)), let device = DeviceName("G7K2M9")
        else { throw Failure.badSeed }
        self.event = event
        self.device = device
        root = try key(1)
        live = try key(2)
        paper = try key(3)
        manifest = try key(4)
        fresh = try key(5)
        deviceCA = try key(6)
        receipt = try key(7)
        logBox = try box(8)
        deviceSign = try key(9)
        deviceBox = try box(10)
        barcodeKey = bytes(11)
        cred = try key(12)
        walletKey = bytes(13)
    }

    /// The keys as a gate believes them, usable from 1970 to 2106.
    package func trustList(version: Int64 = 1, issued: Timestamp = opening) -> TrustList {
        func trusted(_ key: SigningKey, _ role: KeyRole, _ event: EventID?) -> TrustedKey {
            TrustedKey(
                key: key.publicKey,
                role: role,
                event: event,
                notBefore: Timestamp(milliseconds: 0),
                expires: Timestamp(seconds: .max),
                revoked: nil
            )
        }
        return TrustList(
            version: version,
            issued: issued,
            expires: issued + Self.lifetime,
            threshold: 1,
            roots: [root.publicKey],
            keys: [
                trusted(live, .live, event), trusted(paper, .paper, event),
                trusted(cred, .cred, event),
                trusted(manifest, .manifest, nil), trusted(fresh, .fresh, nil),
                trusted(deviceCA, .deviceCA, nil), trusted(receipt, .receipt, nil),
            ],
            logBox: logBox.publicKey,
            revokedDevices: []
        )
    }

    package func trustEnvelope(version: Int64 = 1, issued: Timestamp = opening) -> Envelope {
        Envelope(
            .trust,
            payload: trustList(version: version, issued: issued).payload,
            signedBy: [root]
        )
    }

    /// The fingerprint that settings pin.
    package var rootHash: [UInt8] { TrustList.rootHash(of: [root.publicKey]) }

    package func statement(
        epoch: UInt32 = 1,
        sign: PublicKey? = nil,
        box: BoxPublicKey? = nil
    ) -> DeviceStatement {
        DeviceStatement(
            device: device,
            epoch: epoch,
            sign: sign ?? deviceSign.publicKey,
            box: box ?? deviceBox.publicKey,
            halls: [Self.hall],
            gate: Self.gate,
            notBefore: Timestamp(milliseconds: 0),
            expires: Timestamp(seconds: .max)
        )
    }

    package func statementEnvelope(_ statement: DeviceStatement) -> Envelope {
        Envelope(.device, payload: statement.payload, signedBy: [deviceCA])
    }

    package func receiptEnvelope(_ receipt: Receipt) -> Envelope {
        Envelope(.receipt, payload: receipt.payload, signedBy: [self.receipt])
    }

    package func freshEnvelope(_ statement: FreshStatement) -> Envelope {
        Envelope(.fresh, payload: statement.payload, signedBy: [fresh])
    }

    /// The ticket of this number; ids look random but are the same in every run.
    package func ticket(_ number: Int) -> TicketID {
        let hash = Hash.b2(32, event.bytes, Array("ticket \(number)".utf8))
        return TicketID(
            high: hash[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: hash[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    /// A rotating code that starts at `start`, as a scanner reads it.
    package func liveCode(
        _ ticket: TicketID,
        at start: Timestamp,
        generation: UInt8 = 0,
        accessClass: ClassNumber = .unstated,
        flags: TokenFlags = []
    ) -> [UInt8] {
        let fields = TokenFields(
            type: .live,
            flags: flags,
            keyID: live.publicKey.keyID,
            ticket: ticket,
            start: start.tokenSeconds ?? 0,
            life: .minute,
            generation: Generation(generation),
            accessClass: accessClass
        )
        return fields.map { Array(SignedToken($0, event: event, key: live).text.utf8) } ?? []
    }

    /// A printed code, as a scanner reads it.
    package func paperCode(_ ticket: TicketID, generation: UInt8 = 0) -> [UInt8] {
        let fields = TokenFields(
            type: .paper,
            keyID: paper.publicKey.keyID,
            ticket: ticket,
            start: Self.opening.tokenSeconds ?? 0,
            life: .none,
            generation: Generation(generation),
            accessClass: .unstated
        )
        return fields.map { Array(SignedToken($0, event: event, key: paper).text.utf8) } ?? []
    }

    /// The own static code of a ticket.
    package func ownCode(_ ticket: TicketID, generation: UInt8 = 0) -> OwnCode? {
        OwnCode(payload: Hash.b2(OwnCode.payloadLength, ticket.bytes, [generation]))
    }
}
