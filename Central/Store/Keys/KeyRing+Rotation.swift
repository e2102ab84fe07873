import Database
package import Sodium
package import TicketModel
package import TrustFormat

/// When a key that was asked for takes over.
package enum Takeover: Hashable, Sendable {
    /// Once gates have known it for this long.
    case after(Duration)
    /// Not before it is called for: a reserve.
    case whenNeeded

    /// Longer makes no sense: nobody would remember what they planned.
    package static let overlapMax = Duration.seconds(30 * 86_400)
}

extension KeyRing {
    /// Lets another key take over in a role: a reserve if there is one, else a new one.
    ///
    /// The old key signs until then; what it has signed stays good.
    ///
    /// - Parameter event: the event, for the roles that belong to one; else `nil`.
    /// - Throws: `.invalid`, `.notFound(.event)`, `.limitReached(.signingKey)`.
    package func rotate(
        _ role: KeyRole,
        event: EventID?,
        _ takeover: Takeover = .after(overlapStandard),
        at now: Timestamp
    ) async throws(StoreError) -> KeyChange {
        var checker = Checker()
        if case .after(let overlap) = takeover {
            checker.require(
                overlap >= .zero && overlap <= Takeover.overlapMax,
                "/overlap_seconds",
                "must be from 0 to \(Takeover.overlapMax.milliseconds / 1000)"
            )
        }
        let stored = StoredRole(role)
        checker.require(
            StoredRole.ofEvent.contains(stored) == (event != nil),
            "/event",
            event == nil
                ? "is missing: this role belongs to one event" : "does not go with this role"
        )
        try checker.finish()
        let ring = self
        return try await database.transaction { connection in
            try TrustDesk.lock(connection)
            let id: KeyID
            if case .after(let overlap) = takeover,
                let reserve = try Self.reserve(stored, event, at: now, connection)
            {
                id = reserve
                try ring.call(reserve, stored, event, from: now + overlap, connection)
            } else {
                id = try ring.draw(stored, event, takeover, at: now, connection)
            }
            return try ring.finish(id, stored, event, at: now, connection)
        }
    }

    /// Takes a key out of use for good: it signs nothing more, and gates that have learnt it
    /// believe nothing that is dated later; of PAPER and credential keys nothing at all.
    ///
    /// A successor signs at once, if gates know one already; else one is drawn. Revoking again
    /// keeps the first instant.
    ///
    /// - Throws: `.notFound(.signingKey)`.
    package func revoke(_ id: KeyID, at now: Timestamp) async throws(StoreError) -> KeyChange {
        let ring = self
        return try await database.transaction { connection in
            try TrustDesk.lock(connection)
            let found = try Self.keys(event: nil, connection).first { $0.id == id }
            guard let found else { throw StoreError.notFound(.signingKey) }
            let role = StoredRole(found.role)
            guard found.revoked == nil else {
                return try ring.finish(id, role, found.event, at: now, connection)
            }
            try connection.run(
                "UPDATE signing_key SET revoked = ? WHERE kid = ?",
                [.time(now), .number(id.number)]
            )
            let others = try ring.vault.line(role, event: found.event, connection)
            if !others.signers.contains(where: { now < $0.expires }), found.expires > now {
                _ = try ring.draw(role, found.event, .after(.zero), at: now, connection)
            } else if let next = others.signer(at: now), next.signsFrom.map({ $0 > now }) ?? true {
                try ring.call(next.key.publicKey.keyID, role, found.event, from: now, connection)
            }
            // What the key had signed in manifests is signed again by its successor.
            if role == .manifest {
                try connection.run("UPDATE event SET revision = revision + 1")
            } else if let event = found.event {
                try connection.run(
                    "UPDATE event SET revision = revision + 1 WHERE id = ?",
                    [.id(event)]
                )
            }
            return try ring.finish(id, role, found.event, at: now, connection)
        }
    }

    /// Puts a new key for sealed evidence into use.
    ///
    /// - Returns: the trust list that names it; `nil` while it awaits signature.
    package func rotateLogBox(at now: Timestamp) async throws(StoreError) -> Int64? {
        let ring = self
        return try await database.transaction { connection in
            try TrustDesk.lock(connection)
            try ring.vault.replaceLogBox(from: now, until: now + Self.seasonLife, connection)
            return try ring.desk.publish(at: now, connection)
        }
    }

    private static func reserve(
        _ role: StoredRole,
        _ event: EventID?,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> KeyID? {
        try keys(event: event, connection).first {
            StoredRole($0.role) == role && $0.event == event && $0.listed != nil
                && $0.signsFrom == nil && $0.revoked == nil && now < $0.expires
        }?.id
    }

    /// Sets the instant from which a key that gates know signs.
    private func call(
        _ id: KeyID,
        _ role: StoredRole,
        _ event: EventID?,
        from start: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.run(
            "UPDATE signing_key SET sign_from = ?, sign_after = 0 WHERE kid = ?",
            [.time(start), .number(id.number)]
        )
        try desk.retireOld(
            .init(kid: Int64(id.number), role: role.rawValue, event: event, from: start),
            cutting: !TrustDesk.standing(connection).isOffline,
            connection
        )
    }

    private func draw(
        _ role: StoredRole,
        _ event: EventID?,
        _ takeover: Takeover,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> KeyID {
        let start: SignStart =
            switch takeover {
            case .after(let overlap): .afterListing(overlap)
            case .whenNeeded: .inReserve
            }
        guard let event else {
            return try Self.addSeasonKey(role, vault, start: start, at: now, connection)
        }
        let ends = try connection.first("SELECT ends FROM event WHERE id = ?", [.id(event)]) {
            try $0.time(0)
        }
        guard let ends else { throw StoreError.notFound(.event) }
        guard now < ends + Self.eventGrace else {
            throw StoreError.invalid([InvalidValue("/event", "is over")])
        }
        return try vault.addKey(
            role,
            event: event,
            from: try firstUse(role, event, connection) ?? now.wholeSecond,
            until: ends + Self.eventGrace,
            start: start,
            connection
        )
    }

    /// A PAPER token or credential may be made anew with the date of its first issue, which the
    /// successor's dates must hold; nobody else has had the new key, so nothing can be backdated.
    private func firstUse(
        _ role: StoredRole,
        _ event: EventID,
        _ connection: any SQLConnection
    ) throws -> Timestamp? {
        guard role != .live else { return nil }
        return try connection.first(
            "SELECT min(nbf) FROM signing_key WHERE role = ? AND event = ?",
            [.text(role.rawValue), .id(event)]
        ) { try $0.timeIfAny(0) }.flatMap { $0 }
    }

    private func finish(
        _ id: KeyID,
        _ role: StoredRole,
        _ event: EventID?,
        at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> KeyChange {
        let version = try desk.publish(at: now, connection)
        let keys = try Self.listed(event: event, at: now, connection)
        guard let key = keys.first(where: { $0.id == id }) else {
            throw StoreError.notFound(.signingKey)
        }
        let signing = keys.first {
            StoredRole($0.role) == role && $0.event == event && $0.standing == .signs
        }
        return KeyChange(key: key, signing: signing?.id, version: version)
    }
}
