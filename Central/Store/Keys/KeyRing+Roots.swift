import Database
package import TicketModel
package import TrustFormat

/// What people with root keys ask of central.
extension KeyRing {
    /// Life of a list that offline roots sign, unless something else is asked for.
    package static let offlineLife = TrustDesk.offlineLife

    /// The next trust list with the one in force, for the root keys to sign.
    ///
    /// - Throws: `.trustRefused(.rootIsOnline)` where central signs its lists itself.
    package func proposal(
        at now: Timestamp,
        life: Duration = offlineLife
    ) async throws(StoreError) -> TrustProposal {
        let desk = desk
        return try await database.snapshot { try desk.proposal(at: now, life: life, $0) }
    }

    /// Takes a list that came back signed into force.
    ///
    /// - Throws: `.trustRefused` with the reason; then nothing has changed.
    package func install(
        _ envelope: Envelope,
        at now: Timestamp
    ) async throws(StoreError) -> TrustList {
        let desk = desk
        let list = try await database.transaction { try desk.install(envelope, at: now, $0) }
        try await refresh()
        return list
    }

    /// Says which roots the next trust list is to name; it comes into force once it is signed by
    /// those in force and by these.
    package func setRoots(_ roots: RootSet) async throws(StoreError) {
        let desk = desk
        try await database.transaction { connection in
            try desk.setRoots(roots.keys, threshold: roots.threshold, connection)
        }
    }
}
