import AdmissionRules
package import EntryLogFormat
package import GateLogic
package import ManifestFormat
package import TicketModel

/// What the lanes say to specimens while staff show them (PROTOCOL 5.6).
///
/// It only listens: no decision depends on it.
package struct Rehearsal: Sendable {
    /// After that it ends by itself.
    package static let lasting = Duration.seconds(4 * 3600)

    package let started: Timestamp
    private let startedBoot: Int64
    private let specimens: [TicketID: Specimen]
    private var showings: [Specimen: [LaneNumber: ReadinessReport.Showing]] = [:]

    /// - Parameter boot: now, milliseconds since boot.
    package init(event: EventID, at time: Timestamp, boot: Int64) {
        started = time
        startedBoot = boot
        specimens = Dictionary(
            Specimen.allCases.map { ($0.ticket(of: event), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    package func isOver(at boot: Int64) -> Bool {
        boot - startedBoot >= Self.lasting.milliseconds
    }

    /// What each lane has said to `specimen` last, by lanes.
    package func shown(_ specimen: Specimen) -> [ReadinessReport.Showing] {
        (showings[specimen] ?? [:]).values.sorted { $0.lane < $1.lane }
    }

    /// Takes in what a lane has said; anything but the verdict on a specimen is nothing to it.
    ///
    /// - Parameter halls: where the class of specimens may enter.
    package mutating func note(_ verdict: LaneVerdict, halls: Set<HallNumber>) {
        guard let judged = verdict.decision.rehearsed,
            let specimen = verdict.decision.ticket.flatMap({ specimens[$0] })
        else { return }
        var lanes = showings[specimen] ?? [:]
        guard lanes[verdict.lane] != nil || lanes.count < ReadinessReport.shownMax else { return }
        lanes[verdict.lane] = ReadinessReport.Showing(
            lane: verdict.lane,
            expected: Self.expected(specimen, verdict, halls),
            verdict: judged.code,
            time: verdict.time
        )
        showings[specimen] = lanes
    }

    /// What a lane must say: at a load the gate chooses a hall for each specimen, here it is where
    /// it is.
    private static func expected(
        _ specimen: Specimen,
        _ verdict: LaneVerdict,
        _ halls: Set<HallNumber>
    ) -> VerdictCode {
        // Whoever leaves is asked only whether they are inside, and a specimen never is.
        if verdict.direction == .exit { return .notInside }
        if specimen == .hall, halls.contains(verdict.hall) { return .success }
        return specimen.expected
    }
}
