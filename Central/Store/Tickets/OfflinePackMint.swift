import Sodium
package import TicketModel
import TokenFormat

/// LIVE tokens signed ahead: one head and many signatures (PROTOCOL 3.8).
package struct OfflineCodes: Hashable, Sendable {
    /// Seconds between the starts of two tokens.
    package static let step = OfflinePack.period
    /// Tokens of the longest pack: 12 hours.
    package static let countMax = OfflinePack.tokensMax
    package static let lengthStandard = Duration.seconds(6 * 3600)

    /// The 30 bytes of the first token's head; later ones differ in `t` alone.
    package let head: [UInt8]
    /// 64 bytes a token, in a row.
    package let signatures: [UInt8]
    /// `t` of the first token, Unix seconds.
    package let start: UInt32
    package let count: Int

    package var starts: Timestamp { Timestamp(seconds: start) }
    /// The first instant at which the last token is over.
    package var ends: Timestamp { starts + .seconds(Int(Self.step) * count) }
}

extension Timestamp {
    /// The last whole minute, so that no token of a pack, whose grid is minutes, is older than the
    /// key of an event that was made within the same minute.
    var wholeMinute: Timestamp {
        let rest = milliseconds % 60_000
        return Timestamp(milliseconds: milliseconds - (rest < 0 ? rest + 60_000 : rest))
    }
}

/// Signs packs: no storage, no clock.
enum OfflinePackMint {
    /// Tokens that one task signs in a row: a few milliseconds, then others have their turn.
    private static let signedAtOnce = 90

    /// Signs `count` tokens from `start` on, spread over the machine's cores.
    static func codes(
        for ticket: StoredTicket,
        keys: EventKeys,
        start: UInt32,
        count: Int
    ) async -> OfflineCodes {
        let firsts = Array(stride(from: 0, to: count, by: signedAtOnce))
        let parts = await withTaskGroup(of: (Int, OfflinePack).self) { group in
            for first in firsts {
                let time = start + UInt32(first) * OfflineCodes.step
                let length = min(signedAtOnce, count - first)
                group.addTask { (first, pack(ticket, keys, start: time, count: length)) }
            }
            var parts: [Int: OfflinePack] = [:]
            for await (first, part) in group { parts[first] = part }
            return parts
        }
        return OfflineCodes(
            head: parts[0]?.headBytes ?? [],
            signatures: firsts.flatMap { parts[$0]?.signatureBytes ?? [] },
            start: start,
            count: count
        )
    }

    private static func pack(
        _ ticket: StoredTicket,
        _ keys: EventKeys,
        start: UInt32,
        count: Int
    ) -> OfflinePack {
        let fields = TokenFields(
            type: .live,
            flags: ticket.flags.union(.preissued),
            keyID: keys.liveID,
            ticket: ticket.id,
            start: start,
            life: .minute,
            generation: ticket.generation,
            accessClass: ticket.accessClass
        )
        let pack = fields.flatMap {
            OfflinePack($0, count: count, event: ticket.event, key: keys.live)
        }
        guard let pack else { preconditionFailure("a whole minute, and 1 to 90 tokens of it") }
        return pack
    }
}
