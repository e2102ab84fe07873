package import EntryLogFormat
package import TicketModel

/// What central knows of a ticket it has sold.
package struct TicketEntitlement: Hashable, Sendable {
    package let accessClass: ClassNumber
    /// Entries in all, or, with ``reentry``, persons inside at once.
    ///
    /// At least 1.
    package let usesMax: UInt16
    package let reentry: Bool

    package init(accessClass: ClassNumber, usesMax: UInt16 = 1, reentry: Bool = false) {
        self.accessClass = accessClass
        self.usesMax = max(1, usesMax)
        self.reentry = reentry
    }
}

/// What the logs are read against: everything that is not in them.
package struct ReconciliationContext: Sendable {
    /// Every ticket of the event.
    package var tickets: [TicketID: TicketEntitlement]
    /// The devices that ought to have written a log.
    package var devices: Set<DeviceName>
    /// Devices that are not to be believed from an instant on, such as stolen ones.
    package var revokedDevices: [DeviceName: Timestamp]
    /// Logs in which central was handed two different records of one number: the lowest such
    /// number.
    ///
    /// Forks among the entries themselves are found without it.
    package var forks: [LogName: UInt64]

    package init(
        tickets: [TicketID: TicketEntitlement],
        devices: Set<DeviceName> = [],
        revokedDevices: [DeviceName: Timestamp] = [:],
        forks: [LogName: UInt64] = [:]
    ) {
        self.tickets = tickets
        self.devices = devices
        self.revokedDevices = revokedDevices
        self.forks = forks
    }
}
