import AdmissionRules
import EntryLogFormat
import GateStore
import ManifestFormat
import Sodium
import TestSupport
import TicketModel
import TokenFormat

/// A gate without its service: manifest, journal and settling, for one story.
struct StoreGate: Sendable {
    let scratch: ScratchFolder
    let venue: TestVenue
    let data: GateData
    let journal: Journal
    let shelf: ManifestShelf
    let settlement: Settlement

    /// - Parameters:
    ///   - fixture: put in service at once; `nil` leaves the gate without a manifest.
    ///   - scratch: an earlier gate's folder, to start again in.
    init(
        _ fixture: ManifestFixture?,
        venue: TestVenue,
        scratch: ScratchFolder? = nil,
        journalBytesMax: Int64 = Journal.bytesMax
    ) throws {
        let folder = try scratch ?? ScratchFolder()
        self.scratch = folder
        self.venue = venue
        data = GateData(folder.path)
        try data.prepare()
        journal = try Journal(path: data.journal, bytesMax: journalBytesMax)
        shelf = ManifestShelf(folder: data.manifests, event: venue.event, journal: journal)
        settlement = Settlement(journal: journal, shelf: shelf)
        let identity = GateIdentity(
            device: venue.device,
            epoch: 1,
            key: venue.deviceSign,
            event: venue.event,
            hall: TestVenue.hall,
            gate: TestVenue.gate
        )
        try journal.open(identity.log, key: identity.key.publicKey)
        settlement.use(identity)
        settlement.use(EventSecrets(barcodeKey: venue.barcodeKey, walletKey: venue.walletKey))
        if let fixture { try offer(fixture) }
    }

    /// Downloads, verifies and switches, as the sync loop does.
    func offer(_ fixture: ManifestFixture, trustVersion: Int64 = 1) throws {
        let signed = try fixture.write(to: shelf.downloadPath)
        try shelf.install(signed.envelope, trust: venue.trustList(version: trustVersion))
    }

    /// Shows `text` at a lane.
    func scan(
        _ text: [UInt8],
        lane: UInt16 = 1,
        at time: Timestamp = TestVenue.opening,
        direction: Direction = .entry,
        hall: HallNumber = TestVenue.hall
    ) async -> SettledScan {
        await settlement.settle(
            pending(text, lane: lane, at: time, direction: direction, hall: hall)
        )
    }

    func pending(
        _ text: [UInt8],
        lane: UInt16 = 1,
        at time: Timestamp = TestVenue.opening,
        direction: Direction = .entry,
        hall: HallNumber = TestVenue.hall
    ) -> PendingScan {
        let code = ScannedCode(text)
        // A manifest that cannot be read is said again, in words, when the scan is settled.
        let facts = (try? shelf.current?.proofFacts(for: code)) ?? .none
        return PendingScan(
            Proof(
                code,
                trust: venue.trustList(),
                event: venue.event,
                secrets: settlement.secrets,
                facts: facts
            ),
            situation: LaneSituation(
                event: venue.event,
                hall: hall,
                gate: TestVenue.gate,
                lane: LaneNumber(lane),
                direction: direction,
                clock: ClockReading(
                    now: time,
                    uncertainty: .milliseconds(500),
                    state: .synced,
                    floor: TestVenue.opening,
                    monotonic: 1000
                ),
                isIsolated: false
            ),
            evidence: Evidence.of(text, code: code, sealedTo: venue.logBox.publicKey)
        )
    }
}
