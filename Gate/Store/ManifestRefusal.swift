package import ManifestFormat
package import TicketModel
package import TrustFormat

/// Why a manifest was refused; the one in service stays (PROTOCOL 5.3).
package enum ManifestRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The metadata is not signed by a manifest key, or is not metadata.
    case envelope(EnvelopeError)
    /// Signed by a manifest key outside its dates or after its revocation.
    case keyNotUsable
    case otherEvent(EventID)
    /// A lower version than this gate has ever held.
    case rollback(held: Int64, offered: Int64)
    /// The version that is held already, but with other content.
    case versionReused(Int64)
    /// The event uses keys that only a later trust list names.
    case trustTooOld(needed: Int64)
    case schemaVersion(Int)
    /// Larger than ``ManifestShelf/fileBytesMax``.
    case tooLarge(Int64)
    case fileSize(expected: Int64, found: Int64)
    case fileHash
    /// Not an SQLite file that can be read without writing beside it.
    case notReadable(StorageFault)
    /// Not exactly the tables of ``ManifestSchema``; the object that is wrong.
    case schemaText(String)
    /// The rows do not give the signed content hash.
    case content
    /// The signed row counts do not match.
    case rowCount(ManifestTable)
    /// A row that no manifest may hold.
    case row(ManifestTable)
    /// A policy value is missing or unknown.
    case policy
    /// A specimen gets another verdict than it must: this gate would decide wrongly.
    case specimen(Specimen, VerdictCode)
    /// The delta leads to another version than the file that it was fetched for.
    case wrongDelta
    /// A delta came, but there is no manifest that it could be applied to.
    case nothingHeld
    /// The stored file does not say what it holds.
    case local
    /// The gate could not store it.
    case storage(StorageFault)
    case file(String)

    package var description: String {
        switch self {
        case .envelope(let error): "metadata not believed: \(error)"
        case .keyNotUsable: "signed by a key that was not usable at that time"
        case .otherEvent(let event): "made for another event, \(event)"
        case .rollback(let held, let offered): "version \(offered), but \(held) was held already"
        case .versionReused(let version): "version \(version) again, with other content"
        case .trustTooOld(let needed): "needs trust list version \(needed)"
        case .schemaVersion(let version): "schema \(version) is not known here"
        case .tooLarge(let bytes): "\(bytes) bytes are too many"
        case .fileSize(let expected, let found): "\(found) bytes instead of \(expected)"
        case .fileHash: "file hash differs"
        case .notReadable(let fault): "not a readable SQLite file: \(fault)"
        case .schemaText(let name): "unexpected schema at '\(name)'"
        case .content: "content hash differs"
        case .rowCount(let table): "another number of rows in \(table.rawValue)"
        case .row(let table): "a row of \(table.rawValue) is not valid"
        case .policy: "policy is missing or unknown"
        case .specimen(let specimen, let verdict):
            "specimen '\(specimen.rawValue)' gets \(verdict.name), not \(specimen.expected.name)"
        case .wrongDelta: "the delta does not lead on from this file"
        case .nothingHeld: "a delta without a manifest to apply it to"
        case .local: "stored without saying what it holds"
        case .storage(let fault): "cannot be stored: \(fault)"
        case .file(let error): "cannot be stored: \(error)"
        }
    }
}
