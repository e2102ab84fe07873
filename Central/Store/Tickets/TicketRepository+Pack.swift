import Database
package import TicketModel

/// What somebody asks of an offline pack.
package struct PackWish: Hashable, Sendable {
    /// The phone or browser that will keep it.
    package var device: DeviceTag
    /// `nil` is the start of the entry window, or now if that is past.
    package var from: Timestamp?
    /// Whole minutes from ``minutesRange``; `nil` for six hours.
    package var minutes: Int?
    /// Whether it may come from another phone, whose codes die.
    package var mayMove: Bool
    /// Whether the holder asks by the link, which moves a ticket ``StoreLimits/movesMax`` times.
    package var isByLink: Bool

    package static let minutesRange = 1...OfflineCodes.countMax

    package init(
        device: DeviceTag,
        from: Timestamp? = nil,
        minutes: Int? = nil,
        mayMove: Bool,
        isByLink: Bool
    ) {
        self.device = device
        self.from = from
        self.minutes = minutes
        self.mayMove = mayMove
        self.isByLink = isByLink
    }
}

package struct IssuedPack: Hashable, Sendable {
    package let ticket: StoredTicket
    package let codes: OfflineCodes
}

extension TicketRepository {
    /// Doors open this long before an event whose access windows do not say.
    static let entryLead = Duration.seconds(2 * 3600)

    /// Signs LIVE tokens ahead for one phone, for the entry window.
    ///
    /// One phone at a time: a pack for another one raises the generation, and with it all codes of
    /// the first die at gates that know. The same phone gets the same codes again, and later ones.
    ///
    /// - Throws: `.notFound(.ticket)`; `.refused` with the reason why there is none;
    ///   `.generationsExhausted`; `.invalid`.
    package func pack(
        _ id: TicketID,
        _ wish: PackWish,
        by author: APIKeyID?,
        at now: Timestamp
    ) async throws(StoreError) -> IssuedPack {
        let ticket = try await ticket(id)
        let eventKeys = try await keys.eventKeys(ticket.event, at: now)
        let opening = try await database.snapshot { try Self.opening(of: ticket, $0) }
        let span = try Self.span(wish, ticket, opening, at: now)
        let until = Timestamp(seconds: span.start) + .seconds(60 * span.count)
        let held = try await changing(id, by: author, at: now) { writer in
            let old = try writer.ticket(id)
            try Self.check(old, .preissued, at: now)
            var new = try Self.taken(old, by: wish, at: now)
            let earlier = new.hold?.packUntil ?? until
            new.hold?.packUntil = max(earlier, until)
            if new.generation == old.generation {
                try writer.keep(new)
            } else {
                try writer.write(new, over: old, by: .move, reason: "offline pack")
            }
            return new
        }
        let codes = await OfflinePackMint.codes(
            for: held,
            keys: eventKeys,
            start: span.start,
            count: span.count
        )
        return IssuedPack(ticket: held, codes: codes)
    }

    static func check(
        _ ticket: StoredTicket,
        _ method: Methods,
        at now: Timestamp
    ) throws(StoreError) {
        do { try ticket.checkShowable(with: method, at: now) } catch { throw .refused(error) }
    }

    /// The ticket as the phone of `wish` holds it.
    private static func taken(
        _ old: StoredTicket,
        by wish: PackWish,
        at now: Timestamp
    ) throws(StoreError) -> StoredTicket {
        if old.hold?.device == wish.device { return old }
        var new = old
        if let hold = old.hold, hold.isAlive(at: now) {
            new = try moved(old, mayMove: wish.mayMove, isByLink: wish.isByLink, .move, at: now)
        }
        new.hold = TicketHold(device: wish.device)
        return new
    }

    /// The ticket with its next generation, if it may leave the phone that holds it.
    static func moved(
        _ old: StoredTicket,
        mayMove: Bool,
        isByLink: Bool,
        _ change: TicketChange,
        at now: Timestamp
    ) throws(StoreError) -> StoredTicket {
        guard mayMove else { throw .refused(.heldElsewhere) }
        guard !isByLink || old.moves < StoreLimits.movesMax else { throw .refused(.tooManyMoves) }
        var new = try old.changed(by: change, at: now)
        if isByLink { new.moves += 1 }
        return new
    }

    /// When the ticket's class may first enter.
    private static func opening(
        of ticket: StoredTicket,
        _ connection: any SQLConnection
    ) throws -> Timestamp {
        let details = try EventRepository.event(ticket.event, connection).details
        let starts = details.windows.filter { $0.accessClass == ticket.accessClass }
            .map { $0.notBefore ?? details.starts - entryLead }
        let opening = starts.min() ?? details.starts - entryLead
        return max(opening, ticket.notBefore ?? opening)
    }

    private struct Span: Sendable {
        let start: UInt32
        let count: Int
    }

    /// The minutes that a pack covers: from the wish or the entry window on, never past the time
    /// at which the ticket is over.
    private static func span(
        _ wish: PackWish,
        _ ticket: StoredTicket,
        _ opening: Timestamp,
        at now: Timestamp
    ) throws(StoreError) -> Span {
        let minutes = wish.minutes ?? Int(OfflineCodes.lengthStandard / .seconds(60))
        guard PackWish.minutesRange.contains(minutes) else {
            throw .invalid([InvalidValue("/minutes", "must be 1 to \(OfflineCodes.countMax)")])
        }
        let end = min(
            ticket.expires ?? ticket.eventEnds + KeyRing.eventGrace,
            ticket.eventEnds + KeyRing.eventGrace
        )
        let wanted = max(now, wish.from ?? opening)
        guard now < end else { throw .refused(.over) }
        guard wanted < end, let seconds = wanted.tokenSeconds else {
            throw .invalid([InvalidValue("/from", "must be before the ticket is over")])
        }
        let start = seconds - seconds % OfflineCodes.step
        let rest = (end - Timestamp(seconds: start)).milliseconds
        let left = Int((rest + 59_999) / 60_000)
        return Span(start: start, count: min(minutes, max(1, left)))
    }
}
