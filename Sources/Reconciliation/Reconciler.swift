import EntryLogFormat
package import TicketModel

/// Gathers the logs of all devices, in any order and as often as they come, and says what they
/// amount to (PROTOCOL 9.4).
///
/// The report is a function of the set of records: neither order nor repetition changes it. A
/// record takes 56 bytes.
package struct Reconciler: Sendable {
    package let event: EventID
    private var places: [LogName: Int] = [:]
    private var logs: [DeviceLog] = []
    /// Records mostly come in runs of one log.
    private var latest: (log: LogName, place: Int)?

    /// - Parameter event: the one event that is counted. Records of other events may be added too,
    ///   and should be where a device served several: otherwise their numbers look missing.
    package init(event: EventID) {
        self.event = event
    }

    package mutating func add(_ entry: LogEntry) {
        let stored = StoredEntry(entry, isElsewhere: entry.event != event)
        if let latest, latest.log == entry.log {
            logs[latest.place].add(stored)
            return
        }
        let place = places[entry.log] ?? logs.count
        if place == logs.count {
            places[entry.log] = place
            logs.append(DeviceLog())
        }
        latest = (entry.log, place)
        logs[place].add(stored)
    }

    /// What the records so far amount to.
    package func report(_ context: ReconciliationContext) -> AttendanceReport {
        let named = places.map { (name: $0.key, place: $0.value) }.sorted {
            ($0.name.device, $0.name.epoch) < ($1.name.device, $1.name.epoch)
        }
        var count = Count(
            event: event,
            logs: named.map { (name: $0.name, log: log($0.place, of: $0.name, context)) },
            context: context
        )
        return count.report()
    }

    private func log(
        _ place: Int,
        of name: LogName,
        _ context: ReconciliationContext
    ) -> DeviceLog {
        let log = logs[place].inOrder()
        let fork = [log.fork, context.forks[name]].compactMap(\.self).min()
        // What a copied key or a stolen device says must not move what was sound before.
        return log.timesCorrected(
            bySteps: ..<(fork ?? .max),
            before: context.revokedDevices[name.device]
        )
    }
}
