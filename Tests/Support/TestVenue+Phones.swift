package import Sodium
package import TicketModel
import TokenFormat

/// What guests' phones show.
extension TestVenue {
    /// The key in the phone of a ticket's holder.
    package func holder(of ticket: TicketID) throws -> SigningKey {
        guard let key = SigningKey(seed: Hash.b2(32, Array("phone".utf8), ticket.bytes)) else {
            throw Failure.badSeed
        }
        return key
    }

    /// A code that the phone signs, as a scanner reads it.
    package func holderCode(
        _ ticket: TicketID,
        at shown: Timestamp,
        generation: UInt8 = 0
    ) throws -> [UInt8] {
        let key = try holder(of: ticket)
        let fields = TokenFields(
            shownBy: key.publicKey,
            keyID: cred.publicKey.keyID,
            ticket: ticket,
            shown: shown.tokenSeconds ?? 0,
            generation: Generation(generation)
        )
        return fields.map { Array(SignedToken($0, event: event, key: key).text.utf8) } ?? []
    }

    /// The phone's long code, with central's credential in it.
    package func holderFullCode(
        _ ticket: TicketID,
        at shown: Timestamp,
        generation: UInt8 = 0,
        accessClass: ClassNumber = .unstated
    ) throws -> [UInt8] {
        let key = try holder(of: ticket)
        let fields = TokenFields(
            type: .holderFull,
            keyID: cred.publicKey.keyID,
            ticket: ticket,
            start: Self.opening.tokenSeconds ?? 0,
            life: TokenLife(hours: 0),
            generation: Generation(generation),
            accessClass: accessClass
        )
        let credential = fields.flatMap {
            HolderCredential($0, holder: key.publicKey, event: event, key: cred)
        }
        let shown = shown.tokenSeconds ?? 0
        return credential.map {
            Array($0.presented(at: shown, event: event, key: key).text.utf8)
        } ?? []
    }

    /// What the wallet app shows of a pass.
    package func walletCode(
        _ ticket: TicketID,
        at time: Timestamp,
        generation: UInt8 = 0
    ) -> [UInt8] {
        let fields = TokenFields(
            type: .paper,
            keyID: paper.publicKey.keyID,
            ticket: ticket,
            start: Self.opening.tokenSeconds ?? 0,
            life: .none,
            generation: Generation(generation),
            accessClass: .unstated
        )
        let text = fields.flatMap {
            WalletCode.text(
                paper: SignedToken($0, event: event, key: paper),
                time: UInt64(time.tokenSeconds ?? 0),
                walletKey: walletKey
            )
        }
        return Array((text ?? "").utf8)
    }
}
