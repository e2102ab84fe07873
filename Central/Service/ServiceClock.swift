package import TicketModel

/// Where the service takes the time from; tests give their own.
package struct ServiceClock: Sendable {
    package let now: @Sendable () -> Timestamp

    package init(_ now: @Sendable @escaping () -> Timestamp) {
        self.now = now
    }
}
