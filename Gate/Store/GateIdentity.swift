package import EntryLogFormat
package import Sodium
package import TicketModel

/// Who this gate is: what stands in its records, and the key that signs them.
package struct GateIdentity: Sendable {
    package let device: DeviceName
    package let epoch: UInt32
    package let key: SigningKey
    package let event: EventID
    package let hall: HallNumber
    package let gate: GateNumber

    package init(
        device: DeviceName,
        epoch: UInt32,
        key: SigningKey,
        event: EventID,
        hall: HallNumber,
        gate: GateNumber
    ) {
        self.device = device
        self.epoch = epoch
        self.key = key
        self.event = event
        self.hall = hall
        self.gate = gate
    }

    /// The log that its records continue.
    package var log: LogName { LogName(device: device, epoch: epoch) }
}
