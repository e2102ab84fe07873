import CentralStore
import Hummingbird
import VenueAPI

/// Attendance and conflicts, counted anew from the logs each time.
struct ReportRoutes {
    let data: CentralData

    func add(to routes: inout Routes) {
        let path = "/v1/events/{event}/attendance"
        routes.read(path, scopes: .read) { request, context in
            _ = try QueryItems(request, known: [])
            let report = try await AttendanceJob(data: data).report(of: context.event())
            let accept = request.headers[.accept] ?? ""
            guard accept.contains("text/csv") else { return Answer(.ok, report.wire).response }
            return Self.answer(.summary, report)
        }
        routes.read("\(path).csv", scopes: .read) { request, context in
            let query = try QueryItems(request, known: ["table"])
            let words = AttendanceTable.allCases.map(\.rawValue).joined(separator: ", ")
            let table = try query.parsed("table", as: "one of \(words)") {
                AttendanceTable(rawValue: $0)
            }
            let report = try await AttendanceJob(data: data).report(of: context.event())
            return Self.answer(table ?? .summary, report)
        }
    }

    private static func answer(
        _ table: AttendanceTable,
        _ report: AttendanceJob.Outcome
    ) -> Response {
        let text =
            switch table {
            case .summary: AttendanceTable.summary(report.wire)
            case .tickets: AttendanceTable.tickets(report.full)
            case .conflicts: AttendanceTable.conflicts(report.wire)
            }
        return Answer(.ok, mediaType: AttendanceTable.mediaType, body: Array(text.utf8)).response
    }
}
