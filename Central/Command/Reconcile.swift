import ArgumentParser
import CentralService
import CentralStore
import Platform
import TicketModel
import VenueAPI

/// `stile-central reconcile`: says what all uploaded logs amount to.
struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reconciles all entry logs of an event: attendance, conflicts, gaps.",
        discussion: "Reads the database and changes nothing; the server may run meanwhile."
    )

    @Option(help: "The data directory that init made.")
    var data: String

    @Option(help: "The event's id, 32 hex digits.")
    var event: String

    @Flag(help: "Print the report as JSON, as GET /v1/events/{event}/attendance gives it.")
    var json = false

    @Flag(help: "Print the counts as CSV.")
    var csv = false

    func validate() throws {
        guard EventID(hex: event) != nil else {
            throw ValidationError("\(event) is no event id: it has 32 hex digits.")
        }
    }

    func run() async throws {
        try await reporting(directory: data) {
            guard let event = EventID(hex: event) else { return }
            let stored = try await CentralData.open(
                directory: data,
                masterKey: MasterKeySource.key(),
                at: SystemClock.now()
            )
            let report = try await AttendanceJob(data: stored).report(of: event).wire
            if json {
                print(String(decoding: WireJSON.encode(report), as: UTF8.self))
            } else if csv {
                print(AttendanceTable.summary(report), terminator: "")
            } else {
                print(AttendanceText.table(report), terminator: "")
            }
            try stored.close()
        }
    }
}
