import Encodings
import EntryLogFormat
import Foundation
import GateStore
import ManifestFormat
import Sodium
import TicketModel
import TrustFormat

/// A gate's data folder as it is once the gate has enrolled and synced: it can run without central.
package struct PreparedGate: Sendable {
    package let folder: String
    package let venue: TestVenue

    /// Fills an empty folder.
    ///
    /// - Parameter manifest: stored as the version in service; `nil` leaves the gate without.
    package init(folder: String, venue: TestVenue, manifest: ManifestFixture?) throws {
        self.folder = folder
        self.venue = venue
        let data = GateData(folder)
        try data.prepare()
        try DeviceKeys(sign: venue.deviceSign, box: venue.deviceBox).store(data.deviceKey)
        let journal = try Journal(path: data.journal)
        try journal.setState(.trust, venue.trustEnvelope().json)
        try journal.setState(.trustRoot, venue.rootHash)
        try journal.setState(.statement, venue.statementEnvelope(venue.statement()).json)
        try journal.setState(.secrets, venue.deviceBox.publicKey.seal(venue.barcodeKey))
        try journal.setState(.walletSecret, venue.deviceBox.publicKey.seal(venue.walletKey))
        if let manifest {
            let shelf = ManifestShelf(
                folder: data.manifests,
                event: venue.event,
                journal: journal
            )
            let signed = try manifest.write(to: shelf.downloadPath)
            try shelf.install(signed.envelope, trust: venue.trustList())
        }
        try journal.close()
    }
}
