import Database
import Glibc
import ManifestFormat
package import TicketModel

/// What a gate gets that asks for a delta.
package enum ManifestDeltaAnswer: Hashable, Sendable {
    /// Lines, the metadata last.
    case lines([UInt8])
    /// Central does not remember that far back: download the file.
    case tooOld(oldest: Int64)
    /// There was no such version yet.
    case unknown(newest: Int64)
}

extension ManifestRepository {
    /// What leads from version `from` to the newest.
    ///
    /// - Throws: `.notFound(.event)`, `.notFound(.manifest)` before the first build.
    package func delta(
        _ event: EventID,
        from version: Int64
    ) async throws(StoreError) -> ManifestDeltaAnswer {
        let folder = folder(event)
        return try await database.snapshot { connection in
            guard try Self.newestVersion(event, connection) != nil else {
                throw StoreError.notFound(.event)
            }
            guard let newest = try Self.stored(event, folder, connection) else {
                throw StoreError.notFound(.manifest)
            }
            guard version <= newest.version else { return .unknown(newest: newest.version) }
            let base = try ManifestBase.of(event, connection)
            let oldest = version == newest.version ? version : base?.deltaFrom ?? newest.version
            guard version >= oldest else { return .tooOld(oldest: oldest) }
            var lines: [UInt8] = []
            var count = 0
            try connection.forEachRow(
                "SELECT line FROM manifest_row WHERE event = ? AND version > ? LIMIT ?",
                [.id(event), .integer(version), .number(ManifestDelta.changesMax + 1)]
            ) { row in
                lines += try row.blob(0)
                lines.append(UInt8(ascii: "\n"))
                count += 1
            }
            guard count <= ManifestDelta.changesMax,
                lines.count + newest.envelope.count < ManifestDelta.bytesMax
            else { return .tooOld(oldest: newest.fileVersion) }
            return .lines(lines + newest.envelope + [UInt8(ascii: "\n")])
        }
    }

    /// The file of one version, or the newest there is.
    ///
    /// - Throws: `.notFound(.manifest)` if that version has no file (any more).
    package func download(
        _ event: EventID,
        version: Int64?
    ) async throws(StoreError) -> ManifestDownload {
        let newest = try await latest(event)
        guard let version, version != newest.fileVersion else {
            return ManifestDownload(
                version: newest.fileVersion,
                path: newest.path,
                bytes: newest.bytes
            )
        }
        let path = folder(event).file(version)
        guard version > 0, let bytes = Self.size(of: path) else { throw .notFound(.manifest) }
        return ManifestDownload(version: version, path: path, bytes: bytes)
    }

    private static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// What staff print to try their gates with, one of a kind.
    ///
    /// - Throws: `.notFound(.event)`.
    package func specimens(_ event: EventID) async throws(StoreError) -> [SpecimenCode] {
        let created = try await database.snapshot {
            try EventRepository.event(event, $0).summary.created
        }
        let codes = try await specimenCodes(event)
        var specimens: [SpecimenCode] = []
        for specimen in Specimen.allCases {
            specimens.append(
                SpecimenCode(
                    kind: specimen.rawValue,
                    ticket: specimen.ticket(of: event),
                    expected: specimen.expected,
                    text: try codes.text(of: specimen, created: created)
                )
            )
        }
        return specimens
    }
}
