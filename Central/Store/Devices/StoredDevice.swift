package import Sodium
package import TicketModel

/// A gate as central knows it.
package struct StoredDevice: Hashable, Sendable {
    package let name: DeviceName
    /// For people.
    package let label: String
    package let hall: HallNumber
    package let gate: GateNumber
    package let created: Timestamp
    /// The log it writes now; `nil` before it has enrolled.
    package let epoch: UInt32?
    /// From here on it is not to be believed.
    package let revoked: Timestamp?
    /// When two different records of one number turned up.
    package let quarantined: Timestamp?
}

package struct RegisteredDevice: Hashable, Sendable {
    package let device: StoredDevice
    /// Scope `gate`, bound to this device; shown once.
    package let apiKey: CreatedAPIKey
}

/// The keys a device brought when it enrolled.
package struct DeviceKeys: Hashable, Sendable {
    package let epoch: UInt32
    package let sign: PublicKey
    package let box: BoxPublicKey
}
