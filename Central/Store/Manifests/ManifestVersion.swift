package import TicketModel

/// One version of an event's manifest, ready to be served.
package struct ManifestVersion: Hashable, Sendable {
    package let event: EventID
    package let version: Int64
    package let created: Timestamp
    /// The signed metadata as JSON.
    package let envelope: [UInt8]
    /// The version that the file holds: ``version``, or an earlier one from which a delta leads on.
    package let fileVersion: Int64
    /// The SQLite file.
    package let path: String
    package let bytes: Int64
    /// Tickets and codes of guests: specimens do not count.
    package let tickets: Int64
    package let codes: Int64
}

/// Which file a build should leave behind.
package enum ManifestFileWish: Hashable, Sendable {
    /// One that holds the newest version.
    case newest
    /// The one there is, as long as a delta leads on from it: in time proportional to the change.
    case any
}

/// A manifest file, ready to be served.
package struct ManifestDownload: Hashable, Sendable {
    package let version: Int64
    package let path: String
    package let bytes: Int64
}
