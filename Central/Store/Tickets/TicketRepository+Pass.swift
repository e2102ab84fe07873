package import TicketModel
package import TokenFormat

/// What a maker of wallet passes puts into one (PROTOCOL 3.6).
package struct PassContent: Hashable, Sendable {
    package let ticket: StoredTicket
    package let paper: SignedToken
    /// The TOTP key of this ticket and generation: HMAC-SHA-1, 60 s, 8 digits.
    package let key: [UInt8]
}

extension TicketRepository {
    /// The PAPER token and the key for a wallet pass; the same until the next generation.
    ///
    /// - Throws: `.notFound(.ticket)`; `.refused` with the reason why there is none.
    package func pass(_ id: TicketID, at now: Timestamp) async throws(StoreError) -> PassContent {
        let ticket = try await ticket(id)
        try Self.check(ticket, .wallet, at: now)
        let walletKey = try await keys.walletKey(ticket.event)
        let credentials = try await credentials(of: ticket)
        let key = WalletCode.passKey(
            of: ticket.id,
            generation: ticket.generation,
            walletKey: walletKey
        )
        return PassContent(ticket: ticket, paper: credentials.paper, key: key)
    }
}
