import AdmissionRules
import ArgumentParser
import Encodings
import Foundation
import GateLogic
import GateStore
import ManifestFormat
import Platform
import Sodium
import TicketModel
import TokenFormat
import TrustFormat

/// Judges codes as a gate would, and writes nothing.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a gate would answer to codes, without recording anything.",
        discussion: """
            Without --trust no token can be proven genuine. Without --metadata the manifest \
            itself is taken as it is. Uses are not known here: nothing is ever a duplicate.
            """
    )

    @Option(help: "The manifest's SQLite file.")
    var manifest: String
    @Option(help: "The manifest's signed metadata; with --trust it is verified.")
    var metadata: String?
    @Option(help: "The signed trust list.")
    var trust: String?
    @Option(help: "Fingerprint of the root keys that must have signed the trust list, in hex.")
    var root: String?
    @Option(
        name: [.long, .customLong("secrets")],
        help: "File with the event's barcode key, 32 bytes or their base64url text."
    )
    var barcodeKey: String?
    @Option(help: "File with the event's wallet key, 32 bytes or their base64url text.")
    var walletKey: String?
    @Option(help: "The time: RFC 3339, or Unix milliseconds. Default: now.")
    var at: String?
    @Option var hall: UInt16 = 1
    @Option var gate: UInt16 = 1
    @Option var lane: UInt16 = 1
    @Flag(help: "Judge an exit.")
    var exit = false
    @Argument(help: "The texts of the codes.")
    var codes: [String]

    func run() async throws {
        let trust = try trustList()
        let file = try manifestFile(trust)
        let secrets = EventSecrets(
            barcodeKey: try key(barcodeKey, "barcode key"),
            walletKey: try key(walletKey, "wallet key")
        )
        let now = try instant()
        let event = file.metadata.event
        let situation = LaneSituation(
            event: event,
            hall: HallNumber(hall),
            gate: GateNumber(gate),
            lane: LaneNumber(lane),
            direction: exit ? .exit : .entry,
            clock: ClockReading(
                now: now,
                uncertainty: .zero,
                state: .synced,
                floor: now,
                monotonic: SystemClock.sinceBoot()
            ),
            isIsolated: false
        )
        for text in codes {
            let code = ScannedCode(Array(text.utf8), source: .typed)
            let proof = Proof(
                code,
                trust: trust,
                event: event,
                secrets: secrets,
                facts: try file.proofFacts(for: code)
            )
            let facts = try file.facts(for: proof.credential, barcodeNames: proof.barcodeNames)
            let verdict = LaneVerdict(
                decision: decide(proof.credential, facts: facts, situation: situation),
                situation: situation,
                sequence: nil,
                manifest: metadata == nil ? 0 : file.metadata.version,
                scanner: "command line",
                fault: nil
            )
            Output.line(verdict.json())
        }
    }

    private func trustList() throws -> TrustList {
        guard let trust else {
            Output.complain("no --trust: tokens cannot be proven")
            return try Self.nobody
        }
        let envelope = try Envelope(json: try AtomicFile.read(trust))
        if let root {
            guard let hash = Hex.decode(root) else { throw CommandFailure("--root is not hex") }
            return try TrustList(envelope, pinnedTo: hash)
        }
        Output.complain("no --root: the trust list is believed by its own root keys")
        let roots = try JSONReader.read(envelope.payload)["root"]?.array ?? []
        let keys = roots.compactMap { value in
            value.string.flatMap { Base64.decodeURL($0) }.flatMap { PublicKey(bytes: $0) }
        }
        return try TrustList(envelope, pinnedTo: TrustList.rootHash(of: keys))
    }

    private func manifestFile(_ trust: TrustList) throws -> ManifestFile {
        guard let metadata else {
            Output.complain("no --metadata: the manifest is not verified")
            return try ManifestFile.unverified(manifest)
        }
        guard self.trust != nil else {
            throw CommandFailure("--metadata can only be verified with --trust")
        }
        let envelope = try Envelope(json: try AtomicFile.read(metadata))
        let keys = trust.keys.filter { $0.role == .manifest }.map(\.key)
        let event = try ManifestMetadata(envelope, by: keys).event
        let verifier = ManifestVerifier(trust: trust, event: event)
        return try verifier.file(
            manifest,
            metadata: try verifier.metadata(envelope, highest: 0)
        )
    }

    private func key(_ path: String?, _ name: String) throws -> [UInt8]? {
        guard let path else { return nil }
        let bytes = try AtomicFile.read(path, bytesMax: 4096)
        if bytes.count == EventSecrets.keyLength { return bytes }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard let key = Base64.decodeURL(text), key.count == EventSecrets.keyLength else {
            throw CommandFailure("\(path) holds no \(name)")
        }
        return key
    }

    private func instant() throws -> Timestamp {
        guard let at else { return SystemClock.now() }
        if let milliseconds = Int64(at) { return Timestamp(milliseconds: milliseconds) }
        let formatter = ISO8601DateFormatter()
        for options in [
            ISO8601DateFormatter.Options.withInternetDateTime,
            [.withInternetDateTime, .withFractionalSeconds],
        ] {
            formatter.formatOptions = options
            if let date = formatter.date(from: at) {
                return Timestamp(
                    milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())
                )
            }
        }
        throw CommandFailure("--at is neither RFC 3339 nor Unix milliseconds: \(at)")
    }

    /// A trust list that names no keys.
    private static var nobody: TrustList {
        get throws {
            guard let box = BoxPublicKey(bytes: [UInt8](repeating: 0, count: BoxPublicKey.length))
            else { throw CommandFailure("no box key") }
            return TrustList(
                version: 0,
                issued: Timestamp(milliseconds: 0),
                expires: Timestamp(milliseconds: .max),
                threshold: 1,
                roots: [],
                keys: [],
                logBox: box,
                revokedDevices: []
            )
        }
    }
}
