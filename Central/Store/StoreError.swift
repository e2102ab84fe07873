package import Database
package import Sodium
package import TicketModel
package import TrustFormat

/// Why the store did not do what it was asked.
package enum StoreError: Error, Hashable, Sendable {
    /// The database failed; nothing of the change is kept.
    case database(DatabaseError)
    /// A file could not be read or written.
    case file(String)
    case alreadyInitialised(String)
    case notInitialised(String)
    /// The master key does not open the keys in this database, or is no key.
    case wrongMasterKey
    /// A newer program has been here, or the database is another program's.
    case foreignSchema(String)
    case notFound(Subject)
    /// Values that break a rule, each with a JSON pointer into the value given.
    case invalid([InvalidValue])
    /// More than ``StoreLimits`` allows in all.
    case limitReached(Subject)
    /// Other rows still need what would be removed; the pointer names it.
    case inUse(String)
    /// References that tickets of this event bear already; at most ten are named.
    case referencesTaken([String])
    case impossibleChange(TicketChange, from: TicketStatus)
    /// The ticket was reissued 255 times.
    case generationsExhausted
    /// A LIVE token is not to be had for this ticket now.
    case refused(MintRefusal)
    /// The idempotency key was used for another request.
    case idempotencyConflict
    /// The request with this idempotency key is still being worked on.
    case idempotencyInFlight
    /// The proof of possession does not hold.
    case badProof
    /// Another device has enrolled with this key.
    case deviceKeyTaken
    case deviceRevoked
    /// No trust list in force names the event's keys: they sign nothing before the root keys did.
    case keysAwaitSignature
    /// There is no trust list yet: the root keys have not signed the first one.
    case trustAwaitsSignature
    /// The signed trust list on offer is not taken into force.
    case trustRefused(TrustRefusal)
    /// A server runs on the directory, or a command that must be alone with it.
    case inService(String)
    case backup(BackupFault)
    /// The upload cannot be read or believed; nothing of it was kept.
    case upload(UploadFault)

    package enum Subject: String, Hashable, Sendable {
        case event, ticket, device, apiKey, manifest, signingKey
    }
}

/// Why a signed trust list is not taken into force.
package enum TrustRefusal: Hashable, Sendable {
    /// Not enough of the roots in force, or of the next ones, have signed it.
    case envelope(EnvelopeError)
    /// Another list came into force after it was proposed.
    case version(expected: Int64, found: Int64)
    /// It names other roots, or another threshold, than this installation was told to have.
    case otherRoots
    case otherLogBox
    /// It names a key that this installation did not draw, or draws it otherwise.
    case foreignKey(KeyID)
    /// It leaves out a key that is in use.
    case missesKey(KeyID)
    /// It leaves out that a key was revoked, or revokes one that was not.
    case missesRevokedKey(KeyID)
    case missesRevokedDevice(DeviceName)
    case expired(Timestamp)
    /// Central holds the root key itself: it needs no list from outside.
    case rootIsOnline
}

/// A value that breaks a rule.
package struct InvalidValue: Hashable, Sendable {
    /// A JSON pointer, such as `/halls/0/name`.
    package let pointer: String
    package let detail: String

    package init(_ pointer: String, _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// Part of a list, and where the next part starts.
package struct Page<Item: Sendable, Cursor: Sendable>: Sendable {
    package let items: [Item]
    /// Give this as `after` for the next page; `nil` on the last one.
    package let next: Cursor?

    package init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// Cuts a list that was read with one row more than the page holds.
    init(_ found: [Item], limit: Int, cursor: (Item) -> Cursor) {
        items = Array(found.prefix(limit))
        next = found.count > limit ? items.last.map(cursor) : nil
    }
}
