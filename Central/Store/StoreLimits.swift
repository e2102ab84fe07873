/// How much of anything the store takes or hands out at once.
package enum StoreLimits {
    /// Tickets in one issue.
    package static let issueMax = 10_000
    /// Items on one page of a list.
    package static let pageMax = 1000
    package static let hallsMax = 256
    package static let gatesMax = 1024
    package static let classesMax = 1024
    package static let windowsMax = 16_384
    /// Bytes of UTF-8 in the name of an event, venue, hall, gate, class, device or API key.
    package static let nameBytesMax = 200
    /// Bytes of UTF-8 that name a seat.
    package static let seatBytesMax = 64
    /// Bytes of UTF-8 in the number that another system gave a ticket.
    package static let referenceBytesMax = 128
    package static let idempotencyKeyBytesMax = 128
    /// Bytes of an answer that is kept to be given again.
    package static let storedAnswerBytesMax = 16 << 20
    /// Keys in a trust list, so that its envelope stays below 1 MiB.
    package static let activeKeysMax = 4000
    /// Manifest files kept for an event; older ones are removed.
    package static let manifestsKept = 3
    /// Bytes of the random name that a phone gives itself.
    package static let deviceNameBytes = 16...64
    /// How often a holder may move a ticket to another phone by its link; a reissue starts anew.
    ///
    /// Generations are 256 in all, and a link that went round must not use them up.
    package static let movesMax = 16
    /// Spare codes of an event.
    package static let sparesMax = 10_000
    /// Versions of an event whose metadata is kept.
    package static let manifestVersionsKept: Int64 = 1000
    /// Rows that one version may change; more are a full build.
    package static let deltaChangesMax = 10_000
    /// Changed rows at which a manifest file is brought up to date.
    package static let fileBehindRowsMax = 5000
    /// Changed rows that a manifest file holds and that are still given as a delta.
    package static let deltaRowsKept = 15_000
    package static let apiKeysMax = 10_000
    package static let devicesMax = 10_000
}
