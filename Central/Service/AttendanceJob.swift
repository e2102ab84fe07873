package import CentralStore
package import Reconciliation
package import TicketModel
package import VenueAPI

/// Reconciles all logs of an event: the same answer for the API and the command line.
package struct AttendanceJob: Sendable {
    /// The report, and the same in the words of the wire.
    package struct Outcome: Sendable {
        package let full: AttendanceReport
        package let wire: AttendanceAPI.Report
    }

    private let data: CentralData

    package init(data: CentralData) {
        self.data = data
    }

    /// - Throws: `.notFound(.event)`.
    package func report(of event: EventID) async throws(StoreError) -> Outcome {
        let stored = try await data.events.event(event)
        let report = try await data.logs.attendance(of: event)
        return Outcome(full: report, wire: AttendanceAPI.Report(report, of: stored))
    }
}
