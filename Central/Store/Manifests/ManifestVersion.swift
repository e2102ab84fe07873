package import TicketModel

/// One version of an event's manifest, ready to be served.
package struct ManifestVersion: Hashable, Sendable {
    package let event: EventID
    package let version: Int64
    package let created: Timestamp
    /// The signed metadata as JSON.
    package let envelope: [UInt8]
    /// The SQLite file.
    package let path: String
    package let bytes: Int64
    package let tickets: Int64
    package let codes: Int64
}
