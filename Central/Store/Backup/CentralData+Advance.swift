import Database
import TicketModel

extension CentralData {
    /// Lets version numbers jump ahead of all that gates may have seen, after an old copy was put
    /// back; 0 changes nothing.
    ///
    /// Every event gets a new manifest, whole, at the next build. With an online root the next
    /// trust list is in force at once.
    ///
    /// - Returns: the trust list in force; `nil` if offline roots must sign the next one first.
    func advance(by jump: Int64, at now: Timestamp) async throws(StoreError) -> Int64? {
        let desk = keys.desk
        return try await database.transaction { connection in
            guard jump > 0 else { return try TrustDesk.current(connection)?.version }
            try TrustDesk.lock(connection)
            try connection.run(
                "UPDATE installation SET trust_version = trust_version + ? WHERE id = 1",
                [.integer(jump)]
            )
            try connection.run(
                """
                UPDATE event SET manifest_version = manifest_version + ?, revision = revision + 1
                WHERE manifest_version > 0
                """,
                [.integer(jump)]
            )
            return try desk.publish(at: now, connection)
        }
    }
}
