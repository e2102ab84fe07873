import EntryLogFormat
package import GateLogic
package import GateStore
package import TicketModel

/// What a supervisor may do at this gate: undo, force, confirm an identity, look back.
///
/// Whoever asks has been let through by the page or device that stands before it.
package struct SupervisorDesk: Sendable {
    /// Entries that one look back gives, at most.
    package static let entriesMax = 200

    /// Why nothing was done.
    package enum Refusal: Error, Hashable, Sendable {
        case noSuchLane(LaneNumber)
        case notEnrolled
        case correction(EntryCorrection.Refusal)
        /// The manifest in force does not list the ticket.
        case unknownTicket
        /// Nobody was sent to staff here, or too long ago.
        case nobodyReferred
        case rehearsalRuns
        case noRehearsal
        case storage(StorageFault)

        init(_ fault: ActionFault) {
            switch fault {
            case .refused(let refusal): self = .correction(refusal)
            case .unknownTicket: self = .unknownTicket
            case .storage(.notEnrolled): self = .notEnrolled
            case .storage(let fault): self = .storage(fault)
            }
        }
    }

    private let core: GateCore
    private let lanes: [LaneNumber: LaneKeeper]

    package init(core: GateCore, lanes: [LaneNumber: LaneKeeper]) {
        self.core = core
        self.lanes = lanes
    }

    /// What staff do with specimens before doors open.
    package var rehearsals: RehearsalDesk { RehearsalDesk(core: core) }

    /// Takes the latest entry of a lane back.
    package func undo(
        lane: LaneNumber,
        reason: String
    ) async throws(Refusal) -> ActionRecord {
        guard lanes[lane] != nil else { throw .noSuchLane(lane) }
        let entry: LoggedRecord?
        do throws(StorageFault) {
            entry = try core.journal.latestEntry(of: try log(), at: lane)
        } catch { throw Refusal(.storage(error)) }
        guard let entry else { throw .correction(.noSuchEntry) }
        return try await undo(entry.record.sequence, lane: lane, reason: reason)
    }

    /// Takes one entry of this gate back.
    package func undo(
        sequence: UInt64,
        reason: String
    ) async throws(Refusal) -> ActionRecord {
        try await undo(sequence, lane: nil, reason: reason)
    }

    private func undo(
        _ sequence: UInt64,
        lane: LaneNumber?,
        reason: String
    ) async throws(Refusal) -> ActionRecord {
        // Before the record, so that no lane shows the code green once the ticket is free again;
        // and after it, for the lane that was still busy with saying so.
        await forget(sequence, lane)
        do throws(ActionFault) {
            let record = try await core.settlement.act(
                .correct(sequence: sequence, .undo, reason: reason),
                clock: core.clock.reading()
            )
            await forget(sequence, lane)
            return record
        } catch { throw Refusal(error) }
    }

    private func forget(_ sequence: UInt64, _ lane: LaneNumber?) async {
        for (number, keeper) in lanes where lane == nil || number == lane {
            await keeper.forget(sequence)
        }
    }

    /// Lets somebody in at a lane: at a ticket's expense, or without one.
    package func force(
        lane: LaneNumber,
        ticket: TicketID?,
        reason: String
    ) async throws(Refusal) -> ActionRecord {
        guard let keeper = lanes[lane] else { throw .noSuchLane(lane) }
        do throws(ActionFault) {
            return try await keeper.force(ticket, reason: reason)
        } catch { throw Refusal(error) }
    }

    /// Staff have seen the document of the guest whom a lane sent to them last.
    ///
    /// - Returns: the ticket whose code is to be shown once more.
    package func confirmIdentity(lane: LaneNumber) async throws(Refusal) -> TicketID {
        guard let keeper = lanes[lane] else { throw .noSuchLane(lane) }
        guard let ticket = await keeper.confirmIdentity() else { throw .nobodyReferred }
        return ticket
    }

    /// The latest scans and forced entries, the newest first, with how they ended.
    package func latest(_ limit: Int) throws(Refusal) -> [LoggedRecord] {
        do throws(StorageFault) {
            return try core.journal.latestEntries(
                of: try log(),
                limit: min(max(1, limit), Self.entriesMax)
            )
        } catch { throw Refusal(.storage(error)) }
    }

    private func log() throws(StorageFault) -> LogName {
        guard let identity = core.identity else { throw .notEnrolled }
        return identity.log
    }
}
