import Database
import Encodings
import Sodium
package import TicketModel
package import VenueAPI

/// Gates: registered by an administrator, enrolled by themselves.
package struct DeviceRepository: Sendable {
    /// Draws of a name until one is free; there are a thousand million of them.
    private static let drawsMax = 16

    let database: any Database
    let keys: KeyRing

    init(database: any Database, keys: KeyRing) {
        self.database = database
        self.keys = keys
    }

    /// Registers a gate and gives it an API key.
    package func register(
        label: String,
        hall: HallNumber,
        gate: GateNumber,
        at now: Timestamp
    ) async throws(StoreError) -> RegisteredDevice {
        var checker = Checker()
        checker.name(label, "/name")
        checker.require(gate != .any, "/gate", "must not be 0")
        try checker.finish()
        return try await database.transaction { connection in
            let held = try connection.first("SELECT count(*) FROM device") { try $0.integer(0) }
            guard (held ?? 0) < StoreLimits.devicesMax else {
                throw StoreError.limitReached(.device)
            }
            let name = try Self.freeName(connection)
            try connection.run(
                "INSERT INTO device(name, label, hall, gate, created) VALUES(?, ?, ?, ?, ?)",
                [.text(name.text), .text(label), .number(hall), .number(gate), .time(now)]
            )
            let key = try APIKeyRepository.create(
                name: label,
                scopes: .gate,
                device: name,
                expires: nil,
                at: now,
                connection
            )
            return RegisteredDevice(device: try Self.device(name, connection), apiKey: key)
        }
    }

    private static func freeName(_ connection: any SQLConnection) throws -> DeviceName {
        for _ in 0..<drawsMax {
            let letters = Array(DeviceName.alphabet.utf8)
            let drawn = Sodium.randomBytes(DeviceName.length).map { letters[Int($0) % 32] }
            guard let name = DeviceName(String(decoding: drawn, as: UTF8.self)) else { continue }
            let isTaken = try connection.first(
                "SELECT 1 FROM device WHERE name = ?",
                [.text(name.text)]
            ) { _ in true }
            if isTaken == nil { return name }
        }
        throw StoreError.limitReached(.device)
    }

    /// - Throws: `.notFound(.device)`.
    package func device(_ name: DeviceName) async throws(StoreError) -> StoredDevice {
        try await database.snapshot { try Self.device(name, $0) }
    }

    /// Devices in order of name.
    package func list(
        after cursor: DeviceName? = nil,
        limit: Int
    ) async throws(StoreError) -> Page<StoredDevice, DeviceName> {
        let limit = min(max(1, limit), StoreLimits.pageMax)
        return try await database.snapshot { connection in
            let found = try connection.rows(
                "SELECT \(Self.columns) FROM device WHERE name > ? ORDER BY name LIMIT ?",
                [.text(cursor?.text ?? ""), .number(limit + 1)],
                Self.read
            )
            return Page(found, limit: limit) { $0.name }
        }
    }

    /// Says that a device is not to be believed any more, and takes its API keys away.
    ///
    /// The trust list gets its next version, if central signs it itself. Revoking again keeps the
    /// first instant.
    ///
    /// - Throws: `.notFound(.device)`.
    package func revoke(_ name: DeviceName, at now: Timestamp) async throws(StoreError) {
        let desk = keys.desk
        try await database.transaction { connection in
            guard try Self.device(name, connection).revoked == nil else { return }
            try TrustDesk.lock(connection)
            try connection.run(
                "UPDATE device SET revoked = ? WHERE name = ?",
                [.time(now), .text(name.text)]
            )
            try connection.run(
                "UPDATE api_key SET revoked = coalesce(revoked, ?) WHERE device = ?",
                [.time(now), .text(name.text)]
            )
            try desk.publish(at: now, connection)
        }
    }

    /// The event's barcode key and wallet key, sealed to the keys that the device enrolled with
    /// last.
    ///
    /// - Throws: `.notFound(.event)`; `.notFound(.device)` if it has not enrolled;
    ///   `.deviceRevoked`.
    package func sealedSecrets(
        of event: EventID,
        for name: DeviceName
    ) async throws(StoreError) -> GateAPI.SealedSecrets {
        let barcodeKey = try await keys.barcodeKey(of: event)
        let walletKey = try await keys.walletKey(event)
        let box = try await database.snapshot { connection in
            let device = try Self.device(name, connection)
            guard device.revoked == nil else { throw StoreError.deviceRevoked }
            guard let epoch = device.epoch,
                let held = try Self.deviceKeys(name, epoch, connection)
            else { throw StoreError.notFound(.device) }
            return held.box
        }
        return GateAPI.SealedSecrets(
            barcodeKey: Base64.encodeURL(box.seal(barcodeKey)),
            walletKey: Base64.encodeURL(box.seal(walletKey))
        )
    }

    private static let columns =
        "name, label, hall, gate, created, epoch, revoked, quarantined"

    private static func read(_ row: any SQLRow) throws -> StoredDevice {
        StoredDevice(
            name: try row.parsed(0, try row.text(0)) { DeviceName($0) },
            label: try row.text(1),
            hall: try row.numbered(2),
            gate: try row.numbered(3),
            created: try row.time(4),
            epoch: row.isNull(5) ? nil : try row.number(5),
            revoked: try row.timeIfAny(6),
            quarantined: try row.timeIfAny(7)
        )
    }

    static func device(
        _ name: DeviceName,
        _ connection: any SQLConnection
    ) throws -> StoredDevice {
        let found = try connection.first(
            "SELECT \(columns) FROM device WHERE name = ?",
            [.text(name.text)],
            read
        )
        guard let found else { throw StoreError.notFound(.device) }
        return found
    }

    /// The keys of one epoch; all epochs stay known for late uploads.
    static func deviceKeys(
        _ name: DeviceName,
        _ epoch: UInt32,
        _ connection: any SQLConnection
    ) throws -> DeviceKeys? {
        try connection.first(
            "SELECT sign, box FROM device_key WHERE device = ? AND epoch = ?",
            [.text(name.text), .number(epoch)]
        ) { row in
            DeviceKeys(
                epoch: epoch,
                sign: try row.parsed(0, try row.blob(0)) { PublicKey(bytes: $0) },
                box: try row.parsed(1, try row.blob(1)) { BoxPublicKey(bytes: $0) }
            )
        }
    }
}
