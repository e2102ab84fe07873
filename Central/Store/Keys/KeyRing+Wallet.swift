import Database
package import TicketModel

extension KeyRing {
    /// The event's `wallet_key`, 32 bytes: gates with wallet duty get it, and the keys of passes
    /// are derived from it (PROTOCOL 3.6).
    ///
    /// Made with the event; an event of an earlier release gets one when it is first asked for.
    ///
    /// - Throws: `.notFound(.event)`.
    package func walletKey(_ event: EventID) async throws(StoreError) -> [UInt8] {
        let vault = vault
        let held = try await database.snapshot {
            try vault.secret(.wallet, event: event, $0)
        }
        if let held { return held }
        return try await database.transaction { connection in
            // Another process may have been first.
            if let held = try vault.secret(.wallet, event: event, connection) { return held }
            let isThere = try connection.first("SELECT 1 FROM event WHERE id = ?", [.id(event)]) {
                _ in true
            }
            guard isThere == true else { throw StoreError.notFound(.event) }
            try vault.addSecret(.wallet, event: event, connection)
            guard let made = try vault.secret(.wallet, event: event, connection) else {
                throw StoreError.wrongMasterKey
            }
            return made
        }
    }
}
