import GateLogic
import GateStore
import Logging
import ManifestFormat
import NIOPosix
import Platform
import Synchronization
import TrustFormat

extension SyncCalls {
    /// Brings the manifest to the newest version: by a delta if central has one, else as a file.
    func manifest(after: Int64) async throws -> SyncPlan.Input {
        guard let trust = core.trust else { throw CentralError.notBelieved("no trust list yet") }
        if let held = core.shelf.current?.metadata.version,
            let input = try await grown(from: held, trust: trust)
        {
            return input
        }
        return try await downloaded(after: after, trust: trust)
    }

    /// Applies a delta; `nil` if there is none that would do, and a file has to be fetched.
    private func grown(from held: Int64, trust: TrustList) async throws -> SyncPlan.Input? {
        let delta: ManifestDelta
        do throws(CentralError) {
            delta = try await client.manifestDelta(of: core.settings.event, from: held)
        } catch {
            switch error {
            // Too far back, or a central that knows no deltas or no such version.
            case .status(410, _), .status(404, _), .status(422, _): return nil
            case .badAnswer(let what):
                core.logger.warning("delta not read", metadata: ["answer": "not \(what)"])
                return nil
            default: throw error
            }
        }
        do {
            return await inService(
                try await Self.blocking { try core.shelf.apply(delta, trust: trust) },
                changes: delta.changes.count
            )
        } catch let refusal as ManifestRefusal {
            switch refusal {
            case .trustTooOld(let needed): return .trustNeeded(version: needed)
            case .specimen:
                // Nobody but the signer knows the version for sure, and it was believed by then.
                let version = try offer(delta.envelope, after: held).metadata?.version
                return refused(refusal, version: version ?? held)
            case .storage, .file: throw CentralError.storage("\(refusal)")
            default:
                // The file is signed as a whole: it can tell whether delta or gate was wrong.
                core.logger.warning("delta refused", metadata: ["reason": "\(refusal)"])
                return nil
            }
        }
    }

    private func downloaded(after: Int64, trust: TrustList) async throws -> SyncPlan.Input {
        // Asked for again, because another version may have come up since.
        guard
            let envelope = try await client.manifestMetadata(
                of: core.settings.event,
                after: after
            )
        else { return .nothingNewer }
        let offer = try offer(envelope, after: after)
        guard let metadata = offer.metadata else { return offer.input }
        let path = core.shelf.downloadPath
        let held = partial.begin(metadata.fileHash, path: path)
        do throws(CentralError) {
            try await client.downloadManifest(
                metadata,
                to: path,
                from: held < metadata.fileBytes ? held : 0
            )
        } catch {
            // A broken connection is taken up where it broke; an answer that is no file is not.
            if case .status = error { partial.end() }
            throw error
        }
        partial.end()
        var delta: ManifestDelta?
        if metadata.fileVersion != metadata.version {
            delta = try await client.manifestDelta(of: metadata.event, from: metadata.fileVersion)
        }
        do {
            let leading = delta
            return await inService(
                try await Self.blocking {
                    try core.shelf.install(envelope, delta: leading, trust: trust)
                },
                changes: nil
            )
        } catch let refusal as ManifestRefusal {
            return refused(refusal, version: metadata.version)
        }
    }

    /// A million rows take seconds to hash: on a thread that may block.
    private static func blocking(
        _ work: @escaping @Sendable () throws -> ManifestFile
    ) async throws -> ManifestFile {
        try await NIOThreadPool.singleton.runIfActive(work)
    }

    private func inService(_ file: ManifestFile, changes: Int?) async -> SyncPlan.Input {
        let metadata = file.metadata
        await core.clock.prove(metadata.created)
        core.note(manifestFault: nil)
        core.logger.notice(
            "manifest in service",
            metadata: [
                "version": "\(metadata.version)", "tickets": "\(metadata.tickets)",
                "changes": "\(changes.map(String.init) ?? "all")",
            ]
        )
        return .manifest(version: metadata.version)
    }

    /// What to do about a version that was refused: the old one stays, and is not asked for again.
    private func refused(_ refusal: ManifestRefusal, version: Int64) -> SyncPlan.Input {
        core.logger.error(
            "manifest refused",
            metadata: ["version": "\(version)", "reason": "\(refusal)"]
        )
        core.note(manifestFault: "version \(version): \(refusal)")
        switch refusal {
        case .trustTooOld(let needed): return .trustNeeded(version: needed)
        // A download that broke or a full disk may do better next time, and so may a delta that was
        // fetched a moment after another file was made.
        case .fileSize, .fileHash, .storage, .file, .wrongDelta:
            return .failed(.manifest, jitter: 1)
        case .envelope, .keyNotUsable, .otherEvent, .rollback, .versionReused, .schemaVersion,
            .tooLarge, .notReadable, .schemaText, .content, .rowCount, .row, .policy, .specimen,
            .nothingHeld, .local:
            return .refused(version: version)
        }
    }
}

/// Remembers which file the bytes of a broken download belong to.
///
/// Only for as long as the program runs: after a restart a download starts anew.
final class PartialDownload: Sendable {
    private let hash = Mutex<[UInt8]?>(nil)

    /// Bytes that need not be fetched again; a download of another file starts anew.
    func begin(_ file: [UInt8], path: String) -> Int64 {
        let isSame = hash.withLock { hash in
            defer { hash = file }
            return hash == file
        }
        return isSame ? AtomicFile.size(of: path) ?? 0 : 0
    }

    /// The file is whole, or of no use.
    func end() {
        hash.withLock { $0 = nil }
    }
}
